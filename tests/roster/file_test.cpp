// The server's file: killed at any write, damaged, on a full disk (fleet.md §5).
#include <algorithm>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "roster/stage.hpp"
#include "store/fault_vfs.hpp"

namespace stint::fleet {
namespace {

namespace fs = std::filesystem;

/// Its exit status; 128 and more: a signal's.
template <class Body> int inChild(Body body) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Batches of a stream, each of a few reports of some devices, of which one is none.
std::vector<std::vector<StreamedReport>> batchesOf(Stage& stage) {
    std::vector<std::vector<StreamedReport>> batches;
    for (std::uint32_t batch = 0; batch < 4; ++batch) {
        auto& reports = batches.emplace_back();
        for (std::size_t device = 0; device < 4; ++device)
            reports.push_back(stage.told(device, batch < 3 ? running(batch + 1) : ended(4, Outcome::Succeeded)));
        reports.push_back(stage.sent(0, "none"));
    }
    return batches;
}

/// Takes those after the position, as a server that has started; false: an error.
bool takeFrom(const fs::path& file, const std::vector<std::vector<StreamedReport>>& batches) {
    auto roster = Roster::open(file);
    if (!roster.ok() || !roster->setAside().empty()) return false;
    const auto position = roster->position(reports);
    if (!position.ok()) return false;
    for (const auto& batch : batches)
        if (batch.back().sequence > *position && !roster->take(reports, batch).ok()) return false;
    return true;
}

} // namespace

TEST_CASE("a server that is killed at any write reads on, and its file says the same") { // fleet.md §5
    Stage stage;
    const auto batches = batchesOf(stage);
    const std::string filled = stage.file.path().string() + ".filled";
    fs::copy_file(stage.file.path(), filled);
    fs::copy_file(stage.file.path().string() + "-wal", filled + "-wal");
    const auto refill = [&] {
        for (const char* const ending : {"", "-wal"})
            fs::copy_file(filled + ending, stage.file.path().string() + ending, fs::copy_options::overwrite_existing);
    };
    std::map<std::uint64_t, std::string> contents; // by the sequence that the file was read up to
    for (std::size_t count = 0; count <= batches.size(); ++count) {
        refill();
        REQUIRE(takeFrom(stage.file.path(), {batches.begin(), batches.begin() + static_cast<std::ptrdiff_t>(count)}));
        contents[count == 0 ? 0 : batches[count - 1].back().sequence] = contentOf(stage.file.path());
    }
    REQUIRE(contents.size() == batches.size() + 1);
    int kills = 0;
    for (const auto fault : {test::Fault::Kill, test::Fault::Tear, test::Fault::Power})
        for (std::uint64_t nth = 1;; ++nth) {
            CAPTURE(nth);
            refill();
            const int status = inChild([&] {
                test::installFault(fault, nth, nth);
                return takeFrom(stage.file.path(), batches) ? 0 : 1;
            });
            if (status == 0) break;
            REQUIRE(status == test::faultExit);
            ++kills;
            {
                Roster roster = stage.file.open();
                CHECK(roster.setAside().empty());
                CHECK(contents.contains(valueOf(roster.position(reports)))); // no batch by half
            }
            const std::string left = contentOf(stage.file.path());
            CHECK(std::ranges::count(contents, left, &std::pair<const std::uint64_t, std::string>::second) == 1);
            REQUIRE(takeFrom(stage.file.path(), batches));
            CHECK(contentOf(stage.file.path()) == contents.rbegin()->second);
        }
    CHECK(kills > 30);
}

TEST_CASE("a process that is killed between batches has lost nothing of what it took") { // fleet.md §5
    Stage stage;
    const auto batches = batchesOf(stage);
    for (std::size_t count = 1; count <= batches.size(); ++count) {
        CHECK(inChild([&] {
                  auto roster = Roster::open(stage.file.path());
                  if (!roster.ok() || !roster->take(reports, batches[count - 1]).ok()) return 1;
                  ::raise(SIGKILL);
                  return 2;
              }) == 128 + SIGKILL);
        Roster roster = stage.file.open();
        CHECK(valueOf(roster.position(reports)) == batches[count - 1].back().sequence);
        CHECK(stage.newest(roster, 3).sequence == count);
    }
}

TEST_CASE("a damaged file is set aside, and one made anew from the same says the same") { // fleet.md §5
    Stage stage;
    const auto batches = batchesOf(stage);
    REQUIRE(takeFrom(stage.file.path(), batches));
    const std::string content = contentOf(stage.file.path());
    const fs::path aside = stage.file.path().string() + ".damaged";
    const auto damage = [&](auto change) {
        {
            auto database = valueOf(Database::open(stage.file.path()));
            database.checkpointOnClose();
            done(database.run("PRAGMA wal_checkpoint(TRUNCATE)"));
        }
        change();
        Roster roster = stage.file.open();
        CHECK(roster.setAside().find("roster.db.damaged") != std::string::npos);
        CHECK(fs::exists(aside));
        CHECK(valueOf(roster.position(reports)) == 0);
        stage.fill(roster, 4);
        for (const auto& batch : batches)
            valueOf(roster.take(reports, batch));
    };
    const auto writeAt = [&](std::streamoff at, const std::string& bytes) {
        std::fstream(stage.file.path(), std::ios::in | std::ios::out | std::ios::binary).seekp(at) << bytes;
    };
    const auto sql = [&](const char* text) { done(valueOf(Database::open(stage.file.path())).run(text)); };
    SUBCASE("no database") {
        damage([&] { std::ofstream(stage.file.path(), std::ios::trunc) << std::string(5'000, 'x'); });
    }
    SUBCASE("its first page") {
        damage([&] { writeAt(100, std::string(200, '\xff')); });
    }
    SUBCASE("a page") {
        damage([&] { writeAt(4'096 * 3, std::string(4'096, '\x55')); });
    }
    SUBCASE("half of it") {
        damage([&] { fs::resize_file(stage.file.path(), fs::file_size(stage.file.path()) / 2); });
    }
    SUBCASE("another version") {
        damage([&] { sql("PRAGMA user_version = 1"); });
    }
    SUBCASE("a table that is not there") {
        damage([&] { sql("DROP TABLE streams"); });
    }
    SUBCASE("a value that no report can have") {
        damage([&] { sql("PRAGMA ignore_check_constraints = 1; UPDATE targets SET phase = 99 WHERE number = 0"); });
    }
    SUBCASE("twice") {
        damage([&] { sql("DROP TABLE streams"); });
        damage([&] { sql("DROP TABLE streams"); });
    }
    CHECK(contentOf(stage.file.path()) == content);
}

TEST_CASE("a file that is another's, a link, or open elsewhere is left alone") { // fleet.md §5
    Stage stage;
    const fs::path aside = stage.file.path().string() + ".damaged";
    SUBCASE("open") {
        Roster roster = stage.file.open();
        CHECK(inChild([&] {
                  const auto second = Roster::open(stage.file.path());
                  return second.ok() ? 1 : second.error().code == Errc::STORAGE ? 0 : 2;
              }) == 0);
    }
    SUBCASE("read by others") {
        fs::permissions(stage.file.path(), fs::perms(0644));
        CHECK(Roster::open(stage.file.path()).error().message.ends_with("others may read it: chmod 600"));
    }
    SUBCASE("a link") {
        const fs::path link = stage.file.directory() / "link.db";
        fs::create_symlink(stage.file.path(), link);
        CHECK(Roster::open(link).error().code == Errc::STORAGE);
    }
    CHECK_FALSE(fs::exists(aside));
}

TEST_CASE("on a full disk a batch is Storage and nowhere, and is taken when there is room") { // fleet.md §5
    Stage stage;
    const auto batches = batchesOf(stage);
    CHECK(inChild([&] {
              static bool full = false;
              test::installFullDisk(full);
              auto roster = Roster::open(stage.file.path());
              if (!roster.ok() || !roster->take(reports, batches[0]).ok()) return 1;
              full = true;
              const auto failed = roster->take(reports, batches[1]);
              if (failed.ok() || failed.error().code != Errc::STORAGE) return 2;
              if (failed.error().message.find("disk full") == std::string::npos) return 3;
              const auto newest = roster->result(stage.campaign, deviceOf(3)); // it can be read all the same
              if (!newest.ok() || (*newest)->telling.sequence != 1) return 4;
              if (roster->position(reports).value() != batches[0].back().sequence) return 5;
              full = false;
              return roster->take(reports, batches[1]).ok() ? 0 : 6;
          }) == 0);
    REQUIRE(takeFrom(stage.file.path(), batches));
    CHECK(stage.file.open().setAside().empty());
}

TEST_CASE("a file that may not grow is not set aside for that") { // fleet.md §5
    Stage stage;
    const auto batches = batchesOf(stage);
    CHECK(inChild([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              const rlimit small{4'096, RLIM_INFINITY};
              if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return 1;
              auto roster = Roster::open(stage.file.path());
              if (!roster.ok()) return roster.error().code == Errc::STORAGE ? 0 : 2;
              const auto taken = roster->take(reports, batches[0]);
              return !taken.ok() && taken.error().code == Errc::STORAGE ? 0 : 3;
          }) == 0);
    CHECK_FALSE(fs::exists(stage.file.path().string() + ".damaged"));
    REQUIRE(takeFrom(stage.file.path(), batches));
}

} // namespace stint::fleet
