// A download's life in one process: stopped, moved to another network, beside others, and put in place.
#include <doctest/doctest.h>

#include <future>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
#include "programs/transfer/finish.hpp"
#include "transfer/sample_file.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;

namespace {

/// Sends half of it, or so much, and then nothing more.
ScriptedServer::Scene stall(const std::string& content, const std::string& headers, Bytes sent = half) {
    return [content, headers, sent](Exchange& e) {
        e.send(head("200 OK", headers, std::ssize(content)));
        e.send(std::string_view(content).substr(0, sent));
        e.awaitHangUp();
    };
}

} // namespace

TEST_CASE(
    "a stopped download keeps what it has, and the next run in the same process goes on from there") { // jobs.md §4.2
    const Place place;
    std::string content = noise(fileSize, 1);
    const ScriptedServer server({stall(content, tagged), honest(content, etag)});
    Engine engine;
    bool told = false;
    auto download = place.download(server.url());
    auto ticket = runUntil(engine, download, half, {.progressed = {}, .ended = [&](const Ending&) { told = true; }});
    engine.stop(ticket);
    engine.stop(ticket);
    CHECK(engine.idle());
    CHECK(place.list() == ".file.stint-part .file.stint-state");
    CHECK(run(engine, download).fate == Fate::Done); // waits for the lock that the last fdatasync still holds
    CHECK(!told);
    CHECK(Exchange(-1, server.requests().at(1)).rangeStart() == half - 65536);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a server that says any length gets room for some of it, and what is not written is given back at a stop") {
    Place place;
    const std::string content = noise(half, 1);
    const ScriptedServer server({[content](Exchange& e) {
        e.send(head("200 OK", tagged, 512_MiB));
        e.send(content);
        e.awaitHangUp();
    }});
    const auto taken = [&] {
        struct stat part = {};
        REQUIRE(::stat(place.parts().part.c_str(), &part) == 0);
        CHECK(part.st_size <= half);
        return Bytes{part.st_blocks} * 512;
    };
    Engine engine;
    auto ticket = runUntil(engine, place.download(server.url()), half);
    CHECK(taken() <= 65_MiB);
    engine.stop(ticket);
    CHECK(taken() <= half + 64_KiB);
}

