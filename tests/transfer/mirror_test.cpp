// A download with mirrors: which failures lead to the next source, and what of the bytes in place is kept there.
#include <doctest/doctest.h>

#include <fmt/core.h>

#include "programs/transfer/access.hpp"
#include "transfer/sample_file.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;
using Scenes = std::vector<ScriptedServer::Scene>;

namespace {

const std::string eight = "Mon, 05 Jan 2026 08:00:00 GMT";
const std::string nine = "Mon, 05 Jan 2026 09:00:00 GMT";

/// A mirror of `content` whose ETag is its own; it gives ranges.
ScriptedServer::Scene mirror(std::string content, std::string modified = eight) {
    return [content, modified](Exchange& e) {
        const std::string headers = fmt::format("ETag: \"own\"\r\nLast-Modified: {}\r\nDate: {}\r\n", modified, nine);
        const Bytes start = e.rangeStart();
        CHECK(e.header("If-Range").empty()); // no other server's validator is sent here
        if (start == 0) {
            e.send(reply("200 OK", headers, content));
            return;
        }
        e.send(partial(fmt::format("bytes {}-{}/{}", start, content.size() - 1, content.size()), headers,
                       std::string_view(content).substr(static_cast<std::size_t>(start))));
    };
}

/// The first source breaks off at half of the file.
ScriptedServer::Scene broken(const std::string& content) {
    return cutAfter(half, content, fmt::format("{}Last-Modified: {}\r\nDate: {}\r\n", tagged, eight, nine));
}

ScriptedServer::Scene answer(const std::string& status) {
    return [status](Exchange& e) { e.send(reply(status, "", "")); };
}

Download from(const Place& place, const ScriptedServer& first, const ScriptedServer& second) {
    Download download = place.download(first.url());
    download.mirrors = {second.url()};
    return download;
}

bool says(const Ending& ending, std::string_view text) { return ending.text.find(text) != std::string::npos; }

} // namespace

TEST_CASE("the bytes of another source are kept by a digest, or by length and date together") { // linux.md §B
    constexpr auto Append = Course::Kind::Append;
    constexpr auto AskAnew = Course::Kind::AskAnew;
    constexpr auto End = Course::Kind::End;
    const std::string digest = "sha256:" + std::string(64, 'a');
    const std::string another = "sha256:" + std::string(64, 'b');
    struct Row {
        const char* what;
        std::optional<Elsewhere> elsewhere;
        std::optional<Bytes> known;
        std::string range;
        std::string modified;
        std::string date;
        std::string digest;
        Course::Kind kind;
    };
    // clang-format off
    for (const Row& row : {
        Row{"length and date agree",            Elsewhere{},                100, "bytes 50-99/100", eight, nine,  "", Append},
        Row{"another date",                     Elsewhere{},                100, "bytes 50-99/100", nine,  nine,  "", AskAnew},
        Row{"no date",                          Elsewhere{},                100, "bytes 50-99/100", "",    nine,  "", AskAnew},
        Row{"a date that proves nothing",       Elsewhere{},                100, "bytes 50-99/100", eight, eight, "", AskAnew},
        Row{"the length is not known",          Elsewhere{},                {},  "bytes 50-99/100", eight, nine,  "", AskAnew},
        Row{"the length is not said",           Elsewhere{},                100, "bytes 50-99/*",   eight, nine,  "", AskAnew},
        Row{"another length",                   Elsewhere{},                100, "bytes 50-98/99",  eight, nine,  "", End},
        Row{"shorter than what is there",       Elsewhere{},                {},  "bytes 50-59/60",  eight, nine,  "", End},
        Row{"a digest decides",                 Elsewhere{digest, true},    100, "bytes 50-99/100", "",    "",    "", Append},
        Row{"a server's digest decides",        Elsewhere{digest, false},   100, "bytes 50-99/100", nine,  nine,  "", Append},
        Row{"the same digest",                  Elsewhere{digest, false},   100, "bytes 50-99/100", nine,  nine,  digest, Append},
        Row{"another digest",                   Elsewhere{digest, false},   100, "bytes 50-99/100", eight, nine,  another, End},
        Row{"another digest than was asked for",Elsewhere{digest, true},    100, "bytes 50-99/100", eight, nine,  another, AskAnew},
        Row{"another length, and a checksum",   Elsewhere{digest, true},    100, "bytes 50-98/99",  eight, nine,  "", AskAnew}}) {
        // clang-format on
        CAPTURE(row.what);
        const Asked asked{.size = 80,
                          .start = 50,
                          .validator = {Validator::Kind::ETag, "\"a\"", eight},
                          .total = row.known,
                          .location = "first",
                          .elsewhere = row.elsewhere};
        const Response response{.status = 206,
                                .etag = "\"b\"",
                                .lastModified = row.modified,
                                .date = row.date,
                                .contentRange = row.range,
                                .digest = row.digest,
                                .location = "second"};
        CHECK(decide(asked, response).kind == row.kind);
    }
}

