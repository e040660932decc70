#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/fault_vfs.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

std::size_t jobsIn(Store& store) { return valueOf(store.load()).jobs.size(); }

/// Runs `body` where a crash or a full disk stays its own; CHECKs in it end the process.
template <class Body> void inChild(Body body) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
}

} // namespace

TEST_CASE("a commit that fails leaves nothing of it, and the next one works") { // architecture.md, the core
    const Scratch scratch;
    bool fails = false;
    auto store = openStore(scratch.store(), bootA, [&] { return fails; });
    // Every commit of a run fails once.
    for (int nth = 1; nth <= 10; ++nth) {
        const std::vector<Record> records{SaveJob{jobOf(nth)}, SaveCompleted{completedOf(nth), 20},
                                          DropJob{jobOf(nth - 3).key}};
        fails = true;
        const auto before = valueOf(store.load());
        const auto failed = store.commit(records, stamp(1s));
        REQUIRE(!failed.ok());
        CHECK(failed.error().code == Errc::STORAGE);
        CHECK(failed.error().message.find("stint.db") != std::string::npos);
        const auto after = valueOf(store.load());
        CHECK(after.jobs.size() == before.jobs.size());
        CHECK(after.completed == before.completed);
        fails = false;
        done(store.commit(records, stamp(1s)));
        CHECK(jobsIn(store) == static_cast<std::size_t>(std::min(nth, 3)));
    }
}

TEST_CASE("a step without records makes no transaction") { // architecture.md, the turn
    const Scratch scratch;
    int asked = 0;
    auto store = openStore(scratch.store(), bootA, [&] { return ++asked > 0; });
    const auto before = bytesOf(fs::path{scratch.database()}.concat("-wal"));
    done(store.commit({}, stamp(1s)));
    CHECK(asked == 0);
    CHECK(bytesOf(fs::path{scratch.database()}.concat("-wal")) == before);
}

TEST_CASE("a probe says whether a commit would succeed, and is one") { // architecture.md, the turn
    const Scratch scratch;
    bool fails = true;
    auto store = openStore(scratch.store(), bootA, [&] { return fails; });
    CHECK(store.probe(stamp(1s)).error().code == Errc::STORAGE);
    fails = false;
    const auto before = bytesOf(fs::path{scratch.database()}.concat("-wal"));
    done(store.probe(stamp(1s)));
    CHECK(bytesOf(fs::path{scratch.database()}.concat("-wal")) != before);
}

TEST_CASE("the reserve is given up on a full disk and made again when there is room") { // architecture.md, the core
    const Scratch scratch;
    const auto reserve = scratch.store() / "stint.reserve";
    bool fails = false;
    auto store = openStore(scratch.store(), bootA, [&] { return fails; });
    CHECK(fs::file_size(reserve) == 1_MiB);
    fails = true;
    CHECK(!store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)).ok());
    CHECK(!fs::exists(reserve));
    fails = false;
    store.idle();
    CHECK(fs::file_size(reserve) == 1_MiB);
}

TEST_CASE("an idle store takes its log into the file once it is worth it") { // decision 0002
    const Scratch scratch;
    const auto log = fs::path{scratch.database()}.concat("-wal");
    auto store = openStore(scratch.store());
    done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)));
    const auto before = fs::file_size(scratch.database());
    store.idle(); // a single commit is not
    CHECK(fs::file_size(scratch.database()) == before);
    std::vector<Record> many;
    for (int id = 1; id <= 4000; ++id)
        many.emplace_back(SaveJob{jobOf(id)});
    done(store.commit(many, stamp(1s)));
    CHECK(fs::file_size(scratch.database()) == before);
    store.idle();
    CHECK(fs::file_size(scratch.database()) > before + 1_MiB);
    // The log is used again from its start.
    const auto length = fs::file_size(log);
    for (int id = 1; id <= 20; ++id)
        done(store.commit(std::vector<Record>{SaveJob{jobOf(id)}}, stamp(1s)));
    CHECK(fs::file_size(log) <= length);
    CHECK(jobsIn(store) == 4000);
}

