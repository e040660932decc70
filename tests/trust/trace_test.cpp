// fleet.md §3.1: what is said of hellos' traces, of devices that die, lose and repeat, and of those that there are two
// of.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "fleet/trust/trace.hpp"

namespace stint::fleet {
namespace {

class Chance {
public:
    explicit Chance(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t most) { return engine_() % most; }
    bool oneOf(std::uint64_t many) { return below(many) == 0; }
    Bytes draw() { return static_cast<Bytes>(1 + below(std::uint64_t{1} << 52)); }

private:
    std::mt19937_64 engine_;
};

struct Server {
    std::optional<Trace> last;
    std::uint32_t kept = 0; ///< in the bucket, of each eighth
    bool isMarked = false;

    void hear(const Trace& said) {
        if (said.number == 0) return;
        const auto heard = last ? heardAfter(*last, said) : said;
        isMarked = isMarked || !heard;
        if (!heard) return;
        last = heard;
        if (said.number % 8 == 0) kept = said.number;
    }
    /// It begins to lead: what it has heard of draws may be old.
    void beginAnew() {
        if (last) last = Trace{.number = last->number};
    }
    void loseFile() {
        if (kept != 0)
            last = Trace{.number = kept};
        else
            last.reset();
    }
};

struct Machine {
    Trace disk;
    std::optional<Trace> before; ///< that a power cut may bring back

    void hello(Server& server, Chance& chance) {
        const Trace said = disk;
        server.hear(said);
        if (chance.oneOf(4)) server.hear(said); // two at once
        if (chance.oneOf(4)) return;            // the answer is lost, or the agent dies over it
        before = disk;
        disk = traceAfter(said, server.last ? server.last->number : 0, chance.draw());
    }
    void loseLastCommit() {
        if (before) disk = *std::exchange(before, std::nullopt);
    }
};

} // namespace

TEST_CASE("§3.1: no ordinary device is taken for two, whatever is lost, repeated or cut") {
    for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
        Chance chance(seed);
        Server server;
        Machine device;
        for (int step = 0; step < 300; ++step) {
            switch (chance.below(20)) {
            case 0:
                device.loseLastCommit();
                break;
            case 1:
                server.beginAnew();
                break;
            case 2:
                if (chance.oneOf(5)) server.loseFile();
                break;
            case 3:
                if (chance.oneOf(10)) device = {}; // its file is damaged
                break;
            default:
                device.hello(server, chance);
            }
        }
        CAPTURE(seed);
        REQUIRE_FALSE(server.isMarked);
    }
}

TEST_CASE("§3.1: two that went on from one state are found, nearly always before each has had four answers") {
    int late = 0;
    for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
        Chance chance(seed);
        Server server;
        std::array<Machine, 2> both;
        for (auto hellos = 1 + chance.below(20); hellos > 0; --hellos)
            both[0].hello(server, chance);
        both[1] = both[0];
        std::array<int, 2> answered{};
        while (!server.isMarked && (answered[0] < 10 || answered[1] < 10)) {
            const std::size_t one = chance.below(2);
            const Trace had = both[one].disk;
            both[one].hello(server, chance);
            answered[one] += both[one].disk == had ? 0 : 1;
        }
        CAPTURE(seed);
        REQUIRE(server.isMarked);
        late += std::min(answered[0], answered[1]) < 4 ? 0 : 1;
    }
    CHECK(late < 100);
}

TEST_CASE("§3.1: a device that was put back by more than a commit is found by its first hello") {
    Chance chance(7);
    Server server;
    Machine device;
    const auto answered = [&] {
        const Trace said = device.disk;
        server.hear(said);
        device.disk = traceAfter(said, server.last ? server.last->number : 0, chance.draw());
    };
    for (int n = 0; n < 10; ++n)
        answered();
    const Trace image = device.disk;
    answered(); // says that one
    answered();
    SUBCASE("which one commit would be") { // nobody can tell that from a power cut
        device.disk = image;
        answered();
        CHECK_FALSE(server.isMarked);
    }
    SUBCASE("and more is none") {
        answered();
        device.disk = image;
        SUBCASE("to a server that heard it all") {}
        SUBCASE("to one that began anew") { server.beginAnew(); }
        answered();
        CHECK(server.isMarked);
    }
}

} // namespace stint::fleet
