// stint-push as the daemon tells it of what is wanted.
#include <doctest/doctest.h>

#include "daemon/fake_edges.hpp"
#include "stintd/daemon/line_edge.hpp"

using namespace stint;

namespace {

wire::LineView lineOf(std::size_t registrations) {
    wire::LineView line{.place = {}, .network = {}, .entries = {}};
    line.entries.resize(registrations);
    return line;
}

/// The edge, with a line that is there.
struct ToldLine {
    FakeServer server;
    Owned<sd_event, sd_event_unref> loop{newLoop()};
    LineEdge edge{loop.get(), server, [](const Event&) {}, [](const std::string&) {}};

    ToldLine() { edge.begins({1}); }

private:
    static sd_event* newLoop() {
        sd_event* made = nullptr;
        REQUIRE(sd_event_new(&made) >= 0);
        return made;
    }
};

} // namespace

TEST_CASE("however many registrations end in one commit, the line is told once, and before it is given a message") {
    ToldLine told; // push.md §4.2
    auto& [server, loop, edge] = told;
    sd_event_run(loop.get(), 0); // its answer
    for (std::size_t n = 256; n > 0; --n)
        edge.want(lineOf(n));
    CHECK(server.toLine.empty());
    edge.tell();
    CHECK(server.toLine == std::vector<std::string>{"line of 1"});
    edge.tell();
    CHECK(server.toLine.size() == 1);

    server.toLine.clear();
    edge.want(lineOf(2));
    edge.deliver({});
    edge.want(lineOf(3));
    edge.check();
    CHECK(server.toLine == std::vector<std::string>{"line of 2", "message", "line of 3", "check"});
}

TEST_CASE("what the line has told itself it is not told again") { // push.md §4.4: hundreds that were revoked
    ToldLine told;
    auto& [server, loop, edge] = told;
    wire::LineView line = lineOf(256);
    for (std::size_t n = 0; n < 256; ++n)
        line.entries[n].name = std::to_string(n);
    const auto tells = [&] {
        server.toLine.clear();
        edge.want(line);
        edge.tell();
        return server.toLine.size();
    };
    CHECK(tells() == 1);
    CHECK(tells() == 0);
    for (wire::LineEntry& entry : line.entries)
        entry.ended = entry.revoked = true;
    CHECK(tells() == 1);
    line.entries[7].revoked = false; // its connector knows
    CHECK(tells() == 0);
    line.entries.pop_back(); // its server does
    CHECK(tells() == 0);
    line.entries[7].ended = false;
    CHECK(tells() == 1);
    line.entries.erase(line.entries.begin() + 7); // the line has told nothing of that one
    CHECK(tells() == 1);
    line.network = "Mobile";
    CHECK(tells() == 1);
    line.entries.clear();
    CHECK(tells() == 1);
}
