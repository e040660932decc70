// Servers that cannot resume, that changed, that lie: whatever they do, a file that is reported as saved is one
// version, whole (issue: a mix of two versions must be impossible; linux.md §B, libcurl facts).
#include <doctest/doctest.h>

#include <fmt/core.h>

#include "transfer/sample_file.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;

TEST_CASE("a connection that was cut is gone on from, 64 KiB before the end of what is there") {
    const Place place;
    std::string content = noise(fileSize, 1);
    ScriptedServer server({cutAfter(half, content, tagged), honest(content, etag)});
    Ending ending = afterACut(place, server);
    CHECK(ending == Ending{Fate::Done, 0, fmt::format("saved {} (585.9 KiB)", place.path().native())});
    CHECK(contentOf(place.path()) == content);
    const Exchange second(-1, server.requests().at(1));
    CHECK(second.rangeStart() == half - 65536);
    CHECK(second.header("If-Range") == etag);
    CHECK(second.header("Accept-Encoding") == "identity");
}

TEST_CASE("without a strong validator nothing is resumed, and the end says so") {
    const std::string old = "Last-Modified: Mon, 05 Jan 2026 08:00:00 GMT\r\n";
    // clang-format off
    for (const std::string& headers : {std::string(),
                                       std::string("ETag: W/\"v1\"\r\n"),
                                       std::string("ETag: v1\r\n"),
                                       std::string("ETag: \"\"\r\n"), // the same of every file
                                       "ETag: \"\"\r\n" + old + "Date: Mon, 05 Jan 2026 09:00:00 GMT\r\n",
                                       std::string("Last-Modified: Thu, 01 Jan 1970 00:00:01 GMT\r\n"
                                                   "Date: Mon, 05 Jan 2026 09:00:00 GMT\r\n"),
                                       std::string("ETag: \"v1\"\r\nETag: \"v2\"\r\n"),
                                       old, // without a Date
                                       old + "Date: Mon, 05 Jan 2026 08:00:59 GMT\r\n",
                                       "ETag: W/\"v1\"\r\n" + old + "Date: Mon, 05 Jan 2026 09:00:00 GMT\r\n"}) {
        // clang-format on
        CAPTURE(headers);
        const Place place;
        std::string content = noise(fileSize, 2);
        ScriptedServer server(
            {cutAfter(half, content, headers), [&](Exchange& e) { e.send(reply("200 OK", headers, content)); }});
        Ending ending = afterACut(place, server);
        CHECK(ending.fate == Fate::Done);
        CHECK(ending.text.ends_with("; begun anew: the server cannot resume"));
        CHECK(contentOf(place.path()) == content);
        CHECK(Exchange(-1, server.requests().at(1)).header("Range").empty());
    }
}

