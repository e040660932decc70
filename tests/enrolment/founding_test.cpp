// fleet.md §6.1, §8.1: what a server has of its fleet, and how a fleet is founded.
#include <doctest/doctest.h>

#include "fleet/enrolment/founding.hpp"
#include "fleet/trust/trust.hpp"
#include "small_server.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

const Founding office{.fleet = "office",
                      .operatorName = "Ann",
                      .rootPassword = "root's own",
                      .operatorPassword = "Ann's own",
                      .now = then,
                      .memory = Bytes{64} << 20};

} // namespace

TEST_CASE("fleet.md §8.1: a fleet that was founded has a server, an operator who may all, and a root") {
    const Place place;
    const auto directory = place / "above/fleet";
    const PublicKey root = sure(found(directory, office));
    const FleetKeys keys = sure(FleetKeys::open(directory));
    CHECK(keys.fleet == Fleet{"office", root});
    CHECK(keys.list.version == 1);
    Trust trust(root);
    CHECK(trust.takeOperators(keys.operators).ok());
    REQUIRE(trust.operators()->operators.size() == 1);
    const Operators::Operator& ann = trust.operators()->operators.front();
    CHECK(ann.name == "Ann");
    CHECK(ann.targets.empty());
    CHECK(ann.kinds == std::vector<std::string>{"get", "run", "verify", "policy", "app", "settings"});
    CHECK(sure(SecretKey::read(contentOf(directory / operatorKeyFile), "Ann's own")).publicKey().text() == ann.key);
    CHECK(sure(PublicKey::readFile(contentOf(directory / operatorPublicFile))).text() == ann.key);
    CHECK(sure(SecretKey::read(contentOf(directory / rootKeyFile), "root's own")).publicKey() == root);
    CHECK(SecretKey::read(contentOf(directory / rootKeyFile), "Ann's own").error().code == Errc::SECURITY);
    for (const auto& file : std::filesystem::directory_iterator(directory))
        CHECK((file.status().permissions() & std::filesystem::perms::all) == std::filesystem::perms(0600));
    CHECK_FALSE(std::filesystem::exists(place / "above/fleet.new"));
    CHECK(found(directory, office).error().code == Errc::ILLEGAL_STATE);
    CHECK(sure(FleetKeys::open(directory)).fleet.root == root);
}

TEST_CASE("fleet.md §8.1: what can be no fleet's directory or name is refused, and nothing is made") {
    const Place place;
    const auto directory = place / "fleet";
    const auto refused = [&](Errc code, Founding founding = office) {
        CHECK(found(directory, founding).error().code == code);
    };
    for (const std::string& name :
         {std::string(), std::string(129, 'a'), std::string("a\nb"), std::string("\x1b[2J")}) {
        Founding wrong = office;
        wrong.fleet = name;
        refused(Errc::ILLEGAL_ARGUMENT, wrong);
        wrong = office;
        wrong.operatorName = name;
        refused(Errc::ILLEGAL_ARGUMENT, wrong);
    }
    CHECK(std::filesystem::is_empty(place.path()));
    std::filesystem::create_symlink(place / "nowhere", directory);
    refused(Errc::ILLEGAL_STATE);
    std::filesystem::remove(directory);
    std::filesystem::create_symlink(place.path(), place / "fleet.new");
    refused(Errc::SECURITY);
    std::filesystem::remove(place / "fleet.new");
    std::filesystem::create_directory(place / "fleet.new");
    std::filesystem::permissions(place / "fleet.new", std::filesystem::perms(0755));
    refused(Errc::SECURITY);
    std::filesystem::permissions(place / "fleet.new", std::filesystem::perms(0700));
    overwrite(place / "fleet.new/letters", "mine");
    overwrite(place / "fleet.new/root.key", "of one that died");
    refused(Errc::SECURITY);
    CHECK(contentOf(place / "fleet.new/letters") == "mine");
    std::filesystem::remove(place / "fleet.new/letters");
    overwrite(place / "fleet.new/root.key", "of one that died");
    overwrite(place / "fleet.new/name.new", "of one that died");
    CHECK(found(directory, office).ok());
}

