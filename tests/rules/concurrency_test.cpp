// Slots, and the jobs that get them (jobs.md §3.4 to §3.6).
#include <doctest/doctest.h>

#include "contract/rules/concurrency.hpp"

using namespace stint;

namespace {

constexpr std::size_t background = static_cast<std::size_t>(WorkType::Background);
constexpr std::size_t top = static_cast<std::size_t>(WorkType::Top);

} // namespace

TEST_CASE("screen and memory decide how many of the slots there are") { // §3.6, the table
    struct Row {
        bool interactive;
        Memory memory;
        std::int64_t total, background;
    };
    // clang-format off
    for (const Row& row : {Row{true,  Memory::Normal,   12, 6}, Row{true,  Memory::Moderate,  8, 3},
                           Row{true,  Memory::Low,       6, 2}, Row{true,  Memory::Critical,  6, 1},
                           Row{false, Memory::Normal,   16, 9}, Row{false, Memory::Moderate, 14, 7},
                           Row{false, Memory::Low,       9, 2}, Row{false, Memory::Critical,  6, 1}}) {
        const SlotTable table = slotTable(16, row.interactive, row.memory);
        CHECK(table.total == row.total);
        CHECK(table.most[background] == row.background);
        CHECK(table.reserved[top] >= 1);
        CHECK(table.most[top] == table.total);
    }
    // clang-format on
    CHECK(slotTable(1, true, Memory::Normal).total == 1);
    CHECK(slotTable(1, true, Memory::Normal).reserved[top] == 1); // at least, whatever its share
}

TEST_CASE("background jobs leave slots for what is nearer to the user") { // §3.6, slot maths
    const SlotTable table = slotTable(16, true, Memory::Normal);
    const WorkTypes types = typesOf(JobClass::Regular, 0);
    PerType pending{};
    pending[background] = 20;
    Slots slots(table, {}, pending);
    int started = 0;
    while (slots.take(types))
        ++started;
    CHECK(started == 6);
}

TEST_CASE("a user-initiated job in the background takes its own slots first, then the background's") { // §3.5
    const SlotTable table = slotTable(16, true, Memory::Normal);
    const WorkTypes types = typesOf(JobClass::UserInitiated, 0);
    PerType pending{};
    pending[background] = pending[static_cast<std::size_t>(WorkType::UserInitiated)] = 20;
    Slots slots(table, {}, pending);
    CHECK(slots.take(types) == WorkType::UserInitiated);
    int started = 1;
    while (slots.take(types))
        ++started;
    CHECK(started == 12); // all there are
}

TEST_CASE("what runs already has taken its slots") { // §3.6, slot maths step 1
    const SlotTable table = slotTable(16, true, Memory::Normal);
    PerType running{}, pending{};
    running[background] = 6;
    pending[background] = 1;
    CHECK_FALSE(Slots(table, running, pending).take(typesOf(JobClass::Regular, 0)).has_value());
    CHECK(Slots(table, running, {}).take(typesOf(JobClass::Regular, 40)) == WorkType::Top);
}

TEST_CASE("an app's bias decides its types") { // §3.5
    CHECK(biasOf(ProcessState::Top) == 40);
    CHECK(biasOf(ProcessState::Visible) == 35);
    CHECK(biasOf(ProcessState::ForegroundService) == 35);
    CHECK(biasOf(ProcessState::Background) == 0);
    CHECK(typesOf(JobClass::Expedited, 35) == WorkTypes{false, true, false, true, false});
}

TEST_CASE("an app that runs jobs for half of recent time is less near, one in front as near as ever") { // §3.5
    const Constants constants;
    const auto at = [](Duration since) { return Instant{} + 30min * 100 + since; };
    App app;
    app.memory.pinned = ProcessState::ForegroundService;
    const auto bias = [&](Duration since) { return biasOf(app, at(since), constants); };
    CHECK(bias(0s) == 35); // of the period before and of this one:
    noteRunBegins(app, at(0s), constants);
    noteRunBegins(app, at(10min), constants); // two at a time are no more than one
    CHECK(bias(29min) == 35);                 // 29 of 59 minutes
    CHECK(bias(30min) == -45);                // 30 of 30
    CHECK(bias(30min - 1ms) == 35);
    noteRunEnds(app, at(40min), constants);
    noteRunEnds(app, at(45min), constants); // 45 of 45
    CHECK(bias(45min) == -45);
    CHECK(bias(50min) == -45); // 45 of 50: nine tenths
    CHECK(bias(51min) == -5);  // 45 of 51
    CHECK(bias(60min) == -5);  // 15 of 30, and it began anew
    CHECK(bias(61min) == 35);  // 15 of 31
    CHECK(bias(10h) == 35);
    app.memory.pinned = ProcessState::Top;
    CHECK(bias(45min) == 40);
}

TEST_CASE("a run over many periods fills the last of them") { // §3.5
    const Constants constants;
    App app;
    noteRunBegins(app, Instant{} + 7min, constants);
    CHECK(loadPercent(app, Instant{} + 10h, constants) == 100);
    noteRunEnds(app, Instant{} + 10h + 3min, constants);
    CHECK(loadPercent(app, Instant{} + 10h + 3min, constants) == 100);
    CHECK(loadPercent(app, Instant{} + 10h + 30min, constants) == 10);
    CHECK(loadPercent(app, Instant{} + 11h, constants) == 0);
}

TEST_CASE("in an app's list override goes first, then class, then priority, then age") { // §3.4
    GateKey regular, expedited, transfer, high, pushed, elsewhere;
    expedited.requested = JobClass::Expedited;
    transfer.requested = JobClass::UserInitiated;
    high.priority = JobInfo::PRIORITY_HIGH;
    pushed.override = Override::Soft;
    elsewhere.priority = JobInfo::PRIORITY_HIGH;
    elsewhere.space = "sync";
    const Place early{Instant{1s}, 1}, late{Instant{2s}, 2};
    const auto before = [](const GateKey& a, const Place& pa, const GateKey& b, const Place& pb) {
        return goesBefore({a, pa}, {b, pb}) && !goesBefore({b, pb}, {a, pa});
    };
    CHECK(before(pushed, late, transfer, early));
    CHECK(before(transfer, late, expedited, early));
    CHECK(before(expedited, late, high, early));
    CHECK(before(high, late, regular, early));
    CHECK(before(regular, early, regular, late));
    CHECK(before(regular, early, elsewhere, late)); // another namespace's priority does not count
}

TEST_CASE("the more apps have jobs, the more each takes in a row") { // §3.4
    CHECK(inARow(4) == 1);
    CHECK(inARow(5) == 2);
    CHECK(inARow(8) == 2);
    CHECK(inARow(9) == 3);
}
