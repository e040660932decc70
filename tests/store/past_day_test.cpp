// The device's history and a stretch of the log, as the store keeps and tells them (jobs.md §9.5).
#include "stintd/store/history.hpp"

#include "contract/rules/device_state.hpp"
#include "stintd/store/opening.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

SaveDeviceChange noted(std::int32_t minute, std::string key, std::string value, std::int64_t keep = 1000) {
    return {{wall(minute * 1min), std::move(key), std::move(value), minute}, keep, wall(0s)};
}

std::vector<DeviceChange> changesOf(Store& store, std::int32_t from, std::int32_t to, std::size_t most = 100) {
    return valueOf(store.deviceChanges(wall(from * 1min), wall(to * 1min), most));
}

SavePastRun loggedOf(const std::string& app, std::int32_t minute) {
    PastRun run{.scheduled = wall(minute * 1min), .began = wall(minute * 1min), .ended = wall(minute * 1min + 30s)};
    return {.job = {AppId{app}, "", 7}, .run = run, .keep = 1000, .since = wall(0s)};
}

/// The minutes in which the runs began, page by page.
std::vector<std::string> toldOf(Store& store, std::int32_t from, std::int32_t to, std::size_t most) {
    std::vector<std::string> told;
    LogPlace after{};
    for (bool more = true; more;) {
        LogPage page = valueOf(store.logPage(wall(from * 1min), wall(to * 1min), after, most));
        for (const DayRun& run : page.runs)
            told.push_back(fmt::format("{} {}", run.key.app.name.str(), (*run.began - wall(0s)) / 1min));
        more = page.next.has_value();
        if (more) after = *page.next;
    }
    return told;
}

} // namespace

TEST_CASE("changes are told as they were, those of the time and the last of each lane before it") { // jobs.md §9.5
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {noted(1, "screen", "on"), noted(2, "screen", "off"), noted(3, "charging", "no")});
        commit(store, {noted(10, "screen", "on"), noted(12, "charging", "yes"), noted(20, "screen", "off")});
    }
    auto store = openStore(scratch.store(), bootB); // it outlives a boot
    CHECK(changesOf(store, 5, 15) == std::vector{noted(2, "screen", "off").change, noted(3, "charging", "no").change,
                                                 noted(10, "screen", "on").change,
                                                 noted(12, "charging", "yes").change});
    CHECK(valueOf(store.load()).lastDeviceChange == noted(20, "screen", "off").change);
    // The newest, where there are more than fit, and nothing of the time before them.
    CHECK(changesOf(store, 5, 25, 2) ==
          std::vector{noted(12, "charging", "yes").change, noted(20, "screen", "off").change});
}

TEST_CASE("the history keeps its newest entries, and what is too old goes when others come") { // jobs.md §9.5
    const Scratch scratch;
    auto store = openStore(scratch.store());
    for (std::int32_t n = 1; n <= 30; ++n)
        commit(store, {noted(n, "screen", n % 2 ? "on" : "off", 20)});
    CHECK(changesOf(store, 0, 100).size() == 20);
    SaveDeviceChange late = noted(31, "screen", "on", 20);
    late.since = wall(25min);
    commit(store, {late, late});
    CHECK(changesOf(store, 0, 100).size() == 8); // 25 to 30, and twice the last
}

TEST_CASE("a damaged change is left out, and keeps nothing else from being told or written") {
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {noted(1, "screen", "on"), noted(2, "screen", "off")});
    }
    {
        std::vector<std::string> notes;
        const auto directory = valueOf(StoreDirectory::claim(scratch.store()));
        auto database = valueOf(openDatabase(directory, Journal::WriteAhead, notes));
        done(database.run("UPDATE device_changes SET value = 'planted' WHERE nth = 2"));
    }
    auto store = openStore(scratch.store());
    CHECK(valueOf(store.load()).lastDeviceChange == noted(1, "screen", "on").change);
    CHECK(changesOf(store, 0, 9) == std::vector{noted(1, "screen", "on").change});
    commit(store, {noted(3, "screen", "on")});
    CHECK(changesOf(store, 0, 9).size() == 2);
}

TEST_CASE("runs of all apps that lie in a time are told page by page, each once") { // jobs.md §9.5
    const Scratch scratch;
    auto store = openStore(scratch.store());
    for (std::int32_t minute = 1; minute <= 9; ++minute)
        commit(store, {loggedOf("com.example.a", minute), loggedOf("com.example.b", minute)});
    const std::vector<std::string> wanted{"com.example.a 6", "com.example.a 5", "com.example.a 4",
                                          "com.example.b 6", "com.example.b 5", "com.example.b 4"};
    for (const std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{100}}) {
        CAPTURE(most);
        CHECK(toldOf(store, 4, 6, most) == wanted);
    }
    CHECK(toldOf(store, 20, 30, 100).empty());
    // One that ended later and had waited by then has to do with it, too.
    SavePastRun waited = loggedOf("com.example.c", 50);
    waited.run.waits = {{wall(5min), {PENDING_JOB_REASON_CONSTRAINT_CHARGING}}};
    commit(store, {waited});
    CHECK(toldOf(store, 4, 6, 100).back() == "com.example.c 50");
}
