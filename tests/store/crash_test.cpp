// Kill at every write (CONTRIBUTING.md §9): a child commits and acknowledges each commit through a pipe; when it is
// dead, every acknowledged commit is there, and none by half.
#include <csignal>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/unix/fd.hpp"
#include "store/fault_vfs.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

constexpr std::int32_t counterId = 1'000'000;

/// The records of commit `nth`: one of each kind, so that half of it would be seen.
std::vector<Record> recordsOf(std::int32_t nth) {
    auto counter = jobOf(counterId);
    counter.sequence = static_cast<std::uint64_t>(nth);
    return {SaveJob{jobOf(nth)},
            SaveJob{counter},
            DropJob{jobOf(nth - 5).key},
            SaveContent{jobOf(nth).key, {at(1s), at(2s), {std::to_string(nth)}}},
            SaveCompleted{completedOf(nth), 7},
            saved(memoryOf(nth)),
            SaveUsageTime{{std::chrono::seconds{nth}, {}}, at(std::chrono::seconds{nth}), true},
            SaveAlarm{alarmOf(nth)},
            DropAlarm{alarmOf(nth - 3).app, alarmOf(nth - 3).tag},
            SaveMessage{messageOf(nth)},
            DropMessage{messageOf(nth - 2).id},
            SaveOverrides{{{"nth", std::to_string(nth)}}}};
}

std::int32_t lastOf(const Snapshot& snapshot) {
    const auto found = snapshot.overrides.find("nth");
    return found == snapshot.overrides.end() ? 0 : std::stoi(found->second);
}

std::string snapshotText(const Snapshot& snapshot) {
    std::string text;
    for (const auto& stored : snapshot.jobs)
        text += textOf(stored.job) + "\n";
    for (const auto& [key, changes] : snapshot.content)
        text += *changes.uris.begin() + "\n";
    for (const auto& [memory, boot, written] : snapshot.apps) // each of them is a memoryOf()
        for (std::int32_t nth = 0; nth <= lastOf(snapshot); ++nth)
            if (memory == memoryOf(nth)) text += fmt::format("app {}\n", nth);
    for (const auto& [alarm, boot] : snapshot.alarms)
        text += fmt::format("alarm {} {}\n", alarm.tag, alarm.sequence);
    for (const auto& [message, boot] : snapshot.messages)
        text += fmt::format("message {} {}\n", message.id, message.data);
    if (snapshot.usageTime) text += fmt::format("used {}\n", snapshot.usageTime->saved.time.running.count());
    for (const auto& completed : snapshot.completed)
        text += completed.outcome.text + "\n";
    for (const auto& [name, value] : snapshot.overrides)
        text += name + "=" + value + "\n";
    return text;
}

/// The store's content after the commits 1 … last.
std::string expectedAfter(std::int32_t last) {
    Snapshot snapshot;
    if (last == 0) return {};
    std::map<JobKey, Job> jobs;
    for (std::int32_t id = std::max(1, last - 4); id <= last; ++id)
        jobs[jobOf(id).key] = jobOf(id), snapshot.content[jobOf(id).key] = {at(1s), at(2s), {std::to_string(id)}};
    auto counter = jobOf(counterId);
    counter.sequence = static_cast<std::uint64_t>(last);
    jobs[counter.key] = counter;
    for (const auto& [key, job] : jobs)
        snapshot.jobs.push_back({job, bootA});
    snapshot.apps.push_back({memoryOf(last), bootA, {}});
    for (std::int32_t nth = std::max(1, last - 2); nth <= last; ++nth)
        snapshot.alarms.push_back({alarmOf(nth), bootA});
    std::sort(snapshot.alarms.begin(), snapshot.alarms.end(),
              [](const auto& a, const auto& b) { return a.alarm.tag < b.alarm.tag; });
    for (std::int32_t nth = std::max(1, last - 1); nth <= last; ++nth)
        snapshot.messages.push_back({messageOf(nth), bootA});
    snapshot.usageTime = StoredUsageTime{{{std::chrono::seconds{last}, {}}, {}, true}, bootA};
    for (std::int32_t id = std::max(1, last - 6); id <= last; ++id)
        snapshot.completed.push_back(completedOf(id));
    snapshot.overrides = {{"nth", std::to_string(last)}};
    return snapshotText(snapshot);
}

