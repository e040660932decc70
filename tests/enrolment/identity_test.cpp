// fleet.md §3: a device's place in its fleet, and what it makes of its disk.
#include <doctest/doctest.h>

#include "small_server.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

Identity opened(const SmallDevice& device) {
    auto identity = sure(Identity::open(device.directory(), device.id, "boot 1", boot));
    REQUIRE(identity.has_value());
    return std::move(*identity);
}

JoinAnswer answerFor(SmallDevice& device, Enroller& enroller, const JoinCode& code) {
    return std::get<JoinAnswer>(sure(joinAnswerIn(device.asked(enroller, device.asks(code)))));
}

} // namespace

TEST_CASE("fleet.md §3: what a device joins it is in, over a restart, with all that it believes") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    enroller.hand(sure(signedBy(server.statement, server.statementOf(then))));
    SmallDevice device;
    CHECK_FALSE(sure(Identity::open(device.directory(), device.id, "boot 1", boot)).has_value());
    const SecretKey key = device.key();
    CHECK_FALSE(sure(Identity::open(device.directory(), device.id, "boot 1", boot))
                    .has_value()); // it has asked, and joined nothing
    CHECK(device.key().publicKey() == key.publicKey());
    const auto isWhole = [&](const Identity& now) {
        CHECK(now.fleet() == Fleet{"office", server.root.publicKey()});
        CHECK(now.key().publicKey() == key.publicKey());
        CHECK(now.trust().operators() == server.list);
        CHECK(now.trust().certificate()->enrolment == 1);
        CHECK(now.trust().statement() == server.statementOf(then));
        CHECK(now.troubles().empty());
    };
    isWhole(device.joined(enroller, server.code(server.invite(enroller))));
    isWhole(opened(device));
    CHECK(Identity::keyToJoin(device.directory()).error().code == Errc::ILLEGAL_STATE);
    for (const auto& file : std::filesystem::directory_iterator(device.directory()))
        CHECK((file.status().permissions() & std::filesystem::perms::all) == std::filesystem::perms(0600));
}

TEST_CASE("fleet.md §3: a device believes no answer but that of the code's root, for its own id and key") {
    const SmallServer server, other;
    Enroller enroller = server.enroller(), anothers = other.enroller();
    SmallDevice device, neighbour;
    const JoinCode code = server.code(server.invite(enroller));
    const JoinAnswer right = answerFor(device, enroller, code);
    const JoinAnswer forged = std::get<JoinAnswer>(sure(joinAnswerIn(
        anothers.answer(device.asks(other.code(other.invite(anothers))), device.id, {}, then, boot).answer)));
    const JoinAnswer ofNeighbour = answerFor(neighbour, enroller, code);
    const auto refused = [&](JoinAnswer answer) {
        const auto joined = Identity::join(device.directory(), code, answer, device.id, "boot 1", boot);
        CHECK(joined.error().code == Errc::SECURITY);
        CHECK_FALSE(sure(Identity::open(device.directory(), device.id, "boot 1", boot)).has_value());
    };
    const auto with = [&](std::string JoinAnswer::*member, const JoinAnswer& from) {
        JoinAnswer answer = right;
        answer.*member = from.*member;
        return answer;
    };
    refused(forged);
    refused(with(&JoinAnswer::root, forged));
    refused(with(&JoinAnswer::operators, forged));
    refused(with(&JoinAnswer::certificate, forged));
    refused(with(&JoinAnswer::certificate, ofNeighbour));
    JoinAnswer renamed = right;
    renamed.fleet = "offices";
    refused(renamed);
    // The same id with another key: the device was cloned, or asked before it was wiped.
    SmallDevice before;
    before.id = device.id;
    refused(with(&JoinAnswer::certificate, answerFor(before, enroller, code)));

    // A statement that is none is fetched later.
    JoinAnswer without = right;
    without.statement = forged.operators;
    const auto joined = Identity::join(device.directory(), code, without, device.id, "boot 1", boot);
    REQUIRE(joined.ok());
    CHECK(joined->troubles().size() == 1);
}

TEST_CASE("fleet.md §3: a paper that is damaged or planted is told, and keeps nothing from starting") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    const Signed statement = sure(signedBy(server.statement, server.statementOf(then)));
    enroller.hand(statement);
    SmallDevice device;
    device.joined(enroller, server.code(server.invite(enroller)));
    for (const std::string paper : {"statement", "certificate", "operators"}) {
        CAPTURE(paper);
        const auto file = device.directory() / paper;
        const std::string before = contentOf(file);
        const auto told = [&] {
            const Identity now = opened(device);
            REQUIRE_FALSE(now.troubles().empty());
            CHECK(now.troubles().front().starts_with(file.string() + ": "));
            CHECK(!(paper == "statement"     ? now.trust().statement().has_value()
                    : paper == "certificate" ? now.trust().certificate().has_value()
                                             : now.trust().operators().has_value()));
        };
        for (const std::string& damaged :
             {std::string(), before.substr(0, before.size() / 2), before + " ", std::string(1 << 20, 'x'),
              std::string(before).replace(before.find("made"), 4, "mode")}) {
            overwrite(file, damaged);
            told();
        }
        std::filesystem::remove(file);
        std::filesystem::create_symlink(device.place / "elsewhere", file);
        overwrite(device.place / "elsewhere", before);
        told();
        std::filesystem::remove(file);
        std::filesystem::create_directory(file);
        told();
        std::filesystem::remove(file);
        overwrite(file, before);
        std::filesystem::permissions(file, std::filesystem::perms(0666));
        told();
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        CHECK(opened(device).troubles().empty());
    }
    // Fetched again, it is there again.
    std::filesystem::remove(device.directory() / "statement");
    std::filesystem::create_symlink("/etc/passwd", device.directory() / "statement");
    Identity now = opened(device);
    REQUIRE(now.takeStatement(statement, boot).ok());
    CHECK(opened(device).trust().statement() == server.statementOf(then));
}

