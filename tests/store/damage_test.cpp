#include <map>
#include <set>

#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

constexpr int jobCount = 300;
constexpr std::size_t pageSize = 4096;

/// A store of a few hundred rows in every table; its file, whole, and what was in it.
struct Whole {
    std::string bytes;
    std::set<std::string> jobs;
    Snapshot snapshot;
};

Whole makeWhole(const Scratch& scratch) {
    Whole whole;
    {
        auto store = openStore(scratch.store());
        std::vector<Record> records;
        for (int id = 1; id <= jobCount; ++id) {
            records.push_back(SaveJob{jobOf(id)});
            records.push_back(SaveCompleted{completedOf(id), jobCount});
            records.push_back(
                SaveApp{{AppId{"com.example.app" + std::to_string(id)}, ProcessState::Top, {at(1s)}, {}}});
        }
        records.push_back(SaveOverrides{{{"charging", "false"}}});
        done(store.commit(records, wall(1s)));
        whole.snapshot = valueOf(store.load());
    }
    for (const auto& stored : whole.snapshot.jobs)
        whole.jobs.insert(textOf(stored.job));
    whole.bytes = bytesOf(scratch.database());
    REQUIRE(whole.bytes.size() > 40 * pageSize);
    return whole;
}

/// The store made of `bytes`; nothing that was not in the whole one comes out of it.
struct Opened {
    Snapshot snapshot;
    std::vector<std::string> notes;
};

Opened openDamaged(const Whole& whole, std::string_view bytes) {
    const Scratch scratch;
    { openStore(scratch.store()); }
    writeBytes(scratch.database(), bytes);
    Opened opened;
    {
        auto store = openStore(scratch.store());
        opened.snapshot = valueOf(store.load());
        opened.notes = store.notes();
        for (const auto& stored : opened.snapshot.jobs)
            CHECK(whole.jobs.contains(textOf(stored.job)));
        for (const auto& completed : opened.snapshot.completed)
            CHECK(std::count(whole.snapshot.completed.begin(), whole.snapshot.completed.end(), completed) == 1);
        for (const auto& app : opened.snapshot.apps)
            CHECK(std::count(whole.snapshot.apps.begin(), whole.snapshot.apps.end(), app) == 1);
        done(store.commit(std::vector<Record>{SaveJob{jobOf(7)}, SaveJob{jobOf(1000)}}, wall(2s)));
    }
    if (opened.notes.empty()) CHECK(opened.snapshot.jobs.size() == jobCount);
    for (const auto& note : opened.notes)
        if (const auto at = note.find("stint.db.damaged-"); at != std::string::npos)
            CHECK(bytesOf(scratch.store() / note.substr(at, note.find(' ', at) - at)) == bytes);
    auto store = openStore(scratch.store()); // and is sound from then on
    CHECK(store.notes().empty());
    return opened;
}

} // namespace

TEST_CASE("a damaged page costs the rows on it, and is told") { // design.md, store; jobs.md §7.1
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    std::mt19937_64 chance{seed};
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    constexpr std::size_t rows = 3 * jobCount;
    constexpr std::size_t rowsOfPage = 60;
    int tablesLost = 0;
    for (std::size_t page = 0; page < whole.bytes.size() / pageSize; ++page) {
        CAPTURE(page);
        auto bytes = whole.bytes;
        for (std::size_t i = 0; i < pageSize; ++i)
            bytes[page * pageSize + i] = static_cast<char>(chance());
        const auto opened = openDamaged(whole, bytes);
        CHECK(opened.notes.size() == 1);
        const auto& kept = opened.snapshot;
        if (kept.jobs.empty() || kept.apps.empty() || kept.completed.empty())
            ++tablesLost;
        else
            CHECK(kept.jobs.size() + kept.apps.size() + kept.completed.size() >= rows - rowsOfPage);
    }
    CHECK(tablesLost <= 3); // the page at which a table's tree begins; nothing else leads to its rows
}

TEST_CASE("wherever a bit flips, the store opens and nothing it says is wrong") { // design.md, store
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    std::mt19937_64 chance{seed};
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    for (int i = 0; i < 250; ++i) {
        auto bytes = whole.bytes;
        const auto offset = i < 100 ? static_cast<std::size_t>(i) : chance() % bytes.size(); // the header, byte by byte
        if (offset >= 60 && offset < 64) continue; // user_version: a newer store, refused
        CAPTURE(offset);
        bytes[offset] = static_cast<char>(bytes[offset] ^ (1 << chance() % 8));
        openDamaged(whole, bytes);
    }
}

TEST_CASE("a truncated store keeps what is left of it") {
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    std::mt19937_64 chance{seed};
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    for (int i = 0; i < 40; ++i) {
        const auto size = i < 10 ? static_cast<std::size_t>(i) * 100 + 1 : chance() % whole.bytes.size();
        CAPTURE(size);
        openDamaged(whole, std::string_view{whole.bytes}.substr(0, size));
    }
}