TEST_CASE("a Last-Modified well before the Date serves where there is no ETag") { // RFC 9110 §8.8.2.2
    const Place place;
    std::string content = noise(fileSize, 3);
    std::string modified = "Mon, 05 Jan 2026 08:00:00 GMT";
    std::string headers = fmt::format("Last-Modified: {}\r\nDate: Mon, 05 Jan 2026 08:01:00 GMT\r\n", modified);
    ScriptedServer server({cutAfter(half, content, headers), [&](Exchange& e) {
                               Bytes start = e.rangeStart();
                               e.send(partial(fmt::format("bytes {}-{}/{}", start, fileSize - 1, fileSize), headers,
                                              std::string_view(content).substr(start)));
                           }});
    Ending ending = afterACut(place, server);
    CHECK(ending.fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
    CHECK(Exchange(-1, server.requests().at(1)).header("If-Range") == modified);
}

TEST_CASE("a file that changed on the server is begun anew, whatever its new size") {
    for (Bytes newSize : {fileSize, fileSize + 100'000, fileSize - 100'000, half - 100'000, Bytes{1}, Bytes{0}}) {
        CAPTURE(newSize);
        const Place place;
        std::string changed = noise(newSize, 5);
        ScriptedServer server({cutAfter(half, noise(fileSize, 4), tagged), honest(changed, "\"v2\"")});
        Ending ending = afterACut(place, server);
        CHECK(ending.fate == Fate::Done);
        CHECK(ending.text.ends_with("; begun anew: changed on the server"));
        CHECK(contentOf(place.path()) == changed);
        CHECK(server.requests().size() == 2);
    }
}

TEST_CASE("that it was begun anew is said at the end, also when a later run reaches it") {
    const Place place;
    std::string changed = noise(fileSize, 7);
    ScriptedServer server({cutAfter(half, noise(fileSize, 6), tagged), cutAfter(half, changed, "ETag: \"v2\"\r\n"),
                           honest(changed, "\"v2\"")});
    CHECK(afterACut(place, server).fate == Fate::Later);
    const Ending ending = run(place.download(server.url()));
    CHECK(ending.text.ends_with("; begun anew: changed on the server"));
    CHECK(contentOf(place.path()) == changed);
}

TEST_CASE("a server that answers 200 to a range, of the same version, is compared with what is there") {
    const Place place;
    std::string content = noise(fileSize, 8);
    ScriptedServer server(
        {cutAfter(half, content, tagged), [&](Exchange& e) { e.send(reply("200 OK", tagged, content)); }});
    const Ending ending = afterACut(place, server);
    CHECK(ending.text.starts_with("saved "));
    CHECK(ending.text.find("anew") == std::string::npos);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a part that is not exactly the one asked for is dropped, and the whole file asked for") {
    constexpr Bytes start = half - 65536;
    struct Row {
        const char* lie;
        std::string contentRange;
        std::string headers;
    };
    for (const Row& row : {
             Row{"another start", fmt::format("bytes {}-{}/{}", start + 1, fileSize - 1, fileSize), tagged},
             Row{"from the beginning", fmt::format("bytes 0-{}/{}", fileSize - 1, fileSize), tagged},
             Row{"another total", fmt::format("bytes {}-{}/{}", start, fileSize - 1, fileSize + 1), tagged},
             Row{"no total", fmt::format("bytes {}-{}/*", start, fileSize - 1), tagged},
             Row{"an end behind the total", fmt::format("bytes {}-{}/{}", start, fileSize, fileSize), tagged},
             Row{"a length that does not fit", fmt::format("bytes {}-{}/{}", start, fileSize - 2, fileSize), tagged},
             Row{"another unit", fmt::format("lines {}-{}/{}", start, fileSize - 1, fileSize), tagged},
             Row{"no numbers", "bytes some-more/all", tagged},
             Row{"no validator", fmt::format("bytes {}-{}/{}", start, fileSize - 1, fileSize), ""},
             Row{"another validator", fmt::format("bytes {}-{}/{}", start, fileSize - 1, fileSize), "ETag: \"v2\"\r\n"},
             Row{"a weak one", fmt::format("bytes {}-{}/{}", start, fileSize - 1, fileSize), "ETag: W/\"v1\"\r\n"},
         }) {
        CAPTURE(row.lie);
        const Place place;
        std::string content = noise(fileSize, 9);
        std::string other = noise(fileSize, 10); // what such a server would splice in
        ScriptedServer server({cutAfter(half, content, tagged),
                               [&](Exchange& e) {
                                   const std::string body = content.substr(start, 65536) + other.substr(half);
                                   e.send(partial(row.contentRange, row.headers, body));
                               },
                               honest(other, "\"v3\"")});
        Ending ending = afterACut(place, server);
        CHECK(ending.fate == Fate::Done);
        CHECK(ending.text.find("; begun anew: ") != std::string::npos);
        CHECK(contentOf(place.path()) == other);
        CHECK(server.requests().size() == 3);
        CHECK(Exchange(-1, server.requests().at(2)).header("Range").empty());
    }
}

TEST_CASE("headers that disagree about the version are believed by none") { // linux.md §B
    const std::string eight = "Last-Modified: Mon, 05 Jan 2026 08:00:00 GMT\r\n";
    const std::string nine = "Last-Modified: Mon, 05 Jan 2026 09:00:00 GMT\r\n";
    const std::string date = "Date: Mon, 05 Jan 2026 10:00:00 GMT\r\n";
    struct Row {
        const char* how;
        std::string first;
        std::string then;
        bool goesOn;
    };
    for (const Row& row : {
             Row{"another date beside the ETag", tagged + eight, tagged + nine, false},
             Row{"the same both", tagged + eight, tagged + eight, true},
             Row{"a date left out", tagged + eight, tagged, true}, // RFC 9110 §15.3.7
             Row{"a date that was not there", tagged, tagged + eight, true},
             Row{"two dates beside the ETag", tagged + eight, tagged + eight + nine, false},
             Row{"an ETag left out", tagged + eight + date, eight + date, false},
             Row{"an ETag that was not there", eight + date, tagged + eight + date, false},
             Row{"a weak one that was not there", eight + date, "ETag: W/\"v1\"\r\n" + eight + date, false},
             Row{"another date", eight + date, nine + date, false},
         }) {
        CAPTURE(row.how);
        const Place place;
        const std::string content = noise(fileSize, 24);
        std::string other = noise(fileSize, 25);
        constexpr Bytes start = half - 65536;
        other.replace(start, 65536, content, start, 65536); // what is compared is the same in both
        const std::string_view rest = std::string_view(row.goesOn ? content : other).substr(start);
        ScriptedServer server(
            {cutAfter(half, content, row.first),
             [&](Exchange& e) {
                 e.send(partial(fmt::format("bytes {}-{}/{}", start, fileSize - 1, fileSize), row.then, rest));
             },
             honest(other, "\"v3\"")});
        const Ending ending = afterACut(place, server);
        CHECK(ending.fate == Fate::Done);
        CHECK(contentOf(place.path()) == (row.goesOn ? content : other));
        CHECK(ending.text.ends_with("; begun anew: changed on the server") == !row.goesOn);
    }
}

TEST_CASE("bytes that do not join what is there show in the overlap") { // wget2#389
    for (const Bytes wrong : {half - 65536, half - 1}) {
        const Place place;
        const std::string content = noise(fileSize, 11);
        std::string garbled = content;
        garbled[wrong] ^= 1;
        ScriptedServer server({cutAfter(half, content, tagged), honest(garbled, etag), honest(garbled, etag)});
        const Ending ending = afterACut(place, server);
        CHECK(ending.text.ends_with("; begun anew: the server's bytes do not join what was there"));
        CHECK(contentOf(place.path()) == garbled);
    }
}

TEST_CASE("a part that is longer than it said is not believed") {
    const Place place;
    std::string content = noise(fileSize, 12);
    ScriptedServer server({cutAfter(half, content, tagged),
                           [&](Exchange& e) {
                               std::string body = content.substr(e.rangeStart()) + "and more";
                               e.send(fmt::format("HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n{}"
                                                  "Content-Range: bytes {}-{}/{}\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                                                  tagged, e.rangeStart(), fileSize - 1, fileSize, body.size(), body));
                           },
                           honest(content, etag)});
    const Ending ending = afterACut(place, server);
    CHECK(ending.text.ends_with("; begun anew: the server sent more than it announced"));
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a server that gives ranges piecemeal is asked again at once") {
    const Place place;
    std::string content = noise(fileSize, 13);
    auto piece = [&](Exchange& e) {
        Bytes start = e.rangeStart();
        const Bytes length = std::min<Bytes>(200'000, fileSize - start);
        e.send(partial(fmt::format("bytes {}-{}/{}", start, start + length - 1, fileSize), tagged,
                       std::string_view(content).substr(start, length)));
    };
    ScriptedServer server({cutAfter(half, content, tagged), piece, piece, piece});
    CHECK(afterACut(place, server).fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
    CHECK(server.requests().size() == 4);
}

TEST_CASE("a server that makes a part look whole, and whose bytes do not join it, is not believed later") {
    const Place place;
    std::string content = noise(fileSize, 20);
    std::string other = noise(half, 21);
    // Chunked, so that the file's size is unknown; cut off at half.
    ScriptedServer server(
        {[&](Exchange& e) {
             e.send(fmt::format("HTTP/1.1 200 OK\r\n{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n", tagged, half,
                                content.substr(0, half)));
         },
         [&](Exchange& e) {
             Bytes start = e.rangeStart();
             e.send(partial(fmt::format("bytes {}-{}/{}", start, half - 1, half), tagged,
                            std::string_view(other).substr(start)));
         },
         [](Exchange& e) { e.send(reply("503 Service Unavailable", "", "")); }, honest(content, etag)});
    CHECK(afterACut(place, server).fate == Fate::Later);
    CHECK(run(place.download(server.url())).fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a part without a body is no end of a file") {
    const Place place;
    std::string content = noise(fileSize, 22);
    ScriptedServer server({[&](Exchange& e) {
                               e.send(
                                   fmt::format("HTTP/1.1 200 OK\r\n{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n",
                                               tagged, half, content.substr(0, half)));
                           },
                           [&](Exchange& e) {
                               e.send(fmt::format("HTTP/1.1 206 Partial Content\r\n{}Transfer-Encoding: chunked\r\n"
                                                  "Content-Range: bytes {}-{}/{}\r\n\r\n0\r\n\r\n",
                                                  tagged, e.rangeStart(), fileSize - 1, fileSize));
                           },
                           honest(content, etag)});
    CHECK(afterACut(place, server).fate == Fate::Later);
    CHECK(run(place.download(server.url())).fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("416 completes only a part of exactly that size and version") { // curl#1182
    struct Row {
        std::string contentRange;
        std::string headers;
        bool complete;
    };
    for (const Row& row :
         {Row{fmt::format("bytes */{}", half), tagged, true}, Row{fmt::format("bytes */{}", half + 1), tagged, false},
          Row{fmt::format("bytes */{}", half), "", false},
          Row{fmt::format("bytes */{}", half), "ETag: \"v2\"\r\n", false}, Row{"bytes */*", tagged, false}}) {
        CAPTURE(row.contentRange);
        CAPTURE(row.headers);
        const Place place;
        std::string content = noise(half, 14);
        std::string other = noise(fileSize, 15);
        // Chunked and cut off before the last chunk: all bytes are there, and only the server knows it.
        ScriptedServer server(
            {[&](Exchange& e) {
                 e.send(fmt::format("HTTP/1.1 200 OK\r\n{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n", tagged,
                                    content.size(), content));
             },
             [&](Exchange& e) {
                 e.send(reply("416 Range Not Satisfiable",
                              fmt::format("Content-Range: {}\r\n{}", row.contentRange, row.headers), "no"));
             },
             honest(other, "\"v3\"")});
        Ending ending = afterACut(place, server);
        CHECK(ending.fate == Fate::Done);
        CHECK(contentOf(place.path()) == (row.complete ? content : other));
    }
}

TEST_CASE("fewer bytes than Content-Length are never a file") {
    const Place place;
    const std::string content = noise(fileSize, 16);
    const ScriptedServer server({cutAfter(fileSize - 1, content, "")});
    Ending ending = run(place.download(server.url()));
    CHECK(ending.fate == Fate::Later);
    CHECK(ending.exitCode == 75);
    CHECK(ending.text.starts_with("cut off at 585.9 KiB of 585.9 KiB"));
    CHECK(!std::filesystem::exists(place.path()));
}

TEST_CASE("a server's refusal is final, its trouble is not") {
    struct Row {
        const char* status;
        Fate fate;
        int exitCode;
    };
    for (const Row& row :
         {Row{"404 Not Found", Fate::Never, 66}, Row{"410 Gone", Fate::Never, 66},
          Row{"401 Unauthorized", Fate::Never, 77}, Row{"403 Forbidden", Fate::Never, 77},
          Row{"400 Bad Request", Fate::Never, 76}, Row{"204 No Content", Fate::Never, 76},
          Row{"300 Multiple Choices", Fate::Never, 76}, Row{"206 Partial Content", Fate::Never, 76},
          Row{"416 Range Not Satisfiable", Fate::Never, 76}, Row{"429 Too Many Requests", Fate::Later, 75},
          Row{"408 Request Timeout", Fate::Later, 75}, Row{"500 Internal Server Error", Fate::Later, 75},
          Row{"503 Service Unavailable", Fate::Later, 75}}) {
        CAPTURE(row.status);
        const Place place;
        const ScriptedServer server({[&](Exchange& e) { e.send(reply(row.status, "", "<html>words</html>")); }});
        Ending ending = run(place.download(server.url()));
        CHECK(ending.fate == row.fate);
        CHECK(ending.exitCode == row.exitCode);
        CHECK(place.list().empty()); // neither a file nor litter
    }
}

TEST_CASE("a server that leads to what is no URL is at fault, not the URL") {
    for (const char* where : {"http://[bad", "http://a b/", "http://", "//", "file:///etc/passwd", "gopher://h/"}) {
        CAPTURE(where);
        const Place place;
        const ScriptedServer server(
            {[&](Exchange& e) { e.send(reply("302 Found", fmt::format("Location: {}\r\n", where), "")); }});
        const Ending ending = run(place.download(server.url()));
        CHECK(ending.fate == Fate::Never);
        CHECK(ending.exitCode == 76);
        CHECK(place.list().empty());
    }
}

TEST_CASE("a refusal leaves what is there for a better day") {
    const Place place;
    std::string content = noise(fileSize, 17);
    ScriptedServer server(
        {cutAfter(half, content, tagged),
         [](Exchange& e) { e.send(reply("503 Service Unavailable", "Retry-After: 120\r\n", "busy")); },
         honest(content, etag)});
    Ending ending = afterACut(place, server);
    CHECK(ending == later("the server cannot answer now (503 Service Unavailable), and asks to wait 120 s"));
    CHECK(run(place.download(server.url())).fate == Fate::Done);
    CHECK(Exchange(-1, server.requests().at(2)).rangeStart() == half - 65536);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("headers and trailers without end are not listened to") {
    const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
    std::string few;
    std::string many; // more than any server needs, and less than curl itself refuses of a head
    for (int i = 0; i < 200; ++i)
        many += line;
    for (int i = 0; i < 8; ++i)
        few += line;
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n";
    struct Row {
        std::vector<std::string> said;
        int exitCode;
    };
    for (const Row& row :
         {Row{{chunked, few, "\r\n"}, 0}, Row{{chunked, many, many, many, many, many, many, "\r\n"}, 76},
          // A trailer may look as if a new head began with it.
          Row{{chunked, many, "HTTP/1.1: 200\r\n", many, many, many, many, many, "\r\n"}, 76},
          Row{{"HTTP/1.1 103 Early Hints\r\n" + few + "\r\n", chunked, "\r\n"}, 0},
          Row{std::vector<std::string>(6, "HTTP/1.1 103 Early Hints\r\n" + many + "\r\n"), 76}}) {
        const Place place;
        const ScriptedServer server({[&](Exchange& e) {
            for (const std::string& piece : row.said)
                e.send(piece);
            e.send(reply("200 OK", "", "hello")); // behind the hints; behind a body it is nobody's
        }});
        const Ending ending = run(place.download(server.url()));
        CAPTURE(ending.text);
        CHECK(ending.exitCode == row.exitCode);
        if (row.exitCode != 0) CHECK(ending.text.find("the server sends headers ") != std::string::npos);
        CHECK(std::filesystem::exists(place.path()) == (row.exitCode == 0));
    }
}

TEST_CASE("a line without end is not listened to, wherever it stands") {
    const std::string line(200'000, 'x');
    const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n";
    for (const std::string& said : {"HTTP/1.1 200 OK\r\nX: " + line + "\r\n\r\n", "HTTP/1.1 200 " + line + "\r\n\r\n",
                                    "HTTP/1.1 200 OK\r\n" + chunked + "X: " + line + "\r\n\r\n"}) {
        const Place place;
        const ScriptedServer server({[&](Exchange& e) { e.send(said); }});
        const Ending ending = run(place.download(server.url()));
        CHECK(ending.exitCode == 76);
        CHECK(ending.text.find("the server sends headers or trailers without end") != std::string::npos);
    }
}

TEST_CASE("a server leads to no file of this machine, and not round in circles") {
    for (const char* to : {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "/file"}) {
        CAPTURE(to);
        const Place place;
        const ScriptedServer server(std::vector<ScriptedServer::Scene>(
            12, [&](Exchange& e) { e.send(reply("302 Found", fmt::format("Location: {}\r\n", to), "")); }));
        Ending ending = run(place.download(server.url()));
        CHECK(ending.fate == Fate::Never);
        CHECK(ending.exitCode == 76);
        CHECK(place.list().empty());
        CHECK(server.requests().size() <= 11);
    }
}

TEST_CASE("the same ETag at another place proves nothing, the same place with another query does") {
    for (bool moved : {true, false}) {
        const Place place;
        std::string content = noise(fileSize, 18);
        std::string other = noise(fileSize, 19);
        auto to = [](const char* where) -> ScriptedServer::Scene {
            return [where](Exchange& e) { e.send(reply("302 Found", fmt::format("Location: {}\r\n", where), "")); };
        };
        ScriptedServer server({to("/mirror1?signed=1"), cutAfter(half, content, tagged),
                               to(moved ? "/mirror2?signed=2" : "/mirror1?signed=2"),
                               honest(moved ? other : content, etag), to("/mirror2"), honest(other, etag)});
        Ending ending = afterACut(place, server);
        CHECK(ending.fate == Fate::Done);
        CHECK(contentOf(place.path()) == (moved ? other : content));
        CHECK((ending.text.find("begun anew") != std::string::npos) == moved);
    }
}

TEST_CASE("what is no HTTP is no file, and nobody at home is for later") {
    const Place place;
    const ScriptedServer server({[](Exchange& e) { e.send("hello, who is there?\n"); }, [](Exchange&) {}});
    CHECK(run(place.download(server.url())).exitCode == 76);
    CHECK(run(place.download(server.url())).fate == Fate::Later);          // hung up without a word
    CHECK(run(place.download("http://127.0.0.1:1/")).fate == Fate::Later); // connection refused
    CHECK(place.list().empty());
}