TEST_CASE("fleet.md §3: a key or a root that others could have written or read is not used") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    device.joined(enroller, server.code(server.invite(enroller)));
    const auto refused = [&](Errc code) {
        const auto now = Identity::open(device.directory(), device.id, "boot 1", boot);
        CHECK(now.error().code == code);
    };
    const auto key = device.directory() / "device.key", root = device.directory() / "root.pub";
    std::filesystem::permissions(key, std::filesystem::perms(0640));
    refused(Errc::SECURITY);
    std::filesystem::permissions(key, std::filesystem::perms(0600));
    std::filesystem::permissions(root, std::filesystem::perms(0644)); // as a backup may bring it back: it is public
    CHECK(opened(device).troubles().empty());
    std::filesystem::permissions(root, std::filesystem::perms(0664));
    refused(Errc::SECURITY);
    std::filesystem::permissions(root, std::filesystem::perms(0600));
    const std::string its = contentOf(key);
    overwrite(key, its.substr(0, 100));
    refused(Errc::STORAGE);
    std::filesystem::remove(key);
    refused(Errc::STORAGE);
    overwrite(device.place / "planted", its);
    std::filesystem::create_symlink(device.place / "planted", key);
    refused(Errc::SECURITY);
    std::filesystem::permissions(device.directory(), std::filesystem::perms(0755));
    refused(Errc::SECURITY);
    std::filesystem::rename(device.directory(), device.place / "moved");
    std::filesystem::permissions(device.place / "moved", std::filesystem::perms(0700));
    std::filesystem::create_symlink(device.place / "moved", device.directory());
    refused(Errc::SECURITY);
}

TEST_CASE(
    "fleet.md §6.3: a restart makes no old statement fresh, and sets the fleet's time back by no more than was kept") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    Identity first = device.joined(enroller, server.code(server.invite(enroller)));
    CHECK(first.keepTime(boot).ok()); // there is none yet
    REQUIRE(first.takeStatement(sure(signedBy(server.statement, server.statementOf(then))), boot).ok());
    CHECK(opened(device).trust().time(boot + 1h) == then + 1h);
    REQUIRE(first.keepTime(boot + 47h).ok());
    const Identity second = opened(device);
    CHECK(second.trust().time(boot) == then + 47h);
    REQUIRE(second.keepTime(boot + 2h).ok());
    CHECK(opened(device).trust().time(boot) == then + 49h); // older than 48 h
    // Time that has passed in this boot counts; of another one nobody knows how long it was.
    CHECK(sure(Identity::open(device.directory(), device.id, "boot 1", boot + 5h))->trust().time(boot + 5h) ==
          then + 49h + 3h);
    const auto restarted = sure(Identity::open(device.directory(), device.id, "boot 2", Instant(1min)));
    CHECK(restarted->trust().time(Instant(1min)) == then + 49h);
    CHECK(sure(Identity::open(device.directory(), device.id, "boot 2", Instant(3h)))->trust().time(Instant(3h)) ==
          then + 49h + 3h - 1min);
    for (const std::string damaged :
         {"", "x", "-1", "7", "{}", R"({"at":1,"boot":"boot 1","time":-1})", R"({"at":1,"boot":"boot 1"})",
          R"({"at":-1,"boot":"boot 1","time":1})", R"({"boot":"boot 1","time":253402300800000})"}) {
        overwrite(device.directory() / "time", damaged);
        const Identity now = opened(device);
        CHECK(now.troubles().size() == 1);
        CHECK(now.trust().time(boot) == then);
    }
    std::filesystem::remove(device.directory() / "statement");
    overwrite(device.directory() / "time", R"({"boot":"boot 1","time":253402300799999})");
    CHECK_FALSE(opened(device).trust().time(boot).has_value()); // nobody has signed that
}

TEST_CASE("fleet.md §6.1: with a new enrolment key the certificate on the disk is gone, too") {
    SmallServer server;
    Enroller enroller = server.enroller();
    enroller.hand(sure(signedBy(server.statement, server.statementOf(then))));
    SmallDevice device;
    Identity now = device.joined(enroller, server.code(server.invite(enroller)));
    server.list.version = 8;
    server.list.enrolment = SecretKey::make().publicKey().text();
    REQUIRE(now.takeOperators(sure(signedBy(server.root, server.list))).ok());
    CHECK_FALSE(std::filesystem::exists(device.directory() / "certificate"));
    const Identity later = opened(device);
    CHECK(later.troubles().empty());
    CHECK(later.trust().operators()->version == 8);
    CHECK_FALSE(later.trust().certificate());
    CHECK(later.trust().statement());
}

TEST_CASE("fleet.md §3: a renewal is the device's from then on") {
    const SmallServer server;
    Enroller enroller = server.enroller();
    SmallDevice device;
    Identity now = device.joined(enroller, server.code(server.invite(enroller)));
    const WallTime half = then + 45 * 24h;
    const std::string answer = device.asked(enroller, sure(questionToRenew(now.key(), device.words())), half);
    const auto given = sure(signedIn(std::get<JoinAnswer>(sure(joinAnswerIn(answer))).certificate));
    REQUIRE(now.takeCertificate(given).ok());
    CHECK(opened(device).trust().certificate()->made == half);
    Certificate stolen = *now.trust().certificate();
    stolen.key = SecretKey::make().publicKey().text();
    CHECK(now.takeCertificate(sure(signedBy(server.enrolment, stolen))).error().code == Errc::SECURITY);
    CHECK(now.trust().certificate()->made == half);
}
