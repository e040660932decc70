// How a server is reached, from curl's words to the job's extras.
#include <cstdlib>
#include <fstream>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include "base/text/printable.hpp"
#include "faces/cli/program.hpp"
#include "faces/cli/transfer/orders.hpp"
#include "faces/cli/transfer/transfer_options.hpp"

using namespace stint;
using namespace stint::cli;

namespace {

/// A file in a directory that goes with the test.
struct Here {
    std::filesystem::path path;
    Here() {
        std::string made = (std::filesystem::temp_directory_path() / "stint-cli-XXXXXX").string();
        path = ::mkdtemp(made.data());
        std::ofstream(path / "file") << "X-One: 1\r\n\r\nX-Two: 2\n";
    }
    ~Here() { std::filesystem::remove_all(path); }
};

std::string hidden(std::vector<std::string> words) {
    std::vector<char*> pointers;
    for (auto& word : words)
        pointers.push_back(word.data());
    hideSecrets(pointers);
    std::string line;
    for (const auto& word : words)
        line += (line.empty() ? "" : " ") + word;
    return line;
}

} // namespace

TEST_CASE("a rate is written as we write sizes, and as curl does") {
    struct Row {
        const char* text;
        Bytes rate;
    };
    for (const Row& r : {Row{"500KB", 500'000}, Row{"2MiB", 2_MiB}, Row{"1.5MB/s", 1'500'000}, Row{"200k", 200_KiB},
                         Row{"3M", 3_MiB}, Row{"1G", 1024_MiB}, Row{"1000", 1000}, Row{"1B", 1}}) {
        CAPTURE(r.text);
        auto rate = parseByteRate(r.text);
        REQUIRE(rate.ok());
        CHECK(*rate == r.rate);
    }
    for (const char* text : {"", "0", "much", "-5k", "k", "5x", "/s"}) {
        CAPTURE(text);
        CHECK(!parseByteRate(text).ok());
    }
}

TEST_CASE("what a server is to be told goes into the job") {
    const Here here;
    Arguments given{{},
                    {{"cookie", "a=1"},
                     {"user", "me:x"},
                     {"netrc-file", "file"},
                     {"location-trusted", ""},
                     {"limit-rate", "1M"},
                     {"speed-limit", "10k"},
                     {"speed-time", "5"},
                     {"proxy", "http://p:1"},
                     {"noproxy", "h"},
                     {"cacert", "file"}}};
    given.repeated["header"] = {"X: 1", "@file"};
    PersistableBundle extras;
    REQUIRE(putReach(given, "http://h/", here.path, extras).ok());
    CHECK(extras.getStringArray("headers") == std::vector<std::string>{"X: 1", "X-One: 1", "X-Two: 2"});
    CHECK(extras.getString("cookie") == "a=1");
    CHECK(extras.getString("user") == "me:x");
    CHECK(extras.getString("netrc") == (here.path / "file").native());
    CHECK(extras.getBoolean("trustsRedirects"));
    CHECK(extras.getString("authorities") == (here.path / "file").native());
    CHECK(extras.getString("proxy") == "http://p:1");
    CHECK(extras.getString("noProxy") == "h");
    CHECK(extras.getLong("rate") == 1_MiB);
    CHECK(extras.getLong("leastRate") == 10_KiB);
    CHECK(extras.getLong("leastRateFor") == 5);
}

TEST_CASE("a cookie without = is a file, and what is no word of curl's is refused without being repeated") {
    const Here here;
    PersistableBundle extras;
    REQUIRE(putReach(Arguments{{}, {{"cookie", "file"}}}, "http://h/", here.path, extras).ok());
    CHECK(extras.getString("cookieFile") == (here.path / "file").native());
    for (auto [option, value] : {std::pair{"cookie", "none"},
                                 {"user", "hunter2"},
                                 {"netrc-file", "none"},
                                 {"cacert", "none"},
                                 {"limit-rate", "x"},
                                 {"speed-time", "1.5"}}) {
        CAPTURE(option);
        auto made = putReach(Arguments{{}, {{option, value}}}, "http://h/", here.path, extras);
        REQUIRE(!made.ok());
        const bool file = std::string_view(value) == "none"; // the words are right, and it is not there: 66
        CHECK(made.error().code == (file ? Errc::ILLEGAL_STATE : Errc::ILLEGAL_ARGUMENT));
        CHECK(made.error().message.find("hunter2") == std::string::npos);
    }
}

TEST_CASE("name and password of a URL are not shown") {
    CHECK(withoutSecrets("http://me:x@h/p@q?r@s") == "http://h/p@q?r@s");
    CHECK(withoutSecrets("ftp://me@h") == "ftp://h");
    CHECK(withoutSecrets("http://h/p") == "http://h/p");
    CHECK(withoutSecrets("nothing") == "nothing");
}

TEST_CASE("secrets are taken out of the command line of get and put, and of no other") {
    CHECK(hidden({"get", "-H", "A: b", "http://me:x@h/p"}) == "get -H **** http://****@h/p");
    CHECK(hidden({"get", "-HA: b", "--cookie=a=1", "-u", "m:p"}) == "get -H**** --cookie=*** -u ***");
    CHECK(hidden({"--json", "put", "f", "--proxy", "http://p", "-b", "c"}) == "--json put f --proxy ******** -b *");
    CHECK(hidden({"get", "--header"}) == "get --header");
    CHECK(hidden({"run", "--", "curl", "-u", "m:p"}) == "run -- curl -u m:p");
}

TEST_CASE("several URLs are several files, in a directory if one is named") {
    const Here here;
    const std::vector<std::string> urls{"http://h/a", "http://h/b"};
    auto both = wantedBy(Arguments{urls, {{"output", "."}}}, here.path);
    REQUIRE(both.ok());
    CHECK((*both)[1].target == here.path / "b");
    CHECK((*both)[1].serverNames);
    CHECK(!wantedBy(Arguments{urls, {{"output", "x"}}}, here.path).ok());
    CHECK(!wantedBy(Arguments{{"http://h/a", "http://g/a"}, {}}, here.path).ok());
    CHECK(!wantedBy(Arguments{{"http://h/a"}, {{"output", "x"}, {"remote-name", ""}}}, here.path).ok());
    CHECK(!wantedBy(Arguments{{"http://h/a"}, {{"output", "x"}}}, here.path)->front().serverNames);
    CHECK(!wantedBy(Arguments{{"http://h/a"}, {{"remote-name", ""}}}, here.path)->front().serverNames);
}

TEST_CASE("an upload is a job with a file, and its size as the estimate") {
    const Here here;
    auto sent = sentBy(Arguments{{"file", "http://h/"}, {{"tus", ""}, {"discard-on-cancel", ""}}}, here.path);
    REQUIRE(sent.ok());
    auto job = jobFor(*sent, Manner::UserInitiated);
    REQUIRE(job.ok());
    CHECK(job->getEstimatedNetworkUploadBytes() == 21);
    CHECK(job->getExtras().getString("source") == (here.path / "file").native());
    CHECK(job->getExtras().getString("protocol") == "tus");
    CHECK(job->getExtras().getBoolean("discardOnCancel"));
    CHECK(sentBy(Arguments{{"none", "http://h/"}, {}}, here.path).error().code == Errc::SYSTEM);
    std::filesystem::create_directory(here.path / "my photos");
    const auto directory = sentBy(Arguments{{"my photos/", "http://h/"}, {}}, here.path).error();
    CHECK(directory.code == Errc::SYSTEM);
    CHECK(directory.message == (here.path / "my photos").native() +
                                   " is a directory, and an upload is one file: make one of it (tar -cf 'my "
                                   "photos.tar' 'my photos/'), or put its files one at a time");
    CHECK(sentBy(Arguments{{".", "http://h/"}, {}}, here.path).error().message.find("is a directory") !=
          std::string::npos);
    CHECK(sentBy(Arguments{{"file", "h"}, {}}, here.path).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(sentBy(Arguments{{"file", "http://h/"}, {{"discard-on-cancel", ""}}}, here.path).error().code ==
          Errc::ILLEGAL_ARGUMENT);
}
