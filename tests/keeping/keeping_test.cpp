// fleet.md §4.5: the device's file of campaigns. It is written before anything is done; so whatever dies, and whenever,
// the campaign is where it was.
#include <doctest/doctest.h>

#include <array>
#include <functional>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "document/given.hpp"
#include "fleet/document/document.hpp"
#include "fleet/keeping/keeping.hpp"
#include "fleet/keeping/kept_text.hpp"
#include "store/fault_vfs.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr WallTime now = madeThen + 1h;

const Campaign& night() {
    static const Campaign campaign = campaignFromFile(nightFile, "night.toml", madeThen).value();
    return campaign;
}

/// The nth campaign's id: there are as many as anybody wants.
std::string idOf(int nth) {
    Campaign other = night();
    other.name = fmt::format("number {}", nth);
    return idOf(other);
}

Assignment ordered(const std::string& id = idOf(night())) {
    return {.id = id,
            .round = 0,
            .enrolment = 3,
            .heard = now,
            .until = endOf(night()),
            .order = {documentOf(night()), {"untrusted comment: one\nRUS…\n", "untrusted comment: two\nRUS…\n"}},
            .kept = {}};
}

/// All that a campaign comes to on a device, from its order to the end that the server has: an entry for each thing
/// that is written down.
std::vector<Assignment> story() {
    std::vector<Assignment> all{ordered()};
    Errand errand(night(), {}, "boot 1", 5min);
    const Instant start{};
    errand.begin(start);
    const auto happens = [&](const Errand::Event& event) {
        errand.handle(event, start);
        all.push_back(ordered());
        all.back().kept = errand.kept();
    };
    happens(Errand::Offered{0});
    happens(Errand::Run{});
    happens(Errand::Answered{1, start, {Reply::Word::Begin, 24h}});
    happens(Errand::Acknowledged{2});
    happens(Errand::StepEnded{0, false, "saved fw.img"});
    happens(Errand::Allowed{});
    happens(Errand::Cancel{});
    happens(Errand::StepEnded{3, true, "no \"such\" image\nthe last line\n"});
    happens(Errand::Acknowledged{100});
    all.back().order = {}; // its server knows
    return all;
}

/// In memory: each save waits for the disk.
ScratchDirectory aPlace() {
    std::error_code absent;
    const fs::path memory = "/dev/shm";
    return ScratchDirectory::make(fs::is_directory(memory, absent) ? memory : fs::temp_directory_path(),
                                  "stint-keeping")
        .value();
}

struct Device {
    ScratchDirectory home = aPlace();
    fs::path place = home.path() / "state" / "stint" / "fleet";
    fs::path file = place / "errands.db";
    std::vector<std::string> notices;

    Keeping open(WallTime when = now) {
        auto keeping = Keeping::open(place, when, notices);
        REQUIRE_MESSAGE(keeping.ok(), keeping.error().message);
        return std::move(*keeping);
    }
    std::string refusal() {
        const auto keeping = Keeping::open(place, now, notices);
        return keeping.ok() ? "" : keeping.error().message;
    }
    /// Changes the file while nobody has it open.
    void change(const std::string& sql) const {
        auto database = Database::open(file);
        REQUIRE(database.ok());
        const auto done = database->run(sql);
        REQUIRE_MESSAGE(done.ok(), done.error().message);
    }
};

void save(Keeping& keeping, const Assignment& one, WallTime when = now) {
    const auto saved = keeping.save(one, when);
    REQUIRE_MESSAGE(saved.ok(), saved.error().message);
}

/// Runs `what` in another process, which may tell a number by each byte; the number, and its exit code.
std::pair<std::size_t, int> inChild(const std::function<int(int told)>& what) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const Fd read(ends[0]);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(what(ends[1]));
    ::close(ends[1]);
    std::size_t count = 0;
    for (char byte = 0; ::read(read.get(), &byte, 1) == 1;)
        ++count;
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return {count, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

} // namespace