TEST_CASE("the log's file is as long as the log will be, and what is behind the log is nothing to who opens it") {
    const Scratch scratch;
    const Scratch crashed;
    const auto log = fs::path{scratch.database()}.concat("-wal");
    auto store = openStore(scratch.store());
    done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)));
    CHECK(fs::file_size(log) == 1_MiB);
    for (int id = 2; id <= 20; ++id)
        done(store.commit(std::vector<Record>{SaveJob{jobOf(id)}}, stamp(1s)));
    CHECK(fs::file_size(log) == 1_MiB);
    { openStore(crashed.store()); }
    writeBytes(crashed.database(), bytesOf(scratch.database()));
    writeBytes(fs::path{crashed.database()}.concat("-wal"), bytesOf(log));
    auto next = openStore(crashed.store());
    CHECK(jobsIn(next) == 20);
}

TEST_CASE(
    "whatever write finds the disk full, the commit is Storage, names the file, and is nowhere") { // issue: full disk
    const Scratch scratch;
    inChild([&] {
        static bool full = false;
        installFullDisk(full);
        auto store = Store::open({scratch.store(), bootA, {}});
        if (!store || !store->commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s))) return 1;
        full = true;
        const auto failed = store->commit(std::vector<Record>{SaveJob{jobOf(2)}}, stamp(1s));
        if (failed || failed.error().code != Errc::STORAGE) return 2;
        if (failed.error().message.find("stint.db: disk full") == std::string::npos) return 3;
        const auto snapshot = store->load();
        if (!snapshot || snapshot->jobs.size() != 1) return 5; // it can be read all the same
        full = false;
        return store->commit(std::vector<Record>{SaveJob{jobOf(3)}}, stamp(1s)) ? 0 : 6;
    });
    auto store = openStore(scratch.store());
    CHECK(jobsIn(store) == 2);
}

TEST_CASE("a file that may not grow refuses commits with the system's reason") {
    const Scratch scratch;
    { openStore(scratch.store()); }
    inChild([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        auto store = Store::open({scratch.store(), bootA, {}});
        if (!store) return 1;
        const rlimit small{200'000, RLIM_INFINITY};
        if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return 2;
        int accepted = 0;
        for (;; ++accepted) {
            const auto result = store->commit(std::vector<Record>{SaveJob{jobOf(accepted)}}, stamp(1s));
            if (result) continue;
            if (result.error().code != Errc::STORAGE || result.error().message.find("stint.db") == std::string::npos)
                return 3;
            break;
        }
        const rlimit large{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &large);
        const auto snapshot = store->load();
        return snapshot && snapshot->jobs.size() == static_cast<std::size_t>(accepted) ? 0 : 4;
    });
}

TEST_CASE("a job that is gone leaves nothing of its secrets, once the daemon has stopped") {
    const Scratch scratch;
    constexpr std::string_view secret = "Bearer-d0ubl3-s3cr3t";
    const auto holds = [&] {
        for (const auto& entry : fs::recursive_directory_iterator(scratch.store()))
            if (entry.is_regular_file() && bytesOf(entry.path()).find(secret) != std::string::npos) return true;
        return false;
    };
    {
        auto store = openStore(scratch.store());
        for (int nth = 1; nth <= 40; ++nth) { // enough of them that whole pages become free
            Job job = jobOf(nth);
            PersistableBundle extras;
            extras.putString("header", std::string(secret) + std::string(2000, 'x'));
            job.info = builtFrom(JobInfo::Builder(nth, "Transfer").setExtras(std::move(extras)));
            done(store.commit(std::vector<Record>{SaveJob{std::move(job)}}, stamp(1s)));
        }
    }
    REQUIRE(holds());
    {
        auto store = openStore(scratch.store());
        for (int nth = 1; nth <= 40; ++nth)
            done(store.commit(std::vector<Record>{DropJob{jobOf(nth).key}}, stamp(2s)));
    }
    CHECK_FALSE(holds());
}
