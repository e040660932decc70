// The rate that all transfers share (limits.md §15).
#include "programs/transfer/throttle.hpp"

#include <array>
#include <doctest/doctest.h>

#include "transfer/nginx.hpp"
#include "transfer/place.hpp"
#include "transfer/scripted_server.hpp"

using namespace stint;
using namespace stint::transfer;
using namespace std::chrono_literals;

namespace {

using Time = Throttle::Clock::time_point;

/// Moves pieces for as long as it may, and counts them; where there is no limit, one.
struct Mover : Throttle::Held {
    Throttle& throttle;
    Bytes piece;
    Time& now;
    Bytes moved = 0;

    Mover(Throttle& throttle, Bytes piece, Time& now) : throttle(throttle), piece(piece), now(now) {}
    ~Mover() override { throttle.forget(*this); }
    void go() override {
        while (throttle.admits(*this, now)) {
            moved += piece;
            throttle.took(piece);
            if (throttle.rate() == 0) return;
        }
    }
};

/// Plays `time` with clients that always want to go on.
template <std::size_t Count> void play(Throttle& throttle, std::array<Mover, Count>& movers, Time& now, Duration time) {
    for (const Time end = now + time; now < end;) {
        for (Mover& mover : movers)
            mover.go();
        const auto due = throttle.due();
        now = due ? std::max(*due, now) : now + 1ms;
        throttle.letGo(now);
    }
}

} // namespace

TEST_CASE("all together move what the rate allows, in equal shares, whatever their pieces") { // limits.md §15
    for (const Bytes rate : {Bytes{20'000}, Bytes{1'000'000}, Bytes{100'000'000}}) {
        CAPTURE(rate);
        Throttle throttle;
        throttle.limit(rate);
        Time now = Throttle::Clock::now();
        std::array movers{Mover(throttle, 16'384, now), Mover(throttle, 16'384, now), Mover(throttle, 16'384, now)};
        play(throttle, movers, now, 60s);
        Bytes all = 0;
        for (const Mover& mover : movers) {
            all += mover.moved;
            CHECK(mover.moved >= rate * 60 / 4);
        }
        CHECK(all <= rate * 60 + rate / 10 + 3 * 16'384);
        CHECK(all >= rate * 60 * 9 / 10);
    }
}

TEST_CASE("a client alone has the whole rate, and after a pause no more than a moment's") { // limits.md §15
    Throttle throttle;
    throttle.limit(1'000'000);
    Time now = Throttle::Clock::now();
    std::array mover{Mover(throttle, 1000, now)};
    play(throttle, mover, now, 10s);
    CHECK(mover[0].moved >= 9'500'000);
    now += 1h;
    const Bytes before = mover[0].moved;
    play(throttle, mover, now, 1s);
    CHECK(mover[0].moved - before <= 1'200'000);
}

TEST_CASE("who is held goes on at once where the limit is lifted, and who is over is forgotten") { // limits.md §15
    Throttle throttle;
    throttle.limit(1024);
    Time now = Throttle::Clock::now() + 1s;
    Mover mover(throttle, 1'000'000, now);
    mover.go();
    mover.go();
    CHECK(mover.moved == 1'000'000);
    {
        Mover gone(throttle, 1, now);
        gone.go();
    }
    throttle.limit(0);
    REQUIRE(throttle.due());
    now = std::max(now, *throttle.due());
    throttle.letGo(now);
    CHECK(mover.moved == 2'000'000);
    CHECK(!throttle.due());
}

TEST_CASE("downloads from a real server keep to one rate, and end whole when it is lifted") { // limits.md §15
    if (!Nginx::installed()) return;
    const Place web;
    const Place place;
    const Nginx nginx(web.path().parent_path());
    Engine engine;
    engine.limit(256_KiB);
    int done = 0;
    for (unsigned i = 0; i < 3; ++i) {
        const std::string name = "f" + std::to_string(i);
        writeContent(web.path(name), noise(4_MiB, i));
        engine.start({.url = nginx.url(name), .output = place.path(name), .checksum = {}, .overwrite = false},
                     {.progressed = {}, .ended = [&](const transfer::Ending& e) { done += e.fate == Fate::Done; }});
    }
    const auto inPlace = [&] {
        Bytes all = 0;
        for (unsigned i = 0; i < 3; ++i) {
            std::error_code missing;
            const auto size = std::filesystem::file_size(place.parts("f" + std::to_string(i)).part, missing);
            if (!missing) all += static_cast<Bytes>(size);
        }
        return all;
    };
    const auto began = Throttle::Clock::now();
    int turns = 0;
    for (; Throttle::Clock::now() - began < 1500ms; ++turns)
        engine.turn(-1, Duration{20});
    const std::chrono::duration<double> passed = Throttle::Clock::now() - began;
    CHECK(done == 0);
    CHECK(turns < 500); // it sleeps where all are held, whatever their sockets have
    // There is a most, and no least: the part lags behind the transfer.
    CHECK(inPlace() <= static_cast<Bytes>(passed.count() * 256.0 * 1024) + 256_KiB);
    engine.limit(0);
    while (!engine.idle())
        engine.turn();
    CHECK(done == 3);
    for (unsigned i = 0; i < 3; ++i)
        CHECK(contentOf(place.path("f" + std::to_string(i))) == noise(4_MiB, i));
}

TEST_CASE("a transfer that is held sleeps, also where its server has hung up") { // limits.md §15
    ScriptedServer server({honest(noise(64_KiB, 7), "\"seven\"")});              // which hangs up behind the last byte
    const Place place;
    Engine engine;
    engine.limit(16_KiB);
    std::optional<transfer::Ending> ending;
    engine.start(place.download(server.url()), {.progressed = {}, .ended = [&](const auto& e) { ending = e; }});
    int turns = 0;
    for (; !ending; ++turns)
        engine.turn();
    CHECK(ending->fate == Fate::Done);
    CHECK(contentOf(place.path()) == noise(64_KiB, 7));
    CHECK(turns < 500); // four seconds of pieces, some ten milliseconds apart
}
