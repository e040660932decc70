// Secrets for a server stay with its origin: scheme, host and port (issue 11.16).
#include <doctest/doctest.h>

#include <fmt/core.h>

#include "transfer/place.hpp"
#include "transfer/scripted_server.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;

namespace {

ScriptedServer::Scene to(const std::string& url, const std::string& status = "302 Found") {
    return [url, status](Exchange& e) { e.send(reply(status, fmt::format("lOcAtIoN: \t{}\r\n", url), "")); };
}

/// Every way there is to tell a server a secret.
Access secrets(const Place& place) {
    writeContent(place.path("cookies"), "127.0.0.1\tFALSE\t/\tFALSE\t0\tjar\thunter2-jar\n");
    writeContent(place.path("netrc"), "machine 127.0.0.1 login me password hunter2\n");
    return {.headers = {"X-Key: hunter2-key", "Authorization: hunter2-authorization"},
            .cookie = "own=hunter2-cookie",
            .cookieFile = place.path("cookies"),
            .netrc = place.path("netrc")};
}

bool hasSecrets(const std::string& request) {
    return request.find("hunter2") != std::string::npos || request.find("Authorization") != std::string::npos;
}

} // namespace

TEST_CASE("a redirect to another port takes no secret along, and nothing that comes behind it does") {
    for (const char* status :
         {"301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"}) {
        CAPTURE(status);
        const Place place;
        const ScriptedServer other({to("/further"), honest("content", "\"v1\"")});
        const ScriptedServer server({to("/here"), to(other.url(), status)});
        auto download = place.download(server.url());
        download.access = secrets(place);
        CHECK(run(download).fate == Fate::Done);
        for (const std::string& request : server.requests())
            CHECK(hasSecrets(request)); // the same origin
        REQUIRE(other.requests().size() == 2);
        for (const std::string& request : other.requests())
            CHECK(!hasSecrets(request));
        CHECK(Exchange(-1, other.requests()[0]).header("Accept-Encoding") == "identity");
    }
}

TEST_CASE("nor does one that cannot be read, or names the place in another way") {
    const Place place;
    const ScriptedServer other({honest("content", "\"v1\""), honest("content", "\"v1\"")});
    const std::string url = other.url();
    for (const std::string& where : {url.substr(5), "http:" + url.substr(5)}) { // "//host:port/file"
        CAPTURE(where);
        const ScriptedServer server({to(where)});
        auto download = place.download(server.url());
        download.overwrite = true;
        download.access = secrets(place);
        CHECK(run(download).fate == Fate::Done);
        CHECK(!hasSecrets(other.requests().back()));
    }
}

TEST_CASE("those who trust the server have all of it go along") {
    const Place place;
    const ScriptedServer other({honest("content", "\"v1\"")});
    const ScriptedServer server({to(other.url())});
    auto download = place.download(server.url());
    download.access = secrets(place);
    download.access.trustsRedirects = true;
    CHECK(run(download).fate == Fate::Done);
    for (const char* secret : {"hunter2-key", "hunter2-authorization", "hunter2-cookie", "hunter2-jar"})
        CHECK(other.requests().at(0).find(secret) != std::string::npos);
}

TEST_CASE("a name and a password stay with their origin, and what netrc says does") {
    for (const bool netrc : {true, false}) {
        const Place place;
        const ScriptedServer other({honest("content", "\"v1\"")});
        const ScriptedServer server({to(other.url())});
        auto download = place.download(server.url());
        if (netrc)
            download.access.netrc = secrets(place).netrc;
        else
            download.access.user = "me:hunter2";
        CHECK(run(download).fate == Fate::Done);
        CHECK(hasSecrets(server.requests().at(0)));
        CHECK(!hasSecrets(other.requests().at(0)));
    }
}
