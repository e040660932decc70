// The tus protocol, where its reference server does what a test cannot make it do: checksums, offsets that lie, an end
// of what is kept. tus.io, 1.0.0.
#include <doctest/doctest.h>

#include <fmt/core.h>

#include "programs/transfer/digest.hpp"
#include "programs/transfer/tus.hpp"
#include "programs/transfer/tus_transfer.hpp"
#include "transfer/place.hpp"
#include "transfer/scripted_server.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;

namespace {

constexpr Bytes sourceSize = 100'000;
const std::string offers = "Tus-Version: 1.0.0,0.2.2\r\nTus-Extension: creation,expiration,termination";

Upload download(const Place& place, const ScriptedServer& server) {
    return {.url = server.url("/files"),
            .source = place.path("source"),
            .protocol = Upload::Protocol::Tus,
            .records = place.path("records")};
}

/// A file that has come to rest: what is written within one tick of the kernel's clock has one mark.
void writeSource(const Place& place, const std::string& content) {
    writeContent(place.path("source"), content);
    while (!Source::open(place.path("source"))->proves()) {
    }
}

transfer::Ending run(Engine& engine, const Upload& upload) {
    std::optional<transfer::Ending> ending;
    engine.start(upload, {.progressed = {}, .ended = [&](const transfer::Ending& e) { ending = e; }});
    while (!ending)
        engine.turn();
    return *ending;
}

ScriptedServer::Scene options(const std::string& more = {}) {
    return [more](Exchange& e) { e.send(reply("204 No Content", offers + more + "\r\n", "")); };
}

ScriptedServer::Scene says(const std::string& status, const std::string& headers) {
    return [=](Exchange& e) { e.send(reply(status, headers, "")); };
}

/// Hears all of the body first.
ScriptedServer::Scene takes(Bytes body, const std::string& status, const std::string& headers) {
    return [=](Exchange& e) {
        e.receive(body);
        e.send(reply(status, headers, ""));
    };
}

const ScriptedServer::Scene created = says("201 Created", "Location: /files/7\r\n");

} // namespace

TEST_CASE("what a server offers is read, and a server without version or creation is none") {
    auto offer = tus::readOffer("0.2.2, 1.0.0", "creation,checksum , termination", "md5,sha1,sha256", "1000");
    REQUIRE(offer);
    CHECK(*offer == tus::Offer{.termination = true, .checksum = "sha256", .largest = 1000});
    CHECK(tus::readOffer("1.0.0", "creation,checksum", "crc32", "")->checksum.empty());
    CHECK(*tus::readOffer("1.0.0", "creation", "sha1", "-5") == tus::Offer{});
    for (const char* odd : {"", "-0", "+1", " 1", "1 ", "0x1", "99999999999999999999"})
        CHECK_FALSE(tus::readNumber(odd));
    CHECK(!tus::readOffer("", "creation", "", ""));
    CHECK(!tus::readOffer("1.0.1", "creation", "", ""));
    CHECK(!tus::readOffer("1.0.0", "creation-with-upload", "", ""));
}

TEST_CASE("a name travels as base64") {
    CHECK(tus::metadata("na\xC3\xAFve, file.txt") == "Upload-Metadata: filename bmHDr3ZlLCBmaWxlLnR4dA==");
}

TEST_CASE("a piece that arrives with another checksum is sent again, and not for ever") {
    for (const int mismatches : {1, 9}) {
        const Place place;
        const std::string content = noise(sourceSize, 1);
        writeSource(place, content);
        std::vector<ScriptedServer::Scene> scenes{options(",checksum\r\nTus-Checksum-Algorithm: sha1,sha256"), created};
        for (int i = 0; i < mismatches; ++i) {
            scenes.push_back(takes(sourceSize, "460 Checksum Mismatch", ""));
            scenes.push_back(says("200 OK", fmt::format("Upload-Offset: 0\r\nUpload-Length: {}\r\n", sourceSize)));
        }
        scenes.push_back(takes(sourceSize, "204 No Content", fmt::format("Upload-Offset: {}\r\n", sourceSize)));
        const ScriptedServer server(scenes);
        Engine engine;
        transfer::Ending ending = run(engine, download(place, server));
        CHECK(ending.exitCode == (mismatches == 1 ? 0 : 65));
        const Exchange patch(-1, server.requests().at(2));
        CHECK(patch.header("Upload-Offset") == "0");
        std::string digest = sha256(content).substr(7);
        CHECK(patch.header("Upload-Checksum").starts_with("sha256 "));
        CHECK(toHex(*fromBase64(patch.header("Upload-Checksum").substr(7))) == digest);
    }
}

