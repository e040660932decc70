// Losses that SQLite does not report, and that are reported all the same (commit_count.hpp); deletions, which are
// complete.
#include <sys/stat.h>

#include "base/text/number.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

fs::path logOf(const Scratch& scratch) { return fs::path{scratch.database()}.concat("-wal"); }
fs::path countOf(const Scratch& scratch) { return scratch.store() / "stint.commits"; }

void commitJob(Store& store, std::int32_t id) {
    done(store.commit(std::vector<Record>{SaveJob{jobOf(id)}}, stamp(1'700'000'000s)));
}

/// A store with jobs 1 to 9, as a daemon that was killed leaves it: 3 are in the file, the others in the log.
class Left {
public:
    Left() {
        const Scratch living;
        auto store = openStore(living.store());
        for (int id = 1; id <= 3; ++id)
            commitJob(store, id);
        store.eraseLog();
        for (int id = 4; id <= 9; ++id)
            commitJob(store, id);
        { openStore(scratch_.store()); }
        writeBytes(scratch_.database(), bytesOf(living.database()));
        writeBytes(logOf(scratch_), bytesOf(logOf(living)));
        writeBytes(countOf(scratch_), bytesOf(countOf(living)));
    }
    const Scratch& scratch() const { return scratch_; }

private:
    Scratch scratch_;
};

/// The jobs that are there, and what the store says.
std::pair<std::size_t, std::string> opened(const Scratch& scratch) {
    auto store = openStore(scratch.store());
    const auto jobs = valueOf(store.load()).jobs.size();
    std::string told;
    for (const std::string& note : store.notes())
        told += note + "\n";
    return {jobs, told};
}

bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

} // namespace

TEST_CASE("a store that was killed has lost nothing, and says nothing") { // architecture.md, store
    const Left left;
    CHECK(opened(left.scratch()) == std::pair{std::size_t{9}, std::string{}});
}

TEST_CASE("a log that was emptied, removed or damaged is told of, with how much is lost and since when") {
    const Left left;
    const auto log = bytesOf(logOf(left.scratch()));
    const auto database = bytesOf(left.scratch().database());
    const auto tells = [&](std::size_t jobs, std::string_view lost) {
        const auto [kept, told] = opened(left.scratch());
        CHECK(kept == jobs);
        CHECK(has(told, lost));
        CHECK(has(told, "after 2023-11-14"));
    };
    SUBCASE("emptied") {
        writeBytes(logOf(left.scratch()), "");
        tells(3, "has lost its last 6 commits");
    }
    SUBCASE("removed") {
        fs::remove(logOf(left.scratch()));
        tells(3, "has lost its last 6 commits");
    }
    SUBCASE("damaged in its middle") {
        // The log holds the same pages of each commit, so as many bytes of each.
        std::size_t last = log.size();
        while (last > 0 && log[last - 1] == '\0')
            --last;
        auto damaged = log;
        damaged[last * 3 / 4] = static_cast<char>(damaged[last * 3 / 4] + 1);
        writeBytes(logOf(left.scratch()), damaged);
        const auto [kept, told] = opened(left.scratch());
        CHECK(kept >= 5);
        CHECK(kept < 9);
        CHECK(has(told, "has lost its last " + counted(9 - kept, "commit")));
    }
    SUBCASE("told again until something is committed, then no more") {
        writeBytes(logOf(left.scratch()), "");
        tells(3, "has lost its last 6 commits");
        tells(3, "has lost its last 6 commits");
        {
            auto store = openStore(left.scratch().store());
            commitJob(store, 20);
        }
        CHECK(opened(left.scratch()).second.empty());
    }
    SUBCASE("an older copy of the database") {
        { auto store = openStore(left.scratch().store()); } // all of the log is in the file
        writeBytes(left.scratch().database(), database);
        tells(3, "has lost its last 6 commits");
    }
}

TEST_CASE("a count that is gone, torn or planted keeps nobody from starting and invents no loss") { // issue: bad input
    const Left left;
    const auto& file = countOf(left.scratch());
    const auto whole = bytesOf(file);
    std::string told = "its count of commits is gone or damaged";
    SUBCASE("gone") { fs::remove(file); }
    SUBCASE("empty") { writeBytes(file, ""); }
    SUBCASE("torn") { writeBytes(file, whole.substr(0, whole.size() / 2)); }
    SUBCASE("another number") {
        auto other = whole;
        other[0] = static_cast<char>(other[0] + 1);
        writeBytes(file, other);
    }
    SUBCASE("a FIFO") {
        fs::remove(file);
        REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    }
    SUBCASE("a link to what is not ours") {
        fs::rename(file, left.scratch().path() / "elsewhere");
        fs::create_symlink(left.scratch().path() / "elsewhere", file);
    }
    SUBCASE("of fewer commits, as after a power loss") {
        const Scratch other;
        { openStore(other.store()); }
        writeBytes(file, bytesOf(countOf(other)));
        told.clear();
    }
    const auto [jobs, notes] = opened(left.scratch());
    CHECK(jobs == 9);
    CHECK(has(notes, told));
    CHECK(notes.empty() == told.empty());
}

TEST_CASE("what was deleted is neither in the file nor in its log") { // issue 11: secrets of headers after a cancel
    const Scratch scratch;
    auto store = openStore(scratch.store());
    const std::string secret = "Bearer hunter2";
    Job job = jobOf(1);
    job.details.edit().label = secret;
    done(store.commit(std::vector<Record>{SaveJob{job}}, stamp(1s)));
    done(store.commit(std::vector<Record>{SaveJob{jobOf(2)}, DropJob{job.key}}, stamp(1s)));
    REQUIRE(has(bytesOf(logOf(scratch)), secret));
    store.eraseLog();
    CHECK(!has(bytesOf(logOf(scratch)), secret));
    CHECK(!has(bytesOf(scratch.database()), secret));
    // And it goes on, and what is committed outlives a crash.
    commitJob(store, 3);
    const Scratch crashed;
    { openStore(crashed.store()); }
    writeBytes(crashed.database(), bytesOf(scratch.database()));
    writeBytes(logOf(crashed), bytesOf(logOf(scratch)));
    CHECK(opened(crashed).first == 2);
}

TEST_CASE("after a clean end there is no log") { // architecture.md, store
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commitJob(store, 1);
        REQUIRE(fs::exists(logOf(scratch)));
    }
    CHECK(!fs::exists(logOf(scratch)));
}