/// Commits after what is there already, to `last`; each is acknowledged when it is durable.
void work(const fs::path& directory, std::int32_t last, int pipe) {
    auto store = Store::open({directory, bootA, {}});
    if (!store) ::_exit(2);
    auto snapshot = store->load();
    if (!snapshot) ::_exit(3);
    for (auto nth = lastOf(*snapshot) + 1; nth <= last; ++nth) {
        if (!store->commit(recordsOf(nth), stamp(std::chrono::seconds{nth}))) ::_exit(4);
        if (::write(pipe, &nth, sizeof nth) != sizeof nth) ::_exit(5);
        store->idle();
        if (nth % 3 == 0) store->eraseLog();
    }
}

// Records that are not synced at each commit.

constexpr std::int32_t keptId = 1'000'001; ///< of a job that outlives the boot
constexpr std::int32_t endsId = 1'000'002; ///< and of one that does not

Job marked(std::int32_t id, std::int32_t nth) {
    auto job = jobOf(id);
    job.info = builtFrom(JobInfo::Builder{id, "Jobs"}.setPersisted(id == keptId));
    job.sequence = static_cast<std::uint64_t>(nth);
    return job;
}

constexpr bool isKept(std::int32_t nth) { return nth % 4 == 0; }

void workForThisBoot(const fs::path& directory, std::int32_t last, int pipe) {
    auto store = Store::open({directory, bootA, {}});
    if (!store || !store->load()) ::_exit(2);
    for (std::int32_t nth = 1; nth <= last; ++nth) {
        const std::vector<Record> records{SaveJob{marked(isKept(nth) ? keptId : endsId, nth)}};
        if (!store->commit(records, stamp(std::chrono::seconds{nth}))) ::_exit(4);
        if (::write(pipe, &nth, sizeof nth) != sizeof nth) ::_exit(5);
        if (nth % 7 == 0) store->eraseLog();
    }
}

struct Child {
    pid_t pid = -1;
    Fd acknowledged;
};

using Work = void (*)(const fs::path&, std::int32_t, int);

template <class Prepare> Child start(const fs::path& directory, std::int32_t last, Prepare prepare, Work done = work) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        ::close(ends[0]);
        prepare();
        done(directory, last, ends[1]); // the store is closed when this returns
        ::_exit(0);
    }
    ::close(ends[1]);
    return {pid, Fd{ends[0]}};
}

/// The last commit acknowledged, `most` of them read at most.
std::int32_t readAcknowledged(const Fd& pipe, std::int32_t before, int most) {
    std::int32_t last = before;
    for (std::int32_t nth = 0; most-- > 0 && ::read(pipe.get(), &nth, sizeof nth) == sizeof nth;)
        last = nth;
    return last;
}

int wait(pid_t pid) {
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return status;
}

/// The store holds the commits 1 … n, n being the last acknowledged or the one after it; answers n.
std::int32_t checkAfterCrash(const fs::path& directory, std::int32_t acknowledged) {
    auto store = openStore(directory);
    CHECK(store.notes().empty());
    const auto snapshot = valueOf(store.load());
    const auto last = lastOf(snapshot);
    CHECK(last >= acknowledged);
    CHECK(last <= acknowledged + 1);
    CHECK(snapshotText(snapshot) == expectedAfter(last));
    CHECK(store.notes().empty());
    return last;
}

} // namespace

