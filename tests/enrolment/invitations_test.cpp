// fleet.md §3: invitations, which are kept over the end of a server, and whose uses are counted once.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "push/envelope/bytes.hpp"
#include "small_server.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

std::string aKey() { return SecretKey::make().publicKey().text(); }

bool isThere(const Invitations& all, std::string_view id) { return all.find(id) != nullptr; }

} // namespace

TEST_CASE("fleet.md §3: an invitation has labels, uses and an end, and every server of the fleet knows it") {
    const SmallServer server;
    const Invitation made = server.invite(2, "site=berlin,model=p1");
    CHECK(made.until == then + 7 * 24h);
    CHECK(made.labelTable() == std::map<std::string, std::string, std::less<>>{{"model", "p1"}, {"site", "berlin"}});
    const Invitations all = server.invitations();
    REQUIRE(isThere(all, made.id));
    CHECK(*all.find(made.id) == made);
    CHECK_FALSE(isThere(all, "00000000"));
}

TEST_CASE("fleet.md §3: a broker that reads an invitation has none") {
    const SmallServer server;
    const Invitation made = server.invite(1, "site=berlin");
    const std::string value = server.bucket.at("invitation." + made.id);
    CHECK(value.find(made.secret) == std::string::npos);
    CHECK(push::from64(value).value().find("berlin") == std::string::npos);
    const SmallServer other; // of another fleet
    CHECK(other.invitations().read("invitation." + made.id, value).error().code == Errc::STORAGE);
}

TEST_CASE("fleet.md §3: bounds of an invitation") {
    const SmallServer server;
    Invitations all = server.invitations();
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
    CHECK(all.hasLetIn(made, device, one));
    CHECK_FALSE(all.hasLetIn(made, device, two)); // it is another device's
    Invitations again = server.invitations();
    CHECK(again.hasLetIn(made, device, one));
    CHECK(again.use(made, device, aKey()).error().code == Errc::REFUSED);
}

TEST_CASE("fleet.md §3: of two servers that count a use at once one reads first what the other has counted") {
    const SmallServer server;
    const Invitation made = server.invite(1);
    Invitations one = server.invitations(), two = server.invitations();
    CHECK(one.use(made, push::newDevice(), aKey()).ok());
    CHECK(two.use(made, push::newDevice(), aKey()).error().code == Errc::ILLEGAL_STATE);
    CHECK(server.invitations().use(made, push::newDevice(), aKey()).error().code == Errc::REFUSED);
}

TEST_CASE("fleet.md §3: what nobody can read in the bucket is a use that is lost, and in nobody's way") {
    const SmallServer server;
    const Invitation made = server.invite(2);
    server.bucket.emplace("used." + made.id + ".00000001", "\xff\xfe nonsense");
    Invitations all = server.invitations();
    CHECK(all.use(made, push::newDevice(), aKey()).ok());
    CHECK(all.use(made, push::newDevice(), aKey()).error().code == Errc::REFUSED);
    for (const std::string_view key : {"", "x", "used.", "used.a.b.c", "used.a.b", "invitation.", "invitation.a"})
        CHECK(all.read(key, "{}").error().code == Errc::STORAGE);
    CHECK(isThere(all, made.id));
    const Invitation next = server.invite();
    CHECK(all.read("invitation." + next.id, server.bucket.at("invitation." + made.id)).error().code == Errc::STORAGE);
    CHECK(all.make({}, 1, 1h, then).ok());
}

TEST_CASE("fleet.md §3: 1,000 invitations serve at a time, and they are forgotten a week after their end") {
    const SmallServer server;
    Invitations all = server.invitations();
    const Invitation first = sure(all.make({"site=berlin"}, 1, 1h, then));
    CHECK(all.use(first, push::newDevice(), aKey()).ok());
    for (std::size_t n = 1; n < mostInvitations; ++n)
        CHECK(all.make({}, 1, 2h, then).ok());
    CHECK(all.make({}, 1, 1h, then).error().code == Errc::LIMIT_EXCEEDED);
    CHECK(all.make({}, 1, 1h, then + 1h).ok()); // the first has ended
    CHECK(all.make({}, 1, 1h, then + 1h + keptAfterEnd - 1ms).ok());
    CHECK(isThere(all, first.id));
    CHECK(all.make({}, 1, 1h, then + 1h + keptAfterEnd).ok());
    CHECK_FALSE(isThere(all, first.id));
    CHECK_FALSE(server.bucket.contains("invitation." + first.id));
    CHECK_FALSE(server.bucket.contains("used." + first.id + ".00000001"));
}
