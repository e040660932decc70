#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include "store/fault_vfs.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

constexpr int jobCount = 150;
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
            records.emplace_back(SaveJob{jobOf(id)});
            records.emplace_back(SaveCompleted{completedOf(id), jobCount});
            records.emplace_back(saved(memoryOf(id, "com.example.app" + std::to_string(id))));
            records.emplace_back(SaveAlarm{alarmOf(id)});
            records.emplace_back(SaveMessage{messageOf(id)});
        }
        records.emplace_back(SaveOverrides{{{"charging", "false"}}});
        records.emplace_back(SaveUsageTime{{2400h, 24h}, at(1min), true});
        done(store.commit(records, stamp(1s)));
        whole.snapshot = valueOf(store.load());
    }
    for (const auto& stored : whole.snapshot.jobs)
        whole.jobs.insert(textOf(stored.job));
    whole.bytes = bytesOf(scratch.database());
    REQUIRE(whole.bytes.size() > 30 * pageSize);
    return whole;
}

std::string withBrokenPage(const Whole& whole, std::size_t page) {
    auto bytes = whole.bytes;
    bytes.replace(page * pageSize, pageSize, pageSize, 'x');
    return bytes;
}

/// The database that was set aside; empty where none was.
std::string setAside(const Scratch& scratch) {
    std::string bytes;
    for (const auto& entry : fs::directory_iterator{scratch.store()}) {
        const auto name = entry.path().filename().string();
        if (name.starts_with("stint.db.damaged-") && !name.ends_with("-wal")) bytes = bytesOf(entry.path());
    }
    return bytes;
}

/// True if the app is as it was written, or lost one of its two rows: its ledgers count as spent then, or its user's
/// choices are unknown.
bool isAsWritten(const StoredApp& stored, const Whole& whole) {
    const auto& found = stored.memory;
    const auto byApp = [&](const StoredApp& one) { return one.memory.app == found.app; };
    const auto written = std::find_if(whole.snapshot.apps.begin(), whole.snapshot.apps.end(), byApp);
    if (written == whole.snapshot.apps.end()) return false;
    AppMemory withoutLedgers = written->memory;
    withoutLedgers.quota = found.quota;
    withoutLedgers.expedited = found.expedited;
    withoutLedgers.alarms = found.alarms;
    withoutLedgers.whileIdleAlarms = found.whileIdleAlarms;
    withoutLedgers.pushes = found.pushes;
    withoutLedgers.timeouts = found.timeouts;
    withoutLedgers.silences = found.silences;
    withoutLedgers.grantUntil = found.grantUntil;
    withoutLedgers.leftTop = found.leftTop;
    withoutLedgers.leftForeground = found.leftForeground;
    withoutLedgers.mayServeUntil = found.mayServeUntil;
    withoutLedgers.days = found.days;
    if (found.quota != written->memory.quota) return found == withoutLedgers && found.alarms.size() == 100;
    AppMemory withoutChoices = found;
    withoutChoices.pinned.reset();
    withoutChoices.crashes.clear();
    return found == written->memory || (found == withoutChoices && found.usage == Usage{});
}

template <class T, class List, class Part> bool isAmong(const T& one, const List& list, Part part) {
    return std::any_of(list.begin(), list.end(), [&](const auto& stored) { return part(stored) == one; });
}

std::vector<AppMemory> memoriesOf(const Snapshot& snapshot) {
    std::vector<AppMemory> memories;
    for (const auto& stored : snapshot.apps)
        memories.push_back(stored.memory);
    return memories;
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
            CHECK(isAsWritten(app, whole));
        for (const auto& stored : opened.snapshot.alarms)
            CHECK(isAmong(stored.alarm, whole.snapshot.alarms, [](const auto& one) { return one.alarm; }));
        for (const auto& stored : opened.snapshot.messages)
            CHECK(isAmong(stored.message, whole.snapshot.messages, [](const auto& one) { return one.message; }));
        // Lost, the clocks go on from the last use of an app that is left: limits.md §2.2.
        for (const auto& app : opened.snapshot.apps)
            if (app.memory.usage.used)
                CHECK(opened.snapshot.usageTime->saved.time.running >= app.memory.usage.used->running);
        done(store.commit(std::vector<Record>{SaveJob{jobOf(7)}, SaveJob{jobOf(1000)}}, stamp(2s)));
    }
    if (opened.notes.empty()) CHECK(opened.snapshot.jobs.size() == jobCount);
    if (const auto aside = setAside(scratch); !aside.empty()) CHECK(aside == bytes);
    auto store = openStore(scratch.store()); // and is sound from then on
    CHECK(store.notes().empty());
    return opened;
}

} // namespace