TEST_CASE("fleet.md §8.1: nobody founds a fleet where others could swap its keys") {
    const Place place;
    for (const unsigned mode : {0777U, 0770U, 0757U}) {
        REQUIRE(::chmod(place.path().c_str(), mode) == 0);
        CHECK(checkFoundingPlace(place / "fleet").error().code == Errc::SECURITY);
        CHECK(checkFoundingPlace(place / "not/yet/there").error().code == Errc::SECURITY);
    }
    REQUIRE(::chmod(place.path().c_str(), 01777) == 0); // as /tmp
    CHECK(checkFoundingPlace(place / "fleet").ok());
    overwrite(place / "file", "");
    CHECK_FALSE(checkFoundingPlace(place / "file/fleet").ok());
}

TEST_CASE("fleet.md §6.1: a server begins with the newest list, which is root's and for its own keys") {
    SmallServer server;
    FleetKeys keys = server.keys();
    const auto signedList = [&](const SecretKey& by) { return sure(signedBy(by, server.list)); };
    CHECK(keys.takeOperators(server.place.path(), signedList(server.root)).error().code == Errc::ILLEGAL_STATE);
    server.list.version = 8;
    CHECK(keys.takeOperators(server.place.path(), signedList(server.ann)).error().code == Errc::SECURITY);
    Operators others = server.list;
    others.statement = server.ann.publicKey().text();
    CHECK(keys.takeOperators(server.place.path(), sure(signedBy(server.root, others))).error().code == Errc::SECURITY);
    CHECK(server.keys().list.version == 7);
    REQUIRE(keys.takeOperators(server.place.path(), signedList(server.root)).ok());
    CHECK(server.keys().list == server.list);
    CHECK(keys.list == server.list);
    CHECK(server.keys().operators == keys.operators);

    server.list.version = 10; // one that is copied there by hand, of two files and not in their order
    const Signed ten = signedList(server.root);
    overwrite(server.place / "operators-10.json.minisig", ten.signatures.front());
    CHECK(server.keys().list.version == 8);
    overwrite(server.place / "operators-10.json", ten.document);
    CHECK(server.keys().list.version == 10);
    overwrite(server.place / "operators-010.json", "no version is written so");
    CHECK(server.keys().list.version == 10);
    overwrite(server.place / "operators-11.json", ten.document);
    CHECK(FleetKeys::open(server.place.path()).error().code == Errc::STORAGE);
    overwrite(server.place / "operators-11.json.minisig", "");
    CHECK(FleetKeys::open(server.place.path()).error().code == Errc::SECURITY);
}

TEST_CASE("fleet.md §6.1: a server's directory without a part, or with one that others could have, is none") {
    const SmallServer server;
    for (const std::string file : {"enrolment.key", "statement.key"}) {
        REQUIRE(::chmod((server.place / file).c_str(), 0644) == 0);
        const auto refused = FleetKeys::open(server.place.path());
        CHECK(refused.error().code == Errc::SECURITY);
        CHECK(refused.error().message.find("chmod 600 " + (server.place / file).string()) != std::string::npos);
        REQUIRE(::chmod((server.place / file).c_str(), 0600) == 0);
    }
    for (const std::string file :
         {"enrolment.key", "statement.key", "root.pub", "name", "operators-7.json", "operators-7.json.minisig"}) {
        const std::string before = contentOf(server.place / file);
        std::filesystem::remove(server.place / file);
        CHECK(FleetKeys::open(server.place.path()).error().code == Errc::STORAGE);
        overwrite(server.place / file, "");
        CHECK_FALSE(FleetKeys::open(server.place.path()).ok());
        overwrite(server.place / file, before);
        REQUIRE(::chmod((server.place / file).c_str(), 0600) == 0);
    }
    CHECK(FleetKeys::open(server.place.path()).ok());
    CHECK(FleetKeys::open(server.place / "nowhere").error().code == Errc::STORAGE);
}