TEST_CASE(
    "wherever a write is cut off, every acknowledged commit is there and none by half") { // architecture.md, the turn
    const auto seed = seedOf();
    const Scratch whole; // its making is slow, and is copied where it is not what is tested
    openStore(whole.store());
    const auto cutOffEverywhere = [&](const std::vector<Fault>& inTurn, bool isMade) {
        const std::int32_t commits = isMade ? 9 : 1;
        bool ended = false;
        for (std::uint64_t nth = 1; !ended; ++nth) {
            const Fault fault = inTurn[(nth + seed) % inTurn.size()];
            INFO("fault " << static_cast<int>(fault) << " at write " << nth << ", STINT_SEED=" << seed);
            const Scratch scratch;
            if (isMade) {
                fs::create_directories(scratch.store().parent_path());
                fs::copy(whole.store(), scratch.store(), fs::copy_options::recursive);
            }
            auto child = start(scratch.store(), commits, [&] { installFault(fault, nth, seed + nth); });
            const auto acknowledged = readAcknowledged(child.acknowledged, 0, commits);
            const int status = wait(child.pid);
            REQUIRE(WIFEXITED(status));
            ended = WEXITSTATUS(status) == 0;
            REQUIRE((ended || WEXITSTATUS(status) == faultExit));
            CHECK(checkAfterCrash(scratch.store(), acknowledged) >= (ended ? commits : 0));
            if (ended) CHECK(nth > 50); // else the faults were not where the writes are
        }
    };
    const std::vector<Fault> faults{Fault::Kill, Fault::Tear, Fault::Power};
    cutOffEverywhere(faults, false); // its making has many writes
    for (const Fault fault : faults)
        cutOffEverywhere({fault}, true);
}

TEST_CASE("a power loss takes what it ends anyway, the newest of it, and nothing else") { // jobs.md §7.1, Stint
    const auto seed = seedOf();
    constexpr std::int32_t commits = 14;
    int taken = 0;
    for (const auto fault : {Fault::Kill, Fault::Power}) {
        bool ended = false;
        for (std::uint64_t nth = 1; !ended; ++nth) {
            INFO("fault " << static_cast<int>(fault) << " at write " << nth << ", STINT_SEED=" << seed);
            const Scratch scratch;
            openStore(scratch.store()); // its making is not what is tested here
            auto child = start(
                scratch.store(), commits, [&] { installFault(fault, nth, seed + nth); }, workForThisBoot);
            const auto acknowledged = readAcknowledged(child.acknowledged, 0, commits);
            const int status = wait(child.pid);
            REQUIRE(WIFEXITED(status));
            ended = WEXITSTATUS(status) == 0;
            REQUIRE((ended || WEXITSTATUS(status) == faultExit));
            auto store = openStore(scratch.store());
            std::map<std::int32_t, std::int32_t> last{{keptId, 0}, {endsId, 0}};
            for (const auto& stored : valueOf(store.load()).jobs)
                last[stored.job.key.id.value] = static_cast<std::int32_t>(stored.job.sequence);
            CHECK(store.notes().empty()); // nothing was damaged
            const std::int32_t newest = std::max(last[keptId], last[endsId]);
            CHECK(newest <= acknowledged + 1);
            CHECK(last[keptId] == newest / 4 * 4); // nothing before it is missing
            CHECK(newest >= (fault == Fault::Power ? acknowledged / 4 * 4 : acknowledged));
            if (newest < acknowledged) ++taken;
        }
    }
    CHECK(taken > 0); // else all of it was synced
}

TEST_CASE("a job that ends with the boot is durable where one that does not was in its place") { // jobs.md §7.1, Stint
    CHECK_FALSE(outlivesBoot(SaveJob{marked(endsId, 1)}));
    CHECK(outlivesBoot(SaveJob{marked(endsId, 1), true}));
    CHECK(outlivesBoot(SaveJob{marked(keptId, 1)}));
    CHECK(outlivesBoot(DropJob{marked(endsId, 1).key}));
}

TEST_CASE("a daemon killed at any moment has kept what it acknowledged") { // jobs.md §12.5
    const auto seed = seedOf();
    INFO("STINT_SEED=" << seed);
    std::mt19937_64 chance{seed};
    const Scratch scratch;
    std::int32_t last = 0;
    for (int round = 0; round < 25; ++round) {
        auto child = start(scratch.store(), std::numeric_limits<std::int32_t>::max(), [] {});
        const auto seen = readAcknowledged(child.acknowledged, last, static_cast<int>(1 + chance() % 120));
        ::kill(child.pid, SIGKILL);
        const int status = wait(child.pid);
        REQUIRE(WIFSIGNALED(status));
        // The commits that it acknowledged between the last read and its death are still in the pipe.
        const auto acknowledged = readAcknowledged(child.acknowledged, seen, std::numeric_limits<int>::max());
        last = checkAfterCrash(scratch.store(), acknowledged);
    }
    CHECK(last >= 25);
}
