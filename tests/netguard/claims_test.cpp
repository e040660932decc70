// The cgroups that are cut and counted (dbus/org.stint.NetGuard1.xml; limits.md §8.1, §13).
#include <doctest/doctest.h>
#include <fcntl.h>

#include "memory_filter.hpp"
#include "netguard/claims.hpp"

using namespace stint;

namespace {

constexpr CgroupId mail{7};
constexpr CgroupId news{8};
constexpr uid_t ann = 1000;
constexpr uid_t bob = 1001;

struct Stage {
    MemoryFilter filter;
    MemorySockets sockets;
    Claims claims{filter, sockets};

    Result<void> watch(const std::string& caller, CgroupId cgroup, uid_t uid = ann) {
        // Any directory: its sockets are only looked for below it, and it is no cgroup.
        return claims.watch(caller, uid, {cgroup, 3, Fd(::open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC))});
    }
    Result<void> block(const std::string& caller, CgroupId cgroup, bool blocked = true) {
        const Claims::Change change{cgroup, blocked};
        return claims.setBlocked(caller, std::span(&change, 1));
    }
    /// The clients that got a count, and the bytes received and sent.
    std::vector<std::pair<std::string, Counted>> told() {
        std::vector<std::pair<std::string, Counted>> all;
        for (const Claims::Passed& each : claims.passed())
            all.emplace_back(each.caller, each.row.counted);
        return all;
    }
};

using Told = std::vector<std::pair<std::string, Counted>>;

} // namespace

TEST_CASE("a cgroup is cut while one of its callers wants that, and watched while one is there") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    REQUIRE(stage.watch(":1.2", mail));
    REQUIRE(stage.block(":1.1", mail));
    REQUIRE(stage.block(":1.2", mail));
    REQUIRE(stage.block(":1.1", mail, false));
    CHECK(stage.filter.cut.contains(mail));
    stage.claims.gone(":1.2");
    CHECK(stage.filter.cut.empty());
    CHECK(stage.filter.watched.contains(mail));
    REQUIRE(stage.claims.forget(":1.1", mail));
    CHECK(stage.filter.watched.empty());
}

TEST_CASE("to say the same twice changes nothing, and ends with one word") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    REQUIRE(stage.watch(":1.1", mail));
    REQUIRE(stage.block(":1.1", mail));
    REQUIRE(stage.block(":1.1", mail));
    REQUIRE(stage.block(":1.1", mail, false));
    CHECK(stage.filter.cut.empty());
    REQUIRE(stage.claims.forget(":1.1", mail));
    CHECK(stage.filter.watched.empty());
    CHECK_FALSE(stage.claims.forget(":1.1", mail));
}

TEST_CASE("what one caller watches is nothing to another") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    REQUIRE(stage.watch(":1.2", news));
    for (const auto& refused : {stage.block(":1.2", mail), stage.claims.forget(":1.2", mail)}) {
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::ILLEGAL_ARGUMENT);
    }
    CHECK_FALSE(stage.claims.counters(":1.2", std::vector{mail}));
    CHECK(stage.claims.counters(":1.2", {}).value().size() == 1);
    CHECK(stage.claims.counters(":1.3", {}).value().empty());
}

TEST_CASE("of several changes none is made where one is not the caller's") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    const std::vector<Claims::Change> changes{{mail, true}, {news, true}};
    CHECK_FALSE(stage.claims.setBlocked(":1.1", changes));
    CHECK(stage.filter.cut.empty());
    CHECK(stage.sockets.severed == 0);
}

TEST_CASE("of several changes of one cgroup in a call the last one counts, and what is as it was costs nothing") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    const std::vector<Claims::Change> onAndOff{{mail, true}, {mail, false}};
    REQUIRE(stage.claims.setBlocked(":1.1", onAndOff));
    CHECK(stage.filter.cut.empty());
    CHECK(stage.sockets.severed == 0);
    const std::vector<Claims::Change> offAndOn{{mail, false}, {mail, true}};
    REQUIRE(stage.claims.setBlocked(":1.1", offAndOn));
    REQUIRE(stage.claims.setBlocked(":1.1", offAndOn));
    CHECK(stage.filter.cut.contains(mail));
    CHECK(stage.sockets.severed == 1);
}

TEST_CASE("the connections of a cgroup end while somebody wants it cut, and no longer") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    REQUIRE(stage.watch(":1.2", mail));
    REQUIRE(stage.block(":1.1", mail));
    REQUIRE(stage.block(":1.2", mail));
    CHECK(stage.sockets.severed == 1);
    REQUIRE(stage.block(":1.1", mail, false));
    CHECK(stage.sockets.ending.contains(mail));
    REQUIRE(stage.block(":1.2", mail, false));
    CHECK(stage.sockets.ending.empty());
    for (const bool leaves : {false, true}) {
        REQUIRE(stage.block(":1.2", mail));
        CHECK(stage.sockets.ending.contains(mail));
        if (leaves)
            stage.claims.gone(":1.2");
        else
            REQUIRE(stage.claims.forget(":1.2", mail));
        CHECK(stage.sockets.ending.empty());
        REQUIRE(stage.watch(":1.2", mail));
    }
}

