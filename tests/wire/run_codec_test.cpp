// The messages of a running job, and the networks on which it runs.
#include <doctest/doctest.h>

#include "link/wire/codec.hpp"
#include "wire/loose_message.hpp"

using namespace stint;
using namespace stint::wire;

TEST_CASE("a run's parameters come out as they went in") { // jobs.md §4.7
    RunParameters parameters;
    parameters.id = JobId(-7);
    parameters.space = "sync";
    parameters.extras.putString("url", "http://localhost/");
    parameters.clip = ClipData{{{"/tmp/a", nullptr}}};
    parameters.clipGrantFlags = ClipData::FLAG_GRANT_READ_URI_PERMISSION | ClipData::FLAG_GRANT_WRITE_URI_PERMISSION;
    parameters.userInitiated = true;
    parameters.expedited = true;
    parameters.overdue = true;
    parameters.timeLimit = std::chrono::minutes(10);
    parameters.transientExtras.putInt("n", 1);
    parameters.triggeredUris = {"/in/a", "/in/b"};
    parameters.triggeredAuthorities = {"file"};
    parameters.ended = {{{AppId("a"), "space", JobId(3)}, "first", 3, "exit code 3", "/a"}};
    parameters.network = Network{.capabilities = {NET_CAPABILITY_INTERNET, NET_CAPABILITY_NOT_METERED},
                                 .transports = {TRANSPORT_WIFI},
                                 .downstream = 50'000,
                                 .upstream = 5'000,
                                 .interface = "wlan0"};
    LooseMessage message;
    Writer writer = message.writer();
    writeRunParameters(writer, parameters);
    REQUIRE(writer.done().ok());
    Reader reader = message.reader();
    const RunParameters back = readRunParameters(reader).value();
    CHECK(back.id == parameters.id);
    CHECK(back.space == "sync");
    CHECK(back.extras == parameters.extras);
    REQUIRE(back.clip);
    CHECK(back.clip->items.at(0).path == "/tmp/a");
    CHECK(back.clipGrantFlags == 3);
    CHECK(back.userInitiated);
    CHECK(back.expedited);
    CHECK(back.overdue);
    CHECK(back.timeLimit == parameters.timeLimit);
    CHECK(back.transientExtras == parameters.transientExtras);
    CHECK(back.triggeredUris == parameters.triggeredUris);
    CHECK(back.triggeredAuthorities == parameters.triggeredAuthorities);
    CHECK(back.network == parameters.network);
    CHECK(back.ended == parameters.ended);
}

TEST_CASE("the root namespace, no network and no clip are absent keys") {
    LooseMessage message;
    Writer writer = message.writer();
    writeRunParameters(writer, RunParameters{.id = JobId(1), .space = {}, .extras = {}, .clip = {}, .network = {}});
    Reader reader = message.reader();
    std::size_t entries = 0;
    REQUIRE(reader
                .array("{sv}",
                       [&entries](Reader& r) {
                           ++entries;
                           return r.skip("{sv}");
                       })
                .ok());
    CHECK(entries == 4); // id, extras, userInitiated, timeLimit
}

TEST_CASE("a notification comes out as it went in, with its progress and its actions") { // jobs.md §5.1
    Notification::Builder builder("downloads");
    builder.setSmallIcon("download").setContentTitle("debian.iso").setContentText("half");
    builder.setProgress(100, 50, true).addAction("stop", "Stop").addAction("later", "Later");
    LooseMessage message;
    Writer writer = message.writer();
    writeNotification(writer, builder.build());
    REQUIRE(writer.done().ok());
    Reader reader = message.reader();
    CHECK(readNotification(reader).value() == builder.build());
}

TEST_CASE("a work item comes out as it went in, and an unknown key in one is refused") { // jobs.md §2.5
    WorkItem item{.id = 7, .estimatedDown = 5_GiB, .estimatedUp = 0, .minimumChunk = 1_MiB, .deliveries = 3};
    item.extras.putString("name", "photo");
    for (const WorkItem& one : {item, WorkItem{}}) {
        LooseMessage message;
        Writer writer = message.writer();
        writeWork(writer, one);
        REQUIRE(writer.done().ok());
        Reader reader = message.reader();
        CHECK(readWork(reader).value() == one);
    }
    LooseMessage message;
    {
        Writer writer = message.writer();
        DictionaryWriter(writer).put("deadline", std::int64_t{5});
    }
    Reader reader = message.reader();
    CHECK(readWork(reader).error().message.find("unknown key \"deadline\"") != std::string::npos);
}

TEST_CASE("an outcome comes out as it went in") {
    LooseMessage message;
    Writer writer = message.writer();
    writeOutcome(writer, Outcome{66, "404 Not Found"});
    Reader reader = message.reader();
    CHECK(readOutcome(reader).value() == Outcome{66, "404 Not Found"});
}

TEST_CASE("a capability that a newer daemon names of a network is ignored, not refused") {
    LooseMessage message;
    {
        Writer writer = message.writer();
        DictionaryWriter dictionary(writer);
        dictionary.put("capabilities", std::vector<std::string>{"INTERNET", "NOT_SLOW"});
        dictionary.put("latency", std::int64_t{5});
    }
    Reader reader = message.reader();
    CHECK(readNetwork(reader).value().capabilities == std::set{NET_CAPABILITY_INTERNET});
}