TEST_CASE("a mirror goes on where the first source broke off") { // linux.md §B
    const std::string content = noise(fileSize, 40);
    for (const bool summed : {false, true}) {
        CAPTURE(summed);
        const Place place;
        const ScriptedServer first({broken(content)});
        const ScriptedServer second({mirror(content, summed ? nine : eight)});
        Download download = from(place, first, second);
        if (summed) download.checksum = sha256(content);
        const Ending ending = run(download);
        CAPTURE(ending.text);
        CHECK(ending.fate == Fate::Done);
        CHECK(says(ending, ", the last of it from " + serverOf(second.url())));
        CHECK(!says(ending, "begun anew"));
        CHECK(contentOf(place.path()) == content);
        CHECK(Exchange(-1, second.requests().at(0)).rangeStart() == half - overlap);
    }
}

TEST_CASE("where nothing shows that the mirror's file is the same, it is begun anew, and said") { // linux.md §B
    const std::string content = noise(fileSize, 41);
    const Place place;
    const ScriptedServer first({broken(content)});
    const ScriptedServer second({mirror(content, nine), mirror(content, nine)});
    const Ending ending = run(from(place, first, second));
    CHECK(ending.fate == Fate::Done);
    CHECK(says(ending, "begun anew: the next source does not show that its file is the same"));
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a mirror with another file is passed over, and nothing of it is mixed in") { // linux.md §B
    const std::string content = noise(fileSize, 42);
    const std::string wrong = noise(fileSize, 43);
    for (const std::string& other : {wrong, wrong.substr(0, fileSize - 8)}) {
        const Place place;
        const ScriptedServer first({broken(content), honest(content, etag)});
        const ScriptedServer second({mirror(other)});
        const Download download = from(place, first, second);
        const Ending ending = run(download);
        CAPTURE(ending.text);
        CHECK(ending.fate == Fate::Later);
        CHECK(says(ending, serverOf(second.url()) + ": it has another file than what is there, which is kept"));
        CHECK(contentOf(place.parts().part) == content.substr(0, half));
        CHECK(run(download).fate == Fate::Done); // the source of the bytes in place is asked first
        CHECK(Exchange(-1, first.requests().at(1)).rangeStart() == half - overlap);
        CHECK(contentOf(place.path()) == content);
    }
}

TEST_CASE("a wrong digest has the file begun anew, by the next source, or by the last of several") { // linux.md §B
    const std::string content = noise(fileSize, 44);
    std::string tail = content; // other bytes behind the overlap
    tail.replace(fileSize - 8, 8, "another!");
    const auto verified = [&](const Place& place, const ScriptedServer& first, const ScriptedServer& second) {
        Download download = from(place, first, second);
        download.checksum = sha256(content);
        return download;
    };
    SUBCASE("all of it came from one source") {
        const Place place;
        const ScriptedServer first({mirror(tail)});
        const ScriptedServer second({mirror(content)});
        const Ending ending = run(verified(place, first, second));
        CAPTURE(ending.text);
        CHECK(ending.fate == Fate::Done);
        CHECK(says(ending, "begun anew: the checksum of what was there was wrong"));
        CHECK(contentOf(place.path()) == content);
        CHECK(place.list() == ".file.stint-state file");
    }
    SUBCASE("its beginning came from a source with another file") {
        const Place place;
        std::string front = content;
        front.replace(0, 8, "another!");
        const ScriptedServer first({broken(front)});
        const ScriptedServer second({mirror(content), mirror(content)});
        CHECK(run(verified(place, first, second)).fate == Fate::Done);
        CHECK(second.requests().size() == 2);
        CHECK(contentOf(place.path()) == content);
    }
    SUBCASE("no source has the right one") {
        const Place place;
        const ScriptedServer first({mirror(tail)});
        const ScriptedServer second({mirror(tail)});
        const Ending ending = run(verified(place, first, second));
        CAPTURE(ending.text);
        CHECK(ending.fate == Fate::Never);
        CHECK(ending.exitCode == 65);
        CHECK(place.list().empty());
    }
}