TEST_CASE("an offset that the server cannot have is not believed") {
    struct Row {
        std::string offset;
        int exitCode;
    };
    for (const Row& r : {Row{"Upload-Offset: 100001\r\n", 76}, Row{"Upload-Offset: -1\r\n", 76}, Row{"", 76},
                         Row{"Upload-Offset: 1e5\r\n", 76}, Row{"Upload-Offset: 100000\r\n", 0}}) {
        CAPTURE(r.offset);
        const Place place;
        writeSource(place, noise(sourceSize, 2));
        const ScriptedServer server({options(), created, takes(sourceSize, "204 No Content", r.offset)});
        Engine engine;
        CHECK(run(engine, download(place, server)).exitCode == r.exitCode);
    }
}

TEST_CASE("a conflict has the server asked where it is, and the rest sent from there") { // 409
    const Place place;
    writeSource(place, noise(sourceSize, 3));
    const ScriptedServer server({options(), created, takes(sourceSize, "409 Conflict", ""),
                                 says("200 OK", "Upload-Offset: 60000\r\nUpload-Length: 100000\r\n"),
                                 takes(40'000, "204 No Content", "Upload-Offset: 100000\r\n")});
    Engine engine;
    CHECK(run(engine, download(place, server)).fate == Fate::Done);
    CHECK(Exchange(-1, server.requests().at(4)).header("Upload-Offset") == "60000");
    CHECK(Exchange(-1, server.requests().at(4)).header("Content-Length") == "40000");
}

TEST_CASE("what the server keeps no longer is not asked for") { // expiration
    const Place place;
    writeSource(place, noise(sourceSize, 4));
    auto brief = says("201 Created", "Location: /files/7\r\nUpload-Expires: Mon, 05 Jan 2026 08:00:00 GMT\r\n");
    const ScriptedServer server({options(), brief, [](Exchange&) {}, options(), created,
                                 takes(sourceSize, "204 No Content", "Upload-Offset: 100000\r\n")});
    Engine engine;
    CHECK(run(engine, download(place, server)).fate == Fate::Later);
    transfer::Ending ending = run(engine, download(place, server));
    CAPTURE(ending.text);
    CHECK(ending.fate == Fate::Done);
    CHECK(ending.text.ends_with("; begun anew: the server kept what it had for no longer"));
    for (const std::string& request : server.requests()) {
        CHECK(!request.starts_with("HEAD"));
    }
}

TEST_CASE("a server that loses what it is sent is not sent it for ever") {
    const Place place;
    writeSource(place, noise(sourceSize, 5));
    const ScriptedServer server(
        {options(), created, takes(sourceSize, "404 Not Found", ""), created, takes(sourceSize, "410 Gone", "")});
    Engine engine;
    CHECK(run(engine, download(place, server)) == later("the server loses what it is sent"));
}

TEST_CASE("a server leads an upload to no file of this machine") {
    for (const char* to : {"file:///tmp/x", "", "gopher://h/"}) {
        CAPTURE(to);
        const Place place;
        writeSource(place, noise(sourceSize, 6));
        const ScriptedServer server({options(), says("201 Created", fmt::format("Location: {}\r\n", to))});
        Engine engine;
        CHECK(run(engine, download(place, server)).exitCode == 76);
    }
}

TEST_CASE("a damaged record begins anew, and two transfers of one file keep apart") {
    const Place place;
    writeSource(place, noise(sourceSize, 7));
    const ScriptedServer server({options(), created, takes(sourceSize, "204 No Content", "Upload-Offset: 100000\r\n")});
    const Upload upload = download(place, server);
    {
        auto held = UploadRecord::open(upload);
        REQUIRE(held);
        REQUIRE(*held);
        Engine engine;
        CHECK(run(engine, upload) == later("another transfer is at work on this file"));
    }
    writeContent(UploadRecord::pathOf(upload), "{\"version\": 1, \"location\": 7}");
    Engine engine;
    CHECK(run(engine, upload).fate == Fate::Done);
    CHECK(std::filesystem::exists(UploadRecord::pathOf(upload))); // until the job is known to be over
    forgetSent(upload);
    CHECK(!std::filesystem::exists(UploadRecord::pathOf(upload)));
}

TEST_CASE("a record goes round") {
    UploadState state{.location = "http://h/7",
                      .mark = {1, 2, 3, 4, 5},
                      .expires = 6,
                      .termination = true,
                      .checksum = "sha1",
                      .anew = "why"};
    CHECK(decodeUpload(encode(state)) == state);
    state.expires.reset();
    CHECK(decodeUpload(encode(state)) == state);
    CHECK(!decodeUpload(""));
    CHECK(!decodeUpload("[]"));
    for (const char* other : {"1e300", "1.5", "18446744073709551616", "true"}) {
        std::string text = encode(state);
        text.replace(text.find("-1"), 2, other); // when it expires
        CHECK(!decodeUpload(text));
    }
}
