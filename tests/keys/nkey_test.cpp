// NATS' keys and JWTs (push.md §3.1), certificates of a cluster (§3.3), and files that are one user's.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "push/envelope/bytes.hpp"
#include "push/keys/authority.hpp"
#include "push/keys/nkey.hpp"
#include "push/keys/private_file.hpp"
#include "push/keys/server_keys.hpp"

using namespace stint;
using namespace stint::push;
using Role = Nkey::Role;

namespace {

using namespace std::chrono_literals;

const WallTime now{std::chrono::seconds(1'800'000'000)};

struct Directory {
    Directory() {
        std::string name = "/tmp/stint-keys-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Directory() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

/// The claims of a JWT.
nlohmann::json claimsOf(const std::string& jwt) {
    const auto first = jwt.find('.'), second = jwt.find('.', first + 1);
    return nlohmann::json::parse(from64(jwt.substr(first + 1, second - first - 1)).value());
}

} // namespace

TEST_CASE("a key has the name that NATS gives it") { // the pair that docs.nats.io has for its example
    const auto key = Nkey::fromSeed(Role::User, "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY");
    REQUIRE(key);
    CHECK(key->name() == "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4");
    CHECK(key->seed() == "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY");
}

TEST_CASE("a key is of its role, and signs what nobody else can") {
    for (const auto& [role, letters] :
         {std::pair(Role::Operator, "SO"), std::pair(Role::Account, "SA"), std::pair(Role::User, "SU")}) {
        const Nkey key = Nkey::make(role), other = Nkey::make(role);
        CHECK(key.seed().starts_with(letters));
        CHECK(key.name().size() == 56);
        CHECK(isNkey(role, key.name()));
        CHECK(Nkey::fromSeed(role, key.seed())->name() == key.name());
        const std::string signature = key.sign("text");
        CHECK(isSignedBy(key.name(), "text", signature));
        CHECK_FALSE(isSignedBy(key.name(), "texts", signature));
        CHECK_FALSE(isSignedBy(other.name(), "text", signature));
        CHECK_FALSE(isSignedBy(key.name(), "text", signature.substr(1)));
        CHECK_FALSE(isSignedBy(key.seed(), "text", signature));
    }
    const Nkey user = Nkey::make(Role::User);
    CHECK_FALSE(Nkey::fromSeed(Role::Account, user.seed()));
    CHECK_FALSE(isNkey(Role::Account, user.name()));
    std::string wrong = user.name();
    wrong[10] = wrong[10] == 'A' ? 'B' : 'A';
    CHECK_FALSE(isNkey(Role::User, wrong)); // its check says so
    for (const std::string_view none : {"", "U", "SU", "u", "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU"})
        CHECK_FALSE(isNkey(Role::User, none));
    CHECK_FALSE(isNkey(Role::User, user.name() + "A"));
}

TEST_CASE("a signature for libnats is a right one, and never begins with 0") {
    const Nkey key = Nkey::make(Role::User);
    int others = 0;
    for (int n = 0; n < 3'000; ++n) { // one in 256 is made anew
        const std::string text = std::to_string(n), signature = key.signForLibnats(text);
        CHECK(signature.front() != '\0');
        CHECK(isSignedBy(key.name(), text, signature));
        if (signature != key.sign(text)) ++others;
    }
    CHECK(others > 0);
    CHECK(others < 50);
}

TEST_CASE("a JWT speaks of a user, by the word of one key") {
    const Nkey issuer = Nkey::make(Role::Account), other = Nkey::make(Role::Account), user = Nkey::make(Role::User);
    const std::string jwt = signedJwt(issuer, user.name(), "d", now, {{"type", "user"}});
    CHECK(userIn(jwt, issuer.name())->key == user.name());
    CHECK(userIn(jwt, issuer.name())->name == "d");
    CHECK_FALSE(userIn(jwt, other.name()));
    CHECK_FALSE(userIn(jwt + "A", issuer.name()));
    CHECK_FALSE(userIn("A" + jwt, issuer.name()));
    for (const std::string_view none : {"", ".", "..", "a.b.c"})
        CHECK_FALSE(userIn(none, issuer.name()));
    CHECK_FALSE(userIn(signedJwt(issuer, other.name(), "d", now, {}), issuer.name())); // of no user
}

TEST_CASE("a file of credentials has the two that it was made of") {
    const Nkey user = Nkey::make(Role::User);
    const auto read = credentialsIn(credentialsOf("a.b.c", user));
    REQUIRE(read);
    CHECK(read->jwt == "a.b.c");
    CHECK(read->user.name() == user.name());
    for (const std::string_view none : {"", "-----BEGIN NATS USER JWT-----", "-----BEGIN USER NKEY SEED-----\nSU\n"})
        CHECK_FALSE(credentialsIn(none));
}

TEST_CASE("an authority is the same as long as its file is there") { // §3.1
    const Directory directory;
    const auto file = directory.path / "nkeys";
    const auto made = Authority::open(file);
    REQUIRE(made.ok());
    const auto again = Authority::open(file);
    REQUIRE(again.ok());
    CHECK(again->signer() == made->signer());
    const Nkey user = Nkey::make(Role::User);
    const std::string jwt = again->deviceJwt("0123456789ABCDEFGHJKMNPQRS", user.name(), now);
    CHECK(userIn(jwt, made->signer())->name == "0123456789ABCDEFGHJKMNPQRS");
    CHECK(claimsOf(jwt)["iat"] == 1'800'000'000);
    CHECK_FALSE(claimsOf(jwt)["nats"].contains("pub")); // its template says what it may
    CHECK(again->configuration(now, {}, now) ==
          made->configuration(now, {}, now)); // operator and accounts are of the same names
    CHECK(again->clusterSecret() == made->clusterSecret());
    CHECK(again->clusterSecret().size() == 32);
    std::ofstream(file) << R"({"server": "SA", "devices": 7})";
    CHECK(Authority::open(file).error().code == Errc::STORAGE);
    ::chmod(file.c_str(), 0640);
    CHECK(Authority::open(file).error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("the devices that are let in no more are named to nats-server, whose operator stays") { // §3.1
    const Directory directory;
    const auto authority = Authority::open(directory.path / "nkeys").value();
    const std::string key = Nkey::make(Role::User).name();
    const auto accounts = [&](const std::vector<Revoked>& revoked, WallTime when) {
        const std::string text = authority.configuration(now, revoked, when);
        const auto at = text.find(authority.devices() + ": ") + authority.devices().size() + 2;
        return std::pair(text.substr(0, text.find('\n')), claimsOf(text.substr(at, text.find('\n', at) - at))["nats"]);
    };
    const auto before = accounts({}, now), after = accounts({{"D", key, now}, {"E", "", now}}, now + 1h);
    CHECK(before.first == after.first);
    CHECK_FALSE(before.second.contains("revocations"));
    CHECK(after.second["revocations"].size() == 1);
    CHECK(after.second["revocations"][key] > 9'999'999'999); // whatever its JWT says of when it was made
}

TEST_CASE("devices are given four subjects of the server's account, of which none is JetStream's") { // §2.1, §3.1
    const Directory directory;
    const auto authority = Authority::open(directory.path / "nkeys").value();
    const std::string text = authority.configuration(now, {}, now);
    const auto at = text.find(authority.devices() + ": ") + authority.devices().size() + 2;
    const auto its = claimsOf(text.substr(at, text.find('\n', at) - at))["nats"];
    std::map<std::string, std::string> imported;
    for (const auto& one : its["imports"])
        imported.emplace(one["subject"], one["type"]);
    CHECK(imported == std::map<std::string, std::string>{{"stint.box.*.*", "service"},
                                                         {"stint.reg.*.*", "service"},
                                                         {"stint.f.*.*.*", "service"},
                                                         {"stint.live.>", "stream"}});
    const auto rights = its["signing_keys"][0]["template"];
    CHECK(rights["pub"]["allow"] ==
          nlohmann::json{"stint.box.*.{{name()}}", "stint.reg.*.{{name()}}", "stint.f.*.*.{{name()}}"});
    CHECK(rights["sub"]["allow"] == nlohmann::json{"stint.live.*.{{name()}}.>", "_INBOX.{{name()}}.>"});
}

TEST_CASE("the file of revoked devices has those that it was given, and a line that is none is passed over") {
    const Directory directory;
    CHECK(readRevoked(directory.path)->empty());
    const std::vector<Revoked> all{{std::string(26, '0'), Nkey::make(Role::User).name(), now},
                                   {std::string(26, '1'), "", now + 1ms}};
    REQUIRE(writeRevoked(directory.path, all).ok());
    CHECK(readRevoked(directory.path).value() == all);
    std::ofstream(directory.path / "revoked", std::ios::app) << "x\n0 0 0\n"
                                                             << std::string(26, '2') << " UX 1\n"
                                                             << std::string(26, '2') << " - x\n\n - 1";
    CHECK(readRevoked(directory.path).value() == all);
    std::ofstream(directory.path / "revoked") << std::string(5 << 20, 'x');
    CHECK_FALSE(readRevoked(directory.path).ok());
}

TEST_CASE("what is sealed is opened by the same keys, and by nobody else") { // §2
    ServerKeys keys, others;
    keys.values.fill(1);
    others.values.fill(2);
    const std::string sealed = sealedText("text", keys);
    CHECK(unsealedText(sealed, keys) == "text");
    CHECK(sealedText("text", keys) != sealed);
    CHECK_FALSE(unsealedText(sealed, others));
    CHECK_FALSE(unsealedText(sealed.substr(1), keys));
    CHECK_FALSE(unsealedText("", keys));
}

TEST_CASE("an authority of an older Stint keeps its keys, and gets those that it lacks") { // §3.1
    const Directory directory;
    const auto file = directory.path / "nkeys";
    const auto made = Authority::open(file);
    REQUIRE(made.ok());
    auto seeds = nlohmann::json::parse(made->text());
    for (const char* const later : {"operator", "system"})
        seeds.erase(later);
    CHECK_FALSE(Authority::parse(seeds.dump()).ok());
    std::ofstream(file) << seeds.dump();
    const auto older = Authority::open(file);
    REQUIRE(older.ok());
    CHECK(older->signer() == made->signer());
    CHECK(older->clusterSecret() != made->clusterSecret());
    CHECK(Authority::open(file)->clusterSecret() == older->clusterSecret());
    CHECK(Authority::parse(older->text())->text() == older->text());
}

TEST_CASE("machines of a cluster have one authority, and a certificate each") { // §3.3
    const std::string secret(32, 's');
    const auto one = certifiedFor("127.0.0.1", secret, now), another = certifiedFor("::1", secret, now);
    REQUIRE(one.ok());
    REQUIRE(another.ok());
    CHECK(one->authority == another->authority);
    CHECK(one->certificate != another->certificate);
    CHECK(certifiedFor("127.0.0.1", std::string(32, 't'), now)->authority != one->authority);
    for (const std::string_view none : {"", "localhost", "127.0.0.1, DNS:evil", "127.0.0.1:80"})
        CHECK(certifiedFor(none, secret, now).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("a private directory is made with those above it, and nobody else may look into it") {
    const Directory directory;
    const auto inner = directory.path / "a" / "b";
    REQUIRE(makePrivateDirectory(inner).ok());
    for (const auto& each : {inner, inner.parent_path()})
        CHECK(std::filesystem::status(each).permissions() == std::filesystem::perms::owner_all);
    REQUIRE(makePrivateDirectory(inner).ok());
    ::chmod(inner.c_str(), 0750);
    CHECK(makePrivateDirectory(inner).error().code == Errc::SECURITY);
    std::filesystem::create_symlink(directory.path / "a", directory.path / "link");
    CHECK(makePrivateDirectory(directory.path / "link").error().code == Errc::SECURITY);
    std::ofstream(directory.path / "file") << "x";
    CHECK_FALSE(makePrivateDirectory(directory.path / "file").ok());
    CHECK_FALSE(makePrivateDirectory(directory.path / "file" / "in").ok());
}

TEST_CASE("a private file is written whole, whatever stood at its names") {
    const Directory directory;
    const Folder folder = Folder::open(directory.path).value();
    std::ofstream(directory.path / "x.new") << "cut off";
    REQUIRE(writePrivateFile(folder, "x", "one").ok());
    REQUIRE(writePrivateFile(folder, "x", "two").ok());
    CHECK(folder.read("x", 100).value() == "two");
    CHECK_FALSE(std::filesystem::exists(directory.path / "x.new"));
    std::filesystem::create_symlink("/etc/passwd", directory.path / "y.new"); // planted: it goes, and nothing it names
    CHECK(writePrivateFile(folder, "y", "three").ok());
    CHECK(std::filesystem::exists("/etc/passwd"));
    CHECK_FALSE(std::filesystem::is_symlink(directory.path / "y"));
}