TEST_CASE("each failure of a server or of the way to it leads to the next source") { // linux.md §B
    const std::string content = noise(2000, 45);
    for (const std::string status : {"404 Not Found", "410 Gone", "403 Forbidden", "401 Unauthorized", "429 Busy",
                                     "500 No", "503 Not now", "418 Teapot"}) {
        CAPTURE(status);
        const Place place;
        const ScriptedServer first({answer(status)});
        const ScriptedServer second({mirror(content)});
        const Ending ending = run(from(place, first, second));
        CHECK(ending.fate == Fate::Done);
        CHECK(!says(ending, "begun anew"));
        CHECK(contentOf(place.path()) == content);
    }
    for (const char* const url :
         {"http://127.0.0.1:1/file", "https://127.0.0.1:1/file", "http://no-such-host.invalid/file"}) {
        CAPTURE(url);
        const Place place;
        const ScriptedServer second({mirror(content)});
        Download download = place.download(url);
        download.mirrors = {second.url()};
        CHECK(run(download).fate == Fate::Done);
    }
}

TEST_CASE("a run asks each source once, and fails for good only if each did") { // linux.md §B
    struct Row {
        std::string first;
        std::string second;
        Fate fate;
        int code;
    };
    for (const Row& row :
         {Row{"404 Not Found", "410 Gone", Fate::Never, 66}, Row{"404 Not Found", "503 Not now", Fate::Later, 75},
          Row{"503 Not now", "404 Not Found", Fate::Later, 75}}) {
        const Place place;
        const ScriptedServer first({answer(row.first)});
        const ScriptedServer second({answer(row.second)});
        const Ending ending = run(from(place, first, second));
        CAPTURE(ending.text);
        CHECK(ending.fate == row.fate);
        CHECK(ending.exitCode == row.code);
        CHECK(says(ending, "no source has it now: " + serverOf(first.url())));
        CHECK(says(ending, "; " + serverOf(second.url())));
        CHECK(first.requests().size() == 1);
        CHECK(second.requests().size() == 1);
    }
}

TEST_CASE("the next run begins with the source of what is there") { // linux.md §B
    const std::string content = noise(fileSize, 46);
    const Place place;
    const ScriptedServer first({answer("503 Not now")});
    const ScriptedServer second({broken(content), honest(content, etag)});
    const Download download = from(place, first, second);
    CHECK(run(download).fate == Fate::Later);
    const Ending ending = run(download);
    CAPTURE(ending.text);
    CHECK(ending.fate == Fate::Done);
    CHECK(says(ending, ") from " + serverOf(second.url())));
    CHECK(first.requests().size() == 1);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("what this machine lacks ends a run, whatever mirrors there are") { // linux.md §B
    const std::string content = noise(2000, 47);
    const Place place;
    const ScriptedServer first({mirror(content)});
    const ScriptedServer second({});
    Download download = from(place, first, second);
    download.largest = 1000;
    CHECK(run(download).exitCode == 65);
    writeContent(place.path(), "mine");
    CHECK(run(download).exitCode == 73);
    CHECK(second.requests().empty());
}

TEST_CASE("secrets go to no mirror on another server") { // linux.md §B
    const std::string content = noise(2000, 48);
    const Place place;
    const ScriptedServer first({answer("503 Not now")});
    const ScriptedServer second({mirror(content)});
    Download download = from(place, first, second);
    download.access.headers = {"X-Token: hunter2"};
    download.access.user = "me:hunter2";
    CHECK(run(download).fate == Fate::Done);
    CHECK(first.requests().at(0).find("hunter2") != std::string::npos);
    CHECK(second.requests().at(0).find("hunter2") == std::string::npos);
    CHECK(second.requests().at(0).find("Authorization") == std::string::npos);
}

TEST_CASE("mirrors that an app gives are checked like the URL") {
    const Place place;
    const auto refused = [&](std::vector<std::string> mirrors, const std::string& checksum = {}) {
        Download download = place.download("http://a.example/f");
        download.mirrors = std::move(mirrors);
        download.checksum = checksum;
        return !checked(download).ok();
    };
    CHECK(!refused({"https://b.example/f", "ftp://c.example/f"}));
    CHECK(refused({"file:///etc/passwd"}));
    CHECK(refused({""}));
    CHECK(refused({"http://b.example/f"}, checksumAuto));
    CHECK(!refused(std::vector<std::string>(16, "http://b.example/f")));
    CHECK(refused(std::vector<std::string>(17, "http://b.example/f")));
}