TEST_CASE("a damaged page costs the rows on it, and is told") { // architecture.md, store; jobs.md §7.1
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    std::mt19937_64 chance{seed};
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    constexpr std::size_t rows = 5 * jobCount;
    constexpr std::size_t rowsOfPage = 60;
    int tablesLost = 0;
    for (std::size_t page = 0; page < whole.bytes.size() / pageSize; ++page) {
        CAPTURE(page);
        auto bytes = whole.bytes;
        for (std::size_t i = 0; i < pageSize; ++i)
            bytes[page * pageSize + i] = static_cast<char>(chance());
        const auto opened = openDamaged(whole, bytes);
        CHECK(!opened.notes.empty());
        CHECK(opened.notes.size() <= 2); // that it was rebuilt, and whose ledgers were lost
        const auto& kept = opened.snapshot;
        CHECK(kept.apps.size() == jobCount); // each has two rows, on two pages
        const auto left =
            kept.jobs.size() + kept.apps.size() + kept.completed.size() + kept.alarms.size() + kept.messages.size();
        if (kept.jobs.empty() || kept.completed.empty() || kept.alarms.empty() || kept.messages.empty())
            ++tablesLost;
        else
            CHECK(left >= rows - rowsOfPage);
    }
    CHECK(tablesLost <= 4); // the page at which a table's tree begins; nothing else leads to its rows
}

TEST_CASE("wherever a bit flips, the store opens and nothing it says is wrong") { // architecture.md, store
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    std::mt19937_64 chance{seed};
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    for (int i = 0; i < 150; ++i) {
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
    for (int i = 0; i < 30; ++i) {
        const auto size = i < 10 ? static_cast<std::size_t>(i) * 100 + 1 : chance() % whole.bytes.size();
        CAPTURE(size);
        openDamaged(whole, std::string_view{whole.bytes}.substr(0, size));
    }
}

TEST_CASE("a damaged write-ahead log costs only what is in it") {
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    std::mt19937_64 chance{seed};
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    const auto log = fs::path{scratch.database()}.concat("-wal");
    std::string logged;
    {
        auto store = openStore(scratch.store());
        for (int id = 1; id <= 20; ++id)
            done(store.commit(std::vector<Record>{DropJob{jobOf(id).key}}, stamp(1s)));
        logged = bytesOf(log);
        logged.resize(logged.find_last_not_of('\0') + 1); // its file is longer than it is
    }
    for (int i = 0; i < 40; ++i) {
        writeBytes(scratch.database(), whole.bytes);
        auto bytes = logged;
        const auto offset = chance() % bytes.size();
        CAPTURE(offset);
        bytes[offset] = static_cast<char>(bytes[offset] ^ (1 << chance() % 8));
        writeBytes(log, bytes);
        auto store = openStore(scratch.store());
        const auto snapshot = valueOf(store.load());
        CHECK(snapshot.jobs.size() >= jobCount - 20);
        for (const auto& stored : snapshot.jobs)
            CHECK(whole.jobs.contains(textOf(stored.job)));
    }
}

TEST_CASE("a crash while a damaged store is rebuilt loses nothing that could be read") {
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    const auto bytes = withBrokenPage(whole, 20);
    const auto kept = openDamaged(whole, bytes).snapshot;
    bool ended = false;
    for (std::uint64_t nth = 1; !ended; nth += 3) {
        CAPTURE(nth);
        const Scratch crashed;
        { openStore(crashed.store()); }
        writeBytes(crashed.database(), bytes);
        const pid_t pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            installFault(Fault::Kill, nth, 0);
            ::_exit(Store::open({crashed.store(), bootA, {}}).ok() ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(pid, &status, 0) == pid);
        ended = WEXITSTATUS(status) == 0;
        REQUIRE((ended || WEXITSTATUS(status) == faultExit));
        auto store = openStore(crashed.store());
        const auto snapshot = valueOf(store.load());
        CHECK(snapshot.jobs.size() == kept.jobs.size());
        CHECK(memoriesOf(snapshot) == memoriesOf(kept));
        CHECK(snapshot.completed == kept.completed);
        CHECK(setAside(crashed) == bytes);
    }
}

TEST_CASE("a crash between the renames of a rebuild is made good") {
    const Scratch scratch;
    const auto whole = makeWhole(scratch);
    const auto bytes = withBrokenPage(whole, 20);
    for (const bool damagedIsThere : {true, false}) {
        CAPTURE(damagedIsThere);
        const Scratch crashed;
        { openStore(crashed.store()); }
        writeBytes(crashed.store() / "stint.db.made", whole.bytes);
        if (damagedIsThere)
            writeBytes(crashed.database(), bytes);
        else
            fs::rename(crashed.database(), crashed.store() / "stint.db.damaged-20260105T080000Z");
        writeBytes(fs::path{crashed.database()}.concat("-wal"), "a log of the damaged one");
        auto store = openStore(crashed.store());
        CHECK(valueOf(store.load()).jobs.size() == jobCount);
        CHECK(store.notes().empty());
        if (damagedIsThere) CHECK(setAside(crashed) != whole.bytes);
    }
}