TEST_CASE("on another network it asks again at once, from where it is") { // jobs.md §4.7
    const Place place;
    std::string content = noise(fileSize, 2);
    const ScriptedServer server({stall(content, tagged), honest(content, etag)});
    Engine engine;
    std::optional<Ending> ending;
    auto ticket = runUntil(engine, place.download(server.url()), half,
                           {.progressed = {}, .ended = [&](const Ending& e) { ending = e; }});
    engine.reconnect(ticket);
    while (!ending)
        engine.turn();
    CHECK(ending->fate == Fate::Done);
    CHECK(ending->text.find("anew") == std::string::npos);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("on another network it begins anew where the server cannot resume") {
    const Place place;
    std::string content = noise(fileSize, 3);
    const ScriptedServer server({stall(content, ""), [&](Exchange& e) { e.send(reply("200 OK", "", content)); }});
    Engine engine;
    std::optional<Ending> ending;
    auto ticket = runUntil(engine, place.download(server.url()), half,
                           {.progressed = {}, .ended = [&](const Ending& e) { ending = e; }});
    engine.reconnect(ticket);
    while (!ending)
        engine.turn();
    CHECK(ending->text.ends_with("; begun anew: the server cannot resume"));
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("progress is of the file, not of the run, and at most once a second") {
    const Place place;
    const std::string content = noise(fileSize, 4);
    const ScriptedServer server({cutAfter(half, content, tagged), honest(content, etag)});
    Engine engine;
    auto began = std::chrono::steady_clock::now();
    std::vector<Progress> told;
    for (int runs = 0; runs < 2; ++runs) {
        std::optional<Ending> ending;
        engine.start(place.download(server.url()), {.progressed = [&](const Progress& p) { told.push_back(p); },
                                                    .ended = [&](const Ending& e) { ending = e; }});
        while (!ending)
            engine.turn();
    }
    auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
    REQUIRE(told.size() >= 2); // each run tells at once where it begins
    CHECK(told.size() <= 2 + static_cast<std::size_t>(seconds));
    CHECK(told.front().inPlace == 0);
    CHECK(std::any_of(told.begin(), told.end(),
                      [](const Progress& p) { return p.inPlace == half && p.total == fileSize; }));
}

TEST_CASE("several downloads go on at once in one loop") {
    const Place place;
    std::string content = noise(fileSize, 5);
    const ScriptedServer stuck({stall(content, tagged)});
    const ScriptedServer server({honest(content, etag), honest(content, etag), honest(content, etag)});
    Engine engine;
    runUntil(engine, {.url = stuck.url(), .output = place.path("stuck"), .checksum = {}, .overwrite = false}, half);
    int done = 0;
    for (const char* name : {"a", "b", "c"})
        engine.start({.url = server.url(), .output = place.path(name), .checksum = {}, .overwrite = false},
                     {.progressed = {}, .ended = [&](const Ending& e) { done += e.fate == Fate::Done; }});
    while (done < 3)
        engine.turn();
    for (const char* name : {"a", "b", "c"})
        CHECK(contentOf(place.path(name)) == content);
    CHECK(!engine.idle());
}

TEST_CASE("the loop wakes for a descriptor beside it") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const Fd reading(ends[0]);
    const Fd writing(ends[1]);
    Engine engine;
    REQUIRE(::write(writing.get(), "x", 1) == 1);
    engine.turn(reading.get()); // returns
    engine.turn(-1, 1ms);       // and so does this
    CHECK(engine.idle());
}

TEST_CASE("a part that another process writes is left alone") {
    const Place place;
    const std::string content = noise(fileSize, 6);
    const ScriptedServer server({cutAfter(half, content, tagged)});
    CHECK(run(place.download(server.url())).fate == Fate::Later);
    const Fd other(
        ::open(place.parts().part.c_str(), O_RDWR | O_CLOEXEC)); // a lock is the open file's, not the process's
    REQUIRE(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
    CHECK(run(place.download(server.url())) == later("another transfer is at work on this file"));
    CHECK(contentOf(place.parts().part) == content.substr(0, half));
    CHECK(server.requests().size() == 1);
}

TEST_CASE("what is in the place of the target stays untouched, unless it may be replaced") {
    const Place place;
    std::string content = noise(1000, 7);
    const ScriptedServer server({honest(content, etag)});
    writeContent(place.path(), "mine");
    auto download = place.download(server.url());
    CHECK(run(download).exitCode == 73);
    CHECK(contentOf(place.path()) == "mine");
    CHECK(place.list() == "file");
    download.overwrite = true;
    CHECK(run(download).fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a file that comes to the target's place meanwhile is not replaced") {
    Place place;
    std::string content = noise(1000, 8);
    const ScriptedServer server({[&](Exchange& e) {
        writeContent(place.path(), "mine");
        e.send(reply("200 OK", tagged, content));
    }});
    auto download = place.download(server.url());
    CHECK(run(download).exitCode == 73);
    CHECK(contentOf(place.path()) == "mine");
    download.overwrite = true; // all is there: nothing is asked of the server again
    CHECK(run(download).fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("where no file can be made is said at once") {
    const Place place;
    auto download = place.download("http://127.0.0.1:1/");
    download.output = place.path("nowhere") / "file";
    CHECK(run(download).exitCode == 73);
    download.output = place.path(std::string(256, 'n'));
    CHECK(run(download).exitCode == 73);
    std::filesystem::create_directory(place.path("directory"));
    download.output = place.path("directory");
    download.overwrite = true;
    CHECK(run(download).exitCode == 73);
    download.url = "gopher://127.0.0.1/";
    CHECK(run(download).exitCode == 64);
    CHECK(place.list() == "directory");
}

TEST_CASE("a name that leaves no room for what is put around it is a name all the same") {
    for (std::size_t length : {199, 200, 201, 250, 255}) {
        CAPTURE(length);
        const Place place;
        std::string content = noise(fileSize, 17);
        const ScriptedServer server({cutAfter(half, content, tagged), honest(content, etag)});
        auto download = place.download(server.url());
        download.output = place.path(std::string(length - 2, 'n') + "\xc3\xa4");
        CHECK(run(download).fate == Fate::Later);
        CHECK(run(download).fate == Fate::Done);
        CHECK(contentOf(download.output) == content);
        CHECK(Exchange(-1, server.requests().at(1)).rangeStart() == half - 65536);
    }
    PartNames a = partNames(std::string(255, 'a'));
    CHECK(a.part.size() < 230);
    CHECK(a.part != partNames(std::string(254, 'a')).part);
}

TEST_CASE("only a regular file is replaced") {
    const Place place;
    auto download = place.download("http://127.0.0.1:1/");
    download.overwrite = true;
    writeContent(place.path("precious"), "mine");
    std::filesystem::create_symlink(place.path("precious"), place.path("link"));
    REQUIRE(::mkfifo(place.path("fifo").c_str(), 0600) == 0);
    std::filesystem::create_directory(place.path("directory"));
    std::vector<std::string> names{"link", "fifo", "directory"};
    if (::mknod(place.path("device").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0) names.emplace_back("device");
    const std::string before = place.list();
    for (const std::string& name : names) {
        CAPTURE(name);
        download.output = place.path(name);
        CHECK(run(download).exitCode == 73);
        CHECK(place.list() == before);
    }
    CHECK(contentOf(place.path("precious")) == "mine");
}

TEST_CASE("the right checksum passes, a wrong one leaves nothing") {
    const Place place;
    std::string content = noise(fileSize, 9);
    const ScriptedServer server({honest(content, etag), cutAfter(half, content, tagged), honest(content, etag)});
    auto download = place.download(server.url());
    download.checksum = sha256("other");
    Ending ending = run(download);
    CHECK(ending.exitCode == 65);
    CHECK(ending.fate == Fate::Never);
    CHECK(ending.text.find(sha256(content)) != std::string::npos);
    CHECK(place.list().empty());
    download.checksum = sha256(content);
    CHECK(run(download).fate == Fate::Later);
    CHECK(run(download).fate == Fate::Done); // also over a joint
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("an empty file is a file") {
    const Place place;
    const ScriptedServer server({honest("", etag)});
    CHECK(run(place.download(server.url())).fate == Fate::Done);
    CHECK(std::filesystem::file_size(place.path()) == 0);
}

TEST_CASE("a run that died between the rename and its last word is known to have succeeded") { // jobs.md §4.1: retried
    const Place place;
    const std::string content = noise(fileSize, 10);
    const ScriptedServer server({honest(content, etag)});
    auto download = place.download(server.url());
    Ending first = run(download);
    CHECK(run(download) == first);
    CHECK(server.requests().size() == 1);
    forgetFinished(download.output); // the job is known to be over
    CHECK(place.list() == "file");
    CHECK(run(download).exitCode == 73); // so this is another job
}

TEST_CASE("a run that died between the two names of its file has one of them removed by the next") {
    const Place place;
    const std::string content = noise(fileSize, 18);
    const ScriptedServer server({honest(content, etag)});
    auto download = place.download(server.url());
    CHECK(run(download).fate == Fate::Done);
    std::filesystem::create_hard_link(place.path(), place.parts().part);
    CHECK(run(download).fate == Fate::Done);
    CHECK(place.list() == ".file.stint-state file");
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a finished download that may be replaced is fetched again, though its sidecar was never forgotten") {
    const Place place;
    std::string fresh = noise(fileSize, 15);
    const ScriptedServer server({honest(noise(fileSize, 16), etag), honest(fresh, "\"v2\"")});
    auto download = place.download(server.url());
    CHECK(run(download).fate == Fate::Done);
    download.overwrite = true;
    CHECK(run(download).fate == Fate::Done);
    CHECK(contentOf(place.path()) == fresh);
}

TEST_CASE("another file in the target's place is never taken for a finished download") {
    const Place place;
    const std::string content = noise(fileSize, 11);
    const ScriptedServer server({honest(content, etag)});
    auto download = place.download(server.url());
    CHECK(run(download).fate == Fate::Done);
    writeContent(place.path("other"), content);
    std::filesystem::rename(place.path("other"), place.path());
    CHECK(run(download).exitCode == 73);
}

TEST_CASE("a part is not believed without its record, and a damaged record is none") {
    for (const bool damaged : {true, false}) {
        const Place place;
        std::string content = noise(fileSize, 12);
        const ScriptedServer server({cutAfter(half, content, tagged), honest(content, etag)});
        CHECK(run(place.download(server.url())).fate == Fate::Later);
        if (damaged)
            writeContent(place.parts().state, "{\"version\": 1, \"url\": ");
        else
            std::filesystem::remove(place.parts().state);
        const Ending ending = run(place.download(server.url()));
        CHECK(ending.text.ends_with("; begun anew: the record of what was there is missing or damaged"));
        CHECK(contentOf(place.path()) == content);
        CHECK(Exchange(-1, server.requests().at(1)).header("Range").empty());
    }
}

TEST_CASE("a small file's bytes and their record are in place when they are told, and not before") { // linux.md §A.10
    const Place place;
    constexpr Bytes small = 100'000, sent = 80'000;
    const std::string content = noise(small, 13);
    const ScriptedServer server({stall(content, tagged, sent), honest(content, etag)});
    Engine engine;
    Bytes told = 0;
    const auto ticket = engine.start(place.download(server.url()),
                                     {.progressed = [&](const Progress& now) { told = now.inPlace; }, .ended = {}});
    while (told == 0) {
        CHECK((place.list().empty() || place.list() == ".file.stint-part"));
        engine.turn();
    }
    CHECK(std::filesystem::file_size(place.parts().part) == told);
    CHECK(place.sidecar());
    engine.stop(ticket);
    CHECK(run(engine, place.download(server.url())).fate == Fate::Done);
    CHECK(Exchange(-1, server.requests().at(1)).rangeStart() == told - 65536);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a small file that is cut off before anything is told is resumed all the same") {
    const Place place;
    constexpr Bytes small = 100'000, sent = 80'000;
    const std::string content = noise(small, 14);
    const ScriptedServer server({[&content](Exchange& e) {
                                     e.send(head("200 OK", tagged, small));
                                     e.send(std::string_view(content).substr(0, sent));
                                 },
                                 honest(content, etag)});
    CHECK(run(place.download(server.url())).fate == Fate::Later);
    CHECK(place.list() == ".file.stint-part .file.stint-state");
    CHECK(run(place.download(server.url())).fate == Fate::Done);
    CHECK(Exchange(-1, server.requests().at(1)).rangeStart() == sent - 65536);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("another URL for the same file is another download") {
    const Place place;
    const std::string content = noise(fileSize, 13);
    std::string other = noise(fileSize, 14);
    const ScriptedServer server({cutAfter(half, content, tagged), honest(other, etag)});
    CHECK(run(place.download(server.url("/one"))).fate == Fate::Later);
    const Ending ending = run(place.download(server.url("/two")));
    CHECK(ending.text.ends_with("; begun anew: what was there came from another URL"));
    CHECK(contentOf(place.path()) == other);
}
