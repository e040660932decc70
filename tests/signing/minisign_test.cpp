// Keys and signatures between us and minisign itself, in both directions (fleet.md §6.1).
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fleet/signing/signature.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

/// A directory of its own, in which minisign is run.
class Minisign {
public:
    Minisign() {
        std::string name = "/tmp/stint-signing-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        directory_ = name;
    }
    ~Minisign() { std::filesystem::remove_all(directory_); }
    Minisign(const Minisign&) = delete;
    Minisign& operator=(const Minisign&) = delete;

    /// True where minisign said yes; `typed` are the answers to its questions, `before` is a command of the shell.
    bool run(std::string_view arguments, std::string_view typed = "", std::string_view before = "true") {
        write("typed", typed);
        const auto command = fmt::format("cd {} && {} && timeout 120 minisign {} <typed >said 2>&1",
                                         directory_.string(), before, arguments);
        return std::system(command.c_str()) == 0; // NOLINT(bugprone-command-processor): words of this file alone
    }
    std::string said() const { return read("said"); }

    void write(std::string_view file, std::string_view text) const { std::ofstream(directory_ / file) << text; }
    std::string read(std::string_view file) const {
        std::ifstream stream(directory_ / file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

private:
    std::filesystem::path directory_;
};

Result<std::string> verified(const Minisign& minisign, std::string_view signature, const PublicKey& key) {
    const auto read = Signature::read(minisign.read(signature));
    if (!read.ok()) return read.error();
    return read->verify(minisign.read("doc"), key);
}

} // namespace

TEST_CASE("minisign verifies what we sign, and refuses what was changed") { // fleet.md §6.1
    Minisign minisign;
    const SecretKey key = SecretKey::make();
    const std::string comment = "kind=campaign\tid=20261128-k3v7qa2m", signature = sign("a\n", key, comment).value();
    minisign.write("doc", "a\n");
    minisign.write("doc.minisig", signature);
    minisign.write("our.pub", key.publicKey().file());
    CHECK(minisign.run("-V -p our.pub -m doc"));
    CHECK(minisign.said() == "Signature and comment signature verified\nTrusted comment: " + comment + "\n");
    CHECK(minisign.run("-V -P " + key.publicKey().text() + " -m doc"));

    minisign.write("doc.minisig", sign("a\n", key, std::string(1000, 'a')).value()); // the longest
    CHECK(minisign.run("-V -p our.pub -m doc"));
    minisign.write("doc.minisig", std::string(signature).replace(signature.find("kind"), 4, "king"));
    CHECK_FALSE(minisign.run("-V -p our.pub -m doc"));
    CHECK(minisign.said() == "Comment signature verification failed\n");
    minisign.write("doc.minisig", signature);
    minisign.write("doc", "b\n");
    CHECK_FALSE(minisign.run("-V -p our.pub -m doc"));
    CHECK(minisign.said() == "Signature verification failed\n");
}

TEST_CASE("minisign signs with our key, and we with minisign's") { // fleet.md §6.1
    Minisign minisign;
    minisign.write("doc", "a\n");
    const SecretKey ours = SecretKey::make();
    minisign.write("our.key", ours.unlockedFile().text());
    REQUIRE(minisign.run("-S -s our.key -m doc -t 'by minisign'"));
    CHECK(verified(minisign, "doc.minisig", ours.publicKey()).value() == "by minisign");
    REQUIRE(minisign.run("-R -s our.key -p our.pub"));
    CHECK(PublicKey::readFile(minisign.read("our.pub")).value() == ours.publicKey());

    REQUIRE(minisign.run("-G -W -s its.key -p its.pub"));
    const auto its = SecretKey::read(minisign.read("its.key"), std::nullopt);
    REQUIRE(its.ok());
    CHECK(its->publicKey() == PublicKey::readFile(minisign.read("its.pub")).value());
    minisign.write("doc.minisig", sign("a\n", *its, "by us").value());
    CHECK(minisign.run("-V -p its.pub -m doc"));
    REQUIRE(minisign.run("-S -s its.key -m doc"));
    CHECK(verified(minisign, "doc.minisig", its->publicKey())->starts_with("timestamp:"));
    CHECK(verified(minisign, "doc.minisig", ours.publicKey()).error().code == Errc::SECURITY);

    REQUIRE(minisign.run("-S -l -s its.key -m doc")); // what minisign signs, and we do not take
    CHECK(verified(minisign, "doc.minisig", its->publicKey()).error().message.find("older form") != std::string::npos);
    REQUIRE(minisign.run(R"sh(-S -s its.key -m doc -t "$(printf 'a\033[2Jb')")sh"));
    CHECK(verified(minisign, "doc.minisig", its->publicKey()).error().code == Errc::ILLEGAL_ARGUMENT);
    REQUIRE(minisign.run("-S -s its.key -m doc -t " + std::string(1001, 'a')));
    CHECK(verified(minisign, "doc.minisig", its->publicKey()).error().code == Errc::ILLEGAL_ARGUMENT);
}

// Ours takes all of the memory that both take by default; minisign is given less, so that it halves it.
TEST_CASE("a key with a password is both minisign's and ours") { // fleet.md §6.1
    Minisign minisign;
    minisign.write("doc", "a\n");
    const SecretKey ours = SecretKey::make();
    minisign.write("our.key", ours.lockedFile("our password")->text());
    REQUIRE(minisign.run("-S -s our.key -m doc -t 'by minisign'", "our password\n"));
    CHECK(verified(minisign, "doc.minisig", ours.publicKey()).value() == "by minisign");

    REQUIRE(minisign.run("-G -s its.key -p its.pub", "its password\nits password\n", "ulimit -v 200000"));
    CHECK(minisign.said().find("used less memory") != std::string::npos);
    CHECK(SecretKey::isLocked(minisign.read("its.key")).value());
    const auto its = SecretKey::read(minisign.read("its.key"), "its password");
    REQUIRE(its.ok());
    minisign.write("doc.minisig", sign("a\n", *its, "by us").value());
    CHECK(minisign.run("-V -p its.pub -m doc"));
}

TEST_CASE("minisign refuses a wrong password for our key, and takes it with another") {
    Minisign minisign;
    minisign.write("doc", "a\n");
    const SecretKey ours = SecretKey::make();
    minisign.write("our.key", ours.lockedFile("right", leastMemory)->text());
    CHECK_FALSE(minisign.run("-S -s our.key -m doc", "wrong\n"));
    CHECK(minisign.said().find("Wrong password") != std::string::npos);
    REQUIRE(minisign.run("-S -s our.key -m doc", "right\n"));
    CHECK(verified(minisign, "doc.minisig", ours.publicKey()).ok());
    REQUIRE(minisign.run("-C -W -s our.key", "right\n")); // the password is taken off
    CHECK_FALSE(SecretKey::isLocked(minisign.read("our.key")).value());
    CHECK(SecretKey::read(minisign.read("our.key"), std::nullopt)->publicKey() == ours.publicKey());
}
