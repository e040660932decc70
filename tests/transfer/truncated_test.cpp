// Answers that would make a cut file look whole, or something else look like the file (issue 11.3, 11.4).
#include <doctest/doctest.h>

#include <fmt/core.h>

#include "transfer/sample_file.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;

TEST_CASE("the same version never ends before what is known of it, and what is there stays") { // issue 11.3
    std::string content = noise(fileSize, 23);
    Bytes start = half - 65536;
    const std::string_view all = content;
    struct Row {
        std::string lie;
        std::string response;
    };
    for (const Row& row : {
             Row{"200 without a length, cut",
                 fmt::format("HTTP/1.1 200 OK\r\nConnection: close\r\n{}\r\n{}", tagged, all.substr(0, 100'000))},
             Row{"200 without a length, cut behind what is there",
                 fmt::format("HTTP/1.1 200 OK\r\nConnection: close\r\n{}\r\n{}", tagged, all.substr(0, half + 1000))},
             Row{"200 in chunks, ended well",
                 fmt::format("HTTP/1.1 200 OK\r\n{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n", tagged,
                             100'000, all.substr(0, 100'000))},
             Row{"200 of a smaller length", reply("200 OK", tagged, all.substr(0, 100'000))},
             Row{"200 of nothing", reply("200 OK", tagged, "")},
             Row{"206 of a smaller file", partial(fmt::format("bytes {}-{}/{}", start, half, half + 1), tagged,
                                                  all.substr(start, half + 1 - start))},
             Row{"416 at what is there",
                 reply("416 Range Not Satisfiable", fmt::format("Content-Range: bytes */{}\r\n{}", half, tagged), "")},
             Row{"416 before what is there",
                 reply("416 Range Not Satisfiable", fmt::format("Content-Range: bytes */1000\r\n{}", tagged), "")},
         }) {
        CAPTURE(row.lie);
        const Place place;
        ScriptedServer server({cutAfter(half, content, tagged), [&](Exchange& e) { e.send(row.response); },
                               honest(content, etag), honest(content, etag)});
        transfer::Ending ending = afterACut(place, server);
        CAPTURE(ending.text);
        CHECK(ending.fate == Fate::Later);
        CHECK(!std::filesystem::exists(place.path()));
        CHECK(std::filesystem::file_size(place.parts().part) >= half);
        CHECK(contentOf(place.parts().part).starts_with(all.substr(0, half)));
        CHECK(run(place.download(server.url())).fate == Fate::Done);
        CHECK(contentOf(place.path()) == content);
        CHECK(Exchange(-1, server.requests().at(2)).rangeStart() >= start);
    }
}

TEST_CASE("a head that makes a body no file is refused, whatever the body") { // RFC 9110 §8.6, §14.4, §8.4
    std::string body = "0123456789abcdef";
    struct Row {
        std::string headers;
        int exitCode;
    };
    for (const Row& row : {
             Row{"Content-Length: 16\r\nContent-Length: 16\r\n", 0},
             Row{"Content-Length: 16, 16\r\n", 0},
             Row{"Content-Length: 16\r\nContent-Length: 5\r\n", 76},
             Row{"Content-Length: 5\r\nContent-Length: 16\r\n", 76},
             Row{"Content-Length: 5, 16\r\n", 76},
             Row{"Content-Length: 0x10\r\n", 76},
             Row{"Content-Length: +16\r\n", 76},
             Row{"Content-Length: -16\r\n", 76},
             Row{"Content-Length: 16 bytes\r\n", 76},
             Row{"Content-Length: 5;\r\n", 76},
             Row{"Content-Length: 16.0\r\n", 76},
             Row{"Content-Length: 99999999999999999999\r\n", 76},
             Row{"Content-Length: 16\r\nContent-Range: bytes 0-15/99\r\n", 76},
             Row{"Content-Length: 16\r\nContent-Range: some\r\n", 76},
             Row{"Content-Length: 16\r\nContent-Range: bytes 0-15/16\r\n", 0},
             Row{"Content-Length: 16\r\nContent-Encoding: gzip\r\n", 76},
             Row{"Content-Length: 16\r\nContent-Encoding: identity, br\r\n", 76},
             Row{"Content-Length: 16\r\nContent-Encoding: identity\r\n", 0},
             Row{"Content-Length: 16\r\nTransfer-Encoding: identity\r\n", 0},
         }) {
        CAPTURE(row.headers);
        const Place place;
        const ScriptedServer server({[&](Exchange& e) {
            e.send(fmt::format("HTTP/1.1 200 OK\r\nConnection: close\r\n{}\r\n{}", row.headers, body));
        }});
        CHECK(run(place.download(server.url())).exitCode == row.exitCode);
        CHECK(place.list() == (row.exitCode == 0 ? ".file.stint-state file" : ""));
    }
}

TEST_CASE("what is encoded on the way, which nobody asked for, is refused however well it decodes") { // RFC 9112 §7.4
    const std::string zipped("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x33\x30\x34\x32\x36\x31\x35\x33\xb7\xb0\x4c\x4c"
                             "\x4a\x4e\x49\x4d\x03\x00\x33\xf0\xc4\x68\x10\x00\x00\x00",
                             36); // 16 bytes
    for (const char* encoding : {"gzip", "x-gzip", "GZIP", "gzip, identity", "br", "foo", "chunked, gzip"}) {
        CAPTURE(encoding);
        const Place place;
        const ScriptedServer server({[&](Exchange& e) {
            e.send(fmt::format("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: {}\r\n\r\n", encoding));
            e.send(zipped);
        }});
        CHECK(
            run(place.download(server.url())) ==
            never(ends::protocol, "the server sent the file in an encoding that nobody asked for (Transfer-Encoding)"));
        CHECK(place.list().empty());
    }
}

TEST_CASE("an archive that is sent as its own encoding is the file that its URL names") {
    for (auto [path, exitCode] : {std::pair{"/x.tar.gz?v=1", 0}, {"/x.tgz", 0}, {"/x.tar", 76}, {"/x.gz/x", 76}}) {
        CAPTURE(path);
        const Place place;
        const ScriptedServer server(
            {[](Exchange& e) { e.send(reply("200 OK", "Content-Encoding: x-gzip\r\n", "\x1f\x8b and more")); }});
        CHECK(run(place.download(server.url(path))).exitCode == exitCode);
    }
}
