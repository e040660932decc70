// fleet.md §3: invitations, which are kept over the end of the server, and whose uses are counted once.
#include <csignal>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "small_server.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

std::string aKey() { return SecretKey::make().publicKey().text(); }

} // namespace

TEST_CASE("fleet.md §3: an invitation has labels, uses and an end, and is there for another process at once") {
    const SmallServer server;
    const Invitation made = server.invite(2, "site=berlin,model=p1");
    CHECK(made.until == then + 7 * 24h);
    CHECK(made.labelTable() == std::map<std::string, std::string, std::less<>>{{"model", "p1"}, {"site", "berlin"}});
    CHECK(server.invitations().find(made.id).value() == made);
    CHECK(server.invitations().find("00000000").value() == std::nullopt);
    CHECK(server.invitations().find("../name0").value() == std::nullopt);
    struct stat kept {};
    REQUIRE(::stat((server.place / ("invitations/" + made.id)).c_str(), &kept) == 0);
    CHECK((kept.st_mode & 0777) == 0600);
}

TEST_CASE("fleet.md §3: bounds of an invitation") {
    const SmallServer server;
    const Invitations all = server.invitations();
    CHECK(all.make({}, 1, 1min, then).ok());
    CHECK(all.make({}, mostUses, 28 * 24h, then).ok());
    for (const std::uint32_t uses : {0U, mostUses + 1})
        CHECK(all.make({}, uses, 1h, then).error().code == Errc::ILLEGAL_ARGUMENT);
    for (const Duration expires : {Duration(1min - 1ms), Duration(28 * 24h + 1ms), Duration(-1h)})
        CHECK(all.make({}, 1, expires, then).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(all.make({"Site=berlin"}, 1, 1h, then).error().code == Errc::ILLEGAL_ARGUMENT);
    for (const std::string_view wrong :
         {"", "site", "site=", "=berlin", "site=a=b", "site=a,site=b", "Site=a", "site=a,"})
        CHECK_FALSE(labelsIn(wrong).ok());
    CHECK(labelsIn("site=b,model=a").value() == std::vector<std::string>{"model=a", "site=b"});
}

TEST_CASE("fleet.md §3: a key uses an invitation once, and no key uses it up twice") {
    const SmallServer server;
    const Invitation made = server.invite(2);
    Invitations all = server.invitations();
    const std::string device = push::newDevice(), one = aKey(), two = aKey();
    for (int n = 0; n < 3; ++n)
        CHECK(all.use(made, device, one).ok());
    CHECK(all.use(made, push::newDevice(), two).ok());
    CHECK(all.use(made, device, aKey()).error().code == Errc::REFUSED);
    CHECK(all.hasLetIn(made, device, one).value());
    CHECK_FALSE(all.hasLetIn(made, device, two).value()); // it is another device's
    Invitations again = server.invitations();
    CHECK(again.hasLetIn(made, device, one).value());
    CHECK(again.use(made, device, aKey()).error().code == Errc::REFUSED);
}

TEST_CASE("fleet.md §3: a use that was cut off is none, and the next one stands alone") {
    const SmallServer server;
    const Invitation made = server.invite(3);
    const std::string device = push::newDevice(), one = aKey(), two = aKey();
    CHECK(server.invitations().use(made, device, one).ok());
    const auto file = server.place / ("invitations/" + made.id + ".used");
    const std::string whole = contentOf(file);
    const std::string cut = push::newDevice() + " " + aKey();
    for (std::size_t size = 0; size <= cut.size(); size += 7) {
        overwrite(file, whole + cut.substr(0, size));
        Invitations all = server.invitations();
        CHECK(all.use(made, device, two).ok());
        CHECK(contentOf(file) == whole + device + " " + two + "\n");
    }
    overwrite(file, whole + "\xff\xfe nonsense\n"); // a line that nobody can read is a use
    Invitations all = server.invitations();
    CHECK(all.use(made, device, two).ok());
    CHECK(all.use(made, device, aKey()).error().code == Errc::REFUSED);
}

TEST_CASE("fleet.md §3: a server that is killed counts no use twice, and none too few") {
    const SmallServer server;
    const Invitation made = server.invite(40);
    const std::string device = push::newDevice();
    std::set<std::string> told;
    for (int n = 0; n < 40; ++n) {
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        const std::string key = aKey();
        const pid_t child = ::fork();
        if (child == 0) {
            Invitations all = server.invitations();
            if (all.use(made, device, key).ok() && ::write(pipe[1], "y", 1) == 1) ::kill(::getpid(), SIGKILL);
            ::_exit(0);
        }
        ::close(pipe[1]);
        char said = 0;
        if (::read(pipe[0], &said, 1) == 1) told.insert(key);
        ::close(pipe[0]);
        ::waitpid(child, nullptr, 0);
    }
    CHECK(told.size() == 40);
    Invitations all = server.invitations();
    for (const std::string& key : told)
        CHECK(all.hasLetIn(made, device, key).value());
    CHECK(all.use(made, device, aKey()).error().code == Errc::REFUSED);
}

TEST_CASE("fleet.md §3: 1,000 invitations serve at a time, and they are forgotten a week after their end") {
    const SmallServer server;
    const Invitations all = server.invitations();
    const Invitation first = server.invite(1, "site=berlin", 1h);
    CHECK(server.invitations().use(first, push::newDevice(), aKey()).ok());
    const Invitation like = server.invite(1, "site=berlin", 2h);
    const std::string text = contentOf(server.place / ("invitations/" + like.id));
    for (std::size_t n = 2; n < mostInvitations; ++n) {
        const std::string id = fmt::format("{:08}", n);
        overwrite(server.place / ("invitations/" + id), std::string(text).replace(text.find(like.id), id.size(), id));
        std::filesystem::permissions(server.place / ("invitations/" + id), std::filesystem::perms(0600));
    }
    CHECK(all.make({}, 1, 1h, then).error().code == Errc::LIMIT_EXCEEDED);
    CHECK(all.make({}, 1, 1h, then + 1h).ok()); // the first has ended
    CHECK(all.find(first.id).value().has_value());
    CHECK(all.make({}, 1, 1h, then + 1h + keptAfterEnd - 1ms).ok());
    CHECK(all.find(first.id).value().has_value());
    CHECK(all.make({}, 1, 1h, then + 1h + keptAfterEnd).ok());
    CHECK_FALSE(all.find(first.id).value().has_value());
    CHECK_FALSE(std::filesystem::exists(server.place / ("invitations/" + first.id + ".used")));
}

TEST_CASE("fleet.md §3: an invitation that another user could have written lets nobody in") {
    const SmallServer server;
    const Invitation made = server.invite();
    const auto file = server.place / ("invitations/" + made.id);
    REQUIRE(::chmod(file.c_str(), 0666) == 0);
    CHECK(server.invitations().find(made.id).error().code == Errc::SECURITY);
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    overwrite(file, "{}");
    CHECK(server.invitations().find(made.id).error().code == Errc::STORAGE);
    CHECK(server.invitations().make({}, 1, 1h, then).ok()); // it is in nobody's way
    REQUIRE(::chmod((server.place / "invitations").c_str(), 0755) == 0);
    CHECK(Invitations::open(server.place.path()).error().code == Errc::SECURITY);
}