TEST_CASE("each caller's count begins with its own watch, and a cut leaves it") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    stage.filter.watched[mail] = {100, 10};
    REQUIRE(stage.watch(":1.2", mail));
    stage.filter.watched[mail] = {150, 11};
    REQUIRE(stage.block(":1.1", mail));
    CHECK(stage.claims.counters(":1.1", {}).value().front().counted == Counted{150, 11});
    CHECK(stage.claims.counters(":1.2", {}).value().front().counted == Counted{50, 1});
}

TEST_CASE("a user's cgroups are bounded over all its connections, and another's are not touched by that") {
    Stage stage;
    for (std::uint64_t n = 0; n < Claims::mostOfUser; ++n)
        REQUIRE(stage.watch(n % 2 ? ":1.1" : ":1.2", CgroupId{100 + n}));
    const auto refused = stage.watch(":1.3", mail);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::BUSY);
    CHECK(stage.watch(":1.4", mail, bob));
    stage.claims.gone(":1.1");
    CHECK(stage.watch(":1.3", news));
}

TEST_CASE("a filter that refuses leaves nothing behind") {
    Stage stage;
    stage.filter.refusal = Error{Errc::BUSY, "4096 cgroups are watched on this machine"};
    CHECK_FALSE(stage.watch(":1.1", mail));
    stage.filter.refusal.reset();
    REQUIRE(stage.watch(":1.1", mail));
    stage.filter.refusal = Error{Errc::SYSTEM, "no memory"};
    CHECK_FALSE(stage.block(":1.1", mail));
    stage.filter.refusal.reset();
    REQUIRE(stage.block(":1.1", mail)); // it is still to be done
    CHECK(stage.filter.cut.contains(mail));
}

TEST_CASE("a mark is told of once, to its caller, when received and sent together have come to it") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    REQUIRE(stage.watch(":1.2", mail));
    REQUIRE(stage.claims.tellAt(":1.1", mail, 100));
    stage.filter.watched[mail] = {60, 39};
    CHECK(stage.told().empty());
    stage.filter.watched[mail] = {60, 40};
    CHECK(stage.told() == Told{{":1.1", {60, 40}}});
    stage.filter.watched[mail] = {600, 400};
    CHECK(stage.told().empty());
}

TEST_CASE("a mark that is passed already is told of at once, and a new one or none is in its place") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    stage.filter.watched[mail] = {100, 0};
    REQUIRE(stage.claims.tellAt(":1.1", mail, 50));
    CHECK(stage.told() == Told{{":1.1", {100, 0}}});
    REQUIRE(stage.claims.tellAt(":1.1", mail, 150));
    REQUIRE(stage.claims.tellAt(":1.1", mail, 300));
    stage.filter.watched[mail] = {299, 0};
    CHECK(stage.told().empty());
    REQUIRE(stage.claims.tellAt(":1.1", mail, 0));
    CHECK(stage.filter.marks.empty());
    stage.filter.watched[mail] = {1000, 0};
    CHECK(stage.told().empty());
}

TEST_CASE("of several callers of one cgroup each is told at its own mark, in its own count") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    stage.filter.watched[mail] = {1000, 0};
    REQUIRE(stage.watch(":1.2", mail));
    REQUIRE(stage.claims.tellAt(":1.1", mail, 1500));
    REQUIRE(stage.claims.tellAt(":1.2", mail, 200));
    CHECK(stage.told().empty());
    stage.filter.watched[mail] = {1200, 0};
    CHECK(stage.told() == Told{{":1.2", {200, 0}}});
    CHECK(stage.filter.marks.at(mail) == 1500);
    REQUIRE(stage.claims.tellAt(":1.2", mail, 250));
    stage.claims.gone(":1.2");
    CHECK(stage.filter.marks.at(mail) == 1500);
    stage.filter.watched[mail] = {1500, 0};
    CHECK(stage.told() == Told{{":1.1", {1500, 0}}});
}

TEST_CASE("the largest mark that there is, in a count that began late, is never passed") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    stage.filter.watched[mail] = {1000, 1000};
    REQUIRE(stage.watch(":1.2", mail));
    REQUIRE(stage.claims.tellAt(":1.2", mail, UINT64_MAX));
    CHECK(stage.filter.marks.at(mail) == UINT64_MAX);
    CHECK(stage.told().empty());
}

TEST_CASE("nobody marks what another watches, and what is forgotten is told of no more") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    const auto refused = stage.claims.tellAt(":1.2", mail, 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::ILLEGAL_ARGUMENT);
    REQUIRE(stage.claims.tellAt(":1.1", mail, 1));
    stage.filter.watched[mail] = {5, 5};
    REQUIRE(stage.claims.forget(":1.1", mail));
    CHECK(stage.told().empty());
}

TEST_CASE("a mark that the kernel refuses is none, and one of another caller's is set as soon as it takes it") {
    Stage stage;
    REQUIRE(stage.watch(":1.1", mail));
    REQUIRE(stage.watch(":1.2", mail));
    REQUIRE(stage.claims.tellAt(":1.1", mail, 10));
    REQUIRE(stage.claims.tellAt(":1.2", mail, 20));
    stage.filter.refusal = Error{Errc::SYSTEM, "no memory"};
    CHECK_FALSE(stage.claims.tellAt(":1.1", mail, 30));
    stage.filter.watched[mail] = {10, 0};
    CHECK(stage.told().empty());
    stage.filter.refusal.reset();
    stage.filter.watched[mail] = {20, 0};
    CHECK(stage.told() == Told{{":1.2", {20, 0}}});
}
