// The good paths, against a real server.
#include <doctest/doctest.h>

#include "transfer/nginx.hpp"
#include "transfer/place.hpp"

using namespace stint;
using namespace stint::transfer;

namespace {
// In steps of 64 KiB: without them a second's worth is sent at once.
const std::string slowly = "limit_rate 4m; sendfile_max_chunk 64k;";
} // namespace

TEST_CASE("a real server's file arrives whole and verified") {
    if (!Nginx::installed()) return;
    const Place web;
    const Place place;
    std::string content = noise(5_MiB + 1, 1);
    writeContent(web.path(), content);
    const Nginx nginx(web.path().parent_path());
    auto download = place.download(nginx.url("file"));
    download.checksum = sha256(content);
    CHECK(run(download).fate == Fate::Done);
    CHECK(contentOf(place.path()) == content);
    download.url = nginx.url("missing");
    download.output = place.path("missing");
    CHECK(run(download).exitCode == 66);
}

TEST_CASE("several of a real server's files arrive at once") {
    if (!Nginx::installed()) return;
    const Place web;
    const Place place;
    const Nginx nginx(web.path().parent_path(), "limit_rate 8m;");
    Engine engine;
    int done = 0;
    for (unsigned i = 0; i < 6; ++i) {
        const std::string name = "f" + std::to_string(i);
        writeContent(web.path(name), noise(1_MiB * (i + 1), i));
        engine.start({.url = nginx.url(name), .output = place.path(name), .checksum = {}, .overwrite = false},
                     {.progressed = {}, .ended = [&](const Ending& e) { done += e.fate == Fate::Done; }});
    }
    while (!engine.idle())
        engine.turn();
    CHECK(done == 6);
    for (unsigned i = 0; i < 6; ++i)
        CHECK(contentOf(place.path("f" + std::to_string(i))) == noise(1_MiB * (i + 1), i));
}

TEST_CASE("a file swapped on a real server mid-way ends as exactly the new one") {
    if (!Nginx::installed()) return;
    constexpr Bytes size = 3_MiB;
    for (Bytes newSize : {size, size + 1_MiB, size - 1_MiB}) {
        CAPTURE(newSize);
        const Place web;
        const Place place;
        writeContent(web.path(), noise(size, 1));
        const Nginx nginx(web.path().parent_path(), slowly);
        auto download = place.download(nginx.url("file"));
        Engine engine;
        engine.stop(runUntil(engine, download, 512_KiB));
        std::string fresh = noise(newSize, 2);
        writeContent(web.path("new"), fresh);
        // nginx makes its ETag of size and time; of one second a size tells nothing.
        auto later = std::filesystem::last_write_time(web.path("new")) + std::chrono::seconds(5);
        std::filesystem::last_write_time(web.path("new"), later);
        std::filesystem::rename(web.path("new"), web.path());
        const Ending ending = run(engine, download);
        CHECK(ending.text.ends_with("; begun anew: changed on the server"));
        CHECK(contentOf(place.path()) == fresh);
    }
}

TEST_CASE("a file swapped behind one and the same ETag is still no mixture, for the joint does not fit") {
    if (!Nginx::installed()) return;
    const Place web;
    const Place place;
    writeContent(web.path(), noise(3_MiB, 1));
    auto time = std::filesystem::last_write_time(web.path());
    const Nginx nginx(web.path().parent_path(), slowly);
    auto download = place.download(nginx.url("file"));
    Engine engine;
    engine.stop(runUntil(engine, download, 512_KiB));
    std::string fresh = noise(3_MiB, 2);
    writeContent(web.path("new"), fresh);
    std::filesystem::last_write_time(web.path("new"), time);
    std::filesystem::rename(web.path("new"), web.path());
    CHECK(run(engine, download).text.ends_with("; begun anew: the server's bytes do not join what was there"));
    CHECK(contentOf(place.path()) == fresh);
}