TEST_CASE("what is kept of a campaign comes back as it was, each time that it is written") { // fleet.md §4.5
    Device device;
    for (const Assignment& one : story()) {
        {
            Keeping keeping = device.open();
            save(keeping, one);
            CHECK(keeping.all().at(one.id) == one);
        }
        CHECK(device.open().all().at(one.id) == one);
    }
    CHECK(device.notices.empty());
}

TEST_CASE("an errand as text is no longer that errand if a value in it cannot be") { // fleet.md §4.5
    CHECK(textOf(story()[3].kept) == R"({"sequence":2,"slot":1,"slot-open":true,"step-begun":true})");
    for (const char* wrong : {R"({"round":256})", R"({"outcome":8})", R"({"sequence":-1})", R"({"committed":1})",
                              R"({"bot":"1"})", R"([])", R"({"step":1)", ""})
        CHECK_MESSAGE(!keptIn(wrong).ok(), wrong);
    CHECK(textOf(story()[6].kept).find("\"allowed\":true") != std::string::npos);
    CHECK(textOf(*story()[3].kept.unsent) == R"({"phase":"running","sequence":2,"slot":1,"step":1})");
    for (const char* more : {R"("phase":7)", R"("phase":"offered")", R"("phase":"ended")", R"("sequence":0)",
                             R"("code":2147483648)", R"("words":1)", R"("wods":"x")"}) {
        const std::string other = std::string(more).starts_with("\"phase") ? "" : R"(,"phase":"waiting")";
        const std::string number = std::string(more).starts_with("\"seq") ? "" : R"(,"sequence":1)";
        CHECK_MESSAGE(!tellingIn("{" + (more + other + number) + "}").ok(), more);
    }
    Telling telling{.sequence = 1, .code = -1, .words = std::string(5'000, 'x') + "\xff"};
    CHECK(tellingIn(textOf(telling)).value().words == std::string(longestWords, 'x'));
    telling.words = "not UTF-8: \xff";
    CHECK(tellingIn(textOf(telling)).value().words == "not UTF-8: \xef\xbf\xbd");
    CHECK(tellingIn(textOf(telling)).value().code == -1);
}

TEST_CASE("killed at any write, or without power, the device has what it had noted last") { // fleet.md §4.2, §4.5
    const auto all = story();
    for (const test::Fault fault : {test::Fault::Kill, test::Fault::Tear, test::Fault::Power}) {
        bool isOver = false;
        for (std::uint64_t nth = 1; !isOver; ++nth) {
            Device device;
            const auto [noted, exit] = inChild([&](int told) {
                test::installFault(fault, nth, nth);
                std::vector<std::string> notices;
                auto keeping = Keeping::open(device.place, now, notices);
                if (!keeping.ok()) return 1;
                for (const Assignment& one : all)
                    if (!keeping->save(one, now).ok() || ::write(told, "", 1) != 1) return 2;
                return 0;
            });
            isOver = exit == 0;
            REQUIRE((isOver || exit == test::faultExit));
            CAPTURE(nth);
            CAPTURE(noted);
            const Keeping keeping = device.open();
            CHECK(device.notices.empty());
            const auto found = keeping.all().find(all[0].id);
            const bool isThere = found != keeping.all().end();
            CHECK((isThere || noted == 0));
            // All of the write in which it died is there, or nothing.
            if (isThere)
                CHECK(((noted > 0 && found->second == all[noted - 1]) ||
                       (noted < all.size() && found->second == all[noted])));
        }
    }
}

TEST_CASE("on a full disk nothing is noted by half, and it goes on once there is room") { // fleet.md §4.5
    Device device;
    const auto [told, exit] = inChild([&](int) {
        bool full = false;
        test::installFullDisk(full);
        std::vector<std::string> notices;
        auto keeping = Keeping::open(device.place, now, notices);
        const auto all = story();
        if (!keeping.ok() || !keeping->save(all[1], now).ok()) return 1;
        full = true;
        const auto refused = keeping->save(all[2], now);
        if (refused.ok() || refused.error().message.find("disk full") == std::string::npos) return 2;
        if (keeping->all().at(all[0].id) != all[1]) return 3;
        full = false;
        return keeping->save(all[3], now).ok() ? 0 : 4;
    });
    CHECK(told == 0);
    REQUIRE(exit == 0);
    CHECK(device.open().all().at(story()[3].id) == story()[3]);
    CHECK(device.notices.empty());
}

TEST_CASE("a damaged row costs its campaign alone, which has failed, and its server hears that") { // fleet.md §4.5
    for (const char* damage :
         {"UPDATE campaigns SET kept = '{\"sequence\":9}' WHERE id = '{}'", // a commit's, by another hand
          "UPDATE campaigns SET kept = 'x' WHERE id = '{}'",
          "UPDATE campaigns SET document = document || ' ' WHERE id = '{}'",
          "UPDATE campaigns SET enrolment = 4 WHERE id = '{}'", "UPDATE campaigns SET digest = x'00' WHERE id = '{}'",
          "UPDATE reports SET report = '{}' WHERE sequence = 1", "DELETE FROM reports WHERE sequence = 1"}) {
        CAPTURE(damage);
        Device device;
        Assignment broken = story()[2], whole = ordered(idOf(1));
        broken.round = 2;
        {
            Keeping keeping = device.open();
            save(keeping, broken);
            save(keeping, whole);
        }
        std::string sql = damage;
        if (const auto at = sql.find("'{}' WHERE sequence"); at != std::string::npos)
            sql.replace(at, 4, "'{\"step\":7}'");
        else if (const auto id = sql.rfind("{}"); id != std::string::npos)
            sql.replace(id, 2, broken.id);
        device.change(sql);
        for (int again = 0; again < 2; ++again) { // once it was told, it is a row like others
            const Keeping keeping = device.open();
            CHECK(device.notices.size() == 1);
            CHECK(device.notices.front().find(broken.id) != std::string::npos);
            CHECK(keeping.all().at(whole.id) == whole);
            const Kept& kept = keeping.all().at(broken.id).kept;
            CHECK(kept.outcome == Outcome::Failed);
            REQUIRE(kept.unsent);
            CHECK(kept.unsent->round == 2);
            CHECK(kept.unsent->sequence > broken.kept.sequence);
            CHECK(kept.unsent->outcome == Outcome::Failed);
        }
    }
}

TEST_CASE("of the reports that an older Stint has kept the newest is told") { // fleet.md §4.2
    Device device;
    const Assignment one = story()[3];
    {
        Keeping keeping = device.open();
        save(keeping, one);
    }
    const std::string older = R"({"phase":"waiting","sequence":1,"step":1})";
    const std::string numbers = fmt::format("{} {} {} {}", one.round, one.enrolment,
                                            one.heard.time_since_epoch().count(), one.until.time_since_epoch().count());
    std::string all;
    for (const std::string& text : {numbers, one.id, one.order.document, signaturesOf(one.order), textOf(one.kept),
                                    older, textOf(*one.kept.unsent)})
        all += fmt::format("{}:{}", text.size(), text);
    std::array<unsigned char, crypto_generichash_BYTES> digest{};
    crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(all.data()), all.size(),
                       nullptr, 0);
    std::array<char, 2 * digest.size() + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    device.change(fmt::format("INSERT INTO reports VALUES ('{}', 1, '{}'); UPDATE campaigns SET digest = x'{}'", one.id,
                              older, hex.data()));
    for (int times = 0; times < 2; ++times) {
        Keeping keeping = device.open();
        CHECK(device.notices.empty());
        CHECK(keeping.all().at(one.id) == one);
        save(keeping, one);
    }
}

TEST_CASE("a row that names no campaign is told of, and gone") { // fleet.md §4.5
    Device device;
    {
        Keeping keeping = device.open();
        save(keeping, ordered());
    }
    device.change("UPDATE campaigns SET id = 'a' || char(27) || 'b'");
    CHECK(device.open().all().empty());
    REQUIRE(device.notices.size() == 1);
    CHECK(printable(device.notices[0]) == device.notices[0]);
    CHECK(device.open().all().empty());
    CHECK(device.notices.size() == 1);
}

TEST_CASE("a file that is none is set aside, and told of") { // fleet.md §4.5
    Device device;
    {
        Keeping keeping = device.open();
        save(keeping, ordered());
    }
    fs::remove(device.file.string() + "-wal");
    {
        const Fd file(::open(device.file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
        const std::string noise(8192, 'x');
        REQUIRE(::write(file.get(), noise.data(), noise.size()) == 8192);
    }
    {
        Keeping keeping = device.open();
        CHECK(keeping.all().empty());
        CHECK(device.notices.size() == 1);
        CHECK(fs::file_size(device.file.string() + ".damaged") == 8192);
        save(keeping, ordered());
    }
    CHECK(device.open().all().size() == 1);
    CHECK(device.notices.size() == 1);
}

TEST_CASE("another's file, or one that others may read, is refused and left as it is") { // fleet.md §4.5
    SUBCASE("a link") {
        Device device;
        fs::create_directories(device.place);
        fs::permissions(device.place, fs::perms::owner_all);
        const fs::path elsewhere = device.home.path() / "elsewhere";
        CHECK(::close(::creat(elsewhere.c_str(), 0600)) == 0);
        fs::create_symlink(elsewhere, device.file);
        CHECK(device.refusal().find("not a plain file of this user alone") != std::string::npos);
        CHECK(fs::is_symlink(device.file));
        CHECK(fs::file_size(elsewhere) == 0);
    }
    SUBCASE("a file's mode") {
        Device device;
        { save(*std::make_unique<Keeping>(device.open()), ordered()); }
        REQUIRE(::chmod(device.file.c_str(), 0644) == 0);
        CHECK(device.refusal().find("others may read it: chmod 600") != std::string::npos);
        REQUIRE(::chmod(device.file.c_str(), 0600) == 0);
        CHECK(device.open().all().size() == 1);
    }
    SUBCASE("the directory's mode") {
        Device device;
        { device.open(); }
        REQUIRE(::chmod(device.place.c_str(), 0755) == 0);
        CHECK(device.refusal().find("chmod 700") != std::string::npos);
    }
    SUBCASE("the directory is a link") {
        Device device;
        fs::create_directories(device.place.parent_path());
        fs::create_directories(device.home.path() / "elsewhere");
        fs::create_symlink(device.home.path() / "elsewhere", device.place);
        CHECK(device.refusal().find("is no directory of yours") != std::string::npos);
    }
    SUBCASE("what it makes, others may not read") {
        Device device;
        { save(*std::make_unique<Keeping>(device.open()), ordered()); }
        for (const auto& each : fs::directory_iterator(device.place))
            CHECK((fs::status(each).permissions() & fs::perms(077)) == fs::perms::none);
        CHECK((fs::status(device.place).permissions() & fs::perms(077)) == fs::perms::none);
    }
}

TEST_CASE("a file of a newer Stint is left alone: what it has begun would be done again") { // fleet.md §4.5
    Device device;
    { device.open(); }
    device.change("PRAGMA user_version = 3");
    CHECK(device.refusal() == "errands.db is of a newer Stint: version 3");
    CHECK(device.notices.empty());
    CHECK(!fs::exists(device.file.string() + ".damaged"));
}

TEST_CASE("a second agent does not get the file") { // fleet.md §4.5
    Device device;
    const Keeping keeping = device.open();
    const auto [told, exit] = inChild([&](int) {
        const std::string why = device.refusal();
        return why.find("another program has it open") != std::string::npos ? 0 : 1;
    });
    CHECK(exit == 0);
    CHECK(device.notices.empty());
}

TEST_CASE("64 campaigns are open at most, and one that ends makes room") { // fleet.md §4.5
    Device device;
    Keeping keeping = device.open();
    for (int nth = 0; std::cmp_less(nth, mostOpen); ++nth)
        save(keeping, ordered(idOf(nth)));
    Assignment more = ordered(idOf(1'000));
    const auto refused = keeping.save(more, now);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == Errc::ILLEGAL_STATE);
    CHECK(!keeping.all().contains(more.id));
    save(keeping, ordered(idOf(0))); // it is open, and stays so

    Assignment refusedOne = more; // its refusal is noted, and told
    refusedOne.kept.outcome = Outcome::Rejected;
    save(keeping, refusedOne);

    Assignment over = ordered(idOf(0));
    over.kept.outcome = Outcome::Succeeded;
    save(keeping, over);
    save(keeping, ordered(idOf(1'001)));
}

TEST_CASE("one that has ended keeps its name until 90 days after its expiry, so that nobody repeats it") {
    // fleet.md §4.5
    Device device;
    Keeping keeping = device.open();
    Assignment over = ordered();
    over.kept.outcome = Outcome::Succeeded;
    over.kept.sequence = 5;
    over.kept.unsent = Telling{.sequence = 5, .phase = Phase::Ended, .outcome = Outcome::Succeeded};
    save(keeping, over);
    CHECK(!keeping.all().at(over.id).order.document.empty()); // its server does not know yet
    over.kept.unsent.reset();
    save(keeping, over);
    CHECK(keeping.all().at(over.id).order == Signed{});
    CHECK(keeping.all().at(over.id).kept.sequence == 5);

    const Assignment other = ordered(idOf(1));
    save(keeping, other, over.until + knownFor - 1ms);
    CHECK(keeping.all().contains(over.id));
    save(keeping, other, over.until + knownFor);
    CHECK(!keeping.all().contains(over.id));
    CHECK(keeping.all().contains(other.id)); // it is open, however late it is
}

TEST_CASE("of too many that have ended, those go that expire first") { // fleet.md §4.5
    Device device;
    Keeping keeping = device.open();
    Assignment one = ordered();
    one.order = {};
    one.kept.outcome = Outcome::Rejected;
    const auto numbered = [&](std::size_t nth) { // the later ones expire first
        one.id = fmt::format("20261123-{:08}", nth);
        one.until = now + Duration(static_cast<std::int64_t>(mostEnded - nth));
        return one;
    };
    save(keeping, ordered());
    for (std::size_t nth = 0; nth < mostEnded; ++nth)
        save(keeping, numbered(nth));
    CHECK(keeping.all().size() == mostEnded + 1);
    const Assignment first = numbered(mostEnded - 1), second = numbered(mostEnded - 2);
    one = ordered(idOf(1));
    save(keeping, one);
    CHECK(keeping.all().contains(first.id));
    one.kept.outcome = Outcome::Rejected;
    save(keeping, one);
    CHECK(!keeping.all().contains(first.id));
    CHECK(keeping.all().contains(second.id));
    CHECK(keeping.all().contains(ordered().id)); // it is open
    CHECK(keeping.all().size() == mostEnded + 1);
}

TEST_CASE("fleet.md §4.5: what was made of the desired state is kept, and one that is damaged is made so again") {
    Device device;
    const DesiredNote note{{"{\"a\":1}", {"untrusted comment: one\nRUS…\n"}}, "{\"version\":3}", true};
    {
        Keeping keeping = device.open();
        CHECK_FALSE(keeping.desired().has_value());
        REQUIRE(keeping.save(note).ok());
        save(keeping, ordered());
    }
    {
        Keeping keeping = device.open();
        CHECK(keeping.desired() == note);
        REQUIRE(keeping.save(DesiredNote{{}, "{\"version\":4}", false}).ok());
    }
    CHECK(device.open().desired() == DesiredNote{{}, "{\"version\":4}", false});
    device.change("UPDATE desired SET told = 1");
    Keeping keeping = device.open();
    CHECK_FALSE(keeping.desired().has_value());
    REQUIRE(device.notices.size() == 1);
    CHECK(device.notices[0].find("the desired state is damaged") != std::string::npos);
    CHECK(keeping.all().size() == 1);
    REQUIRE(keeping.save(note).ok());
    CHECK(keeping.desired() == note);
}

TEST_CASE("fleet.md §4.5: a file of before there was a desired state is read on") {
    Device device;
    {
        Keeping keeping = device.open();
        save(keeping, ordered());
    }
    device.change("DROP TABLE desired; PRAGMA user_version = 1");
    Keeping keeping = device.open();
    CHECK(keeping.all().size() == 1);
    CHECK(keeping.save(DesiredNote{{}, "{}", false}).ok());
}

} // namespace stint::fleet
