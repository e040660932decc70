#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "push/envelope/bytes.hpp"
#include "push/joining/settings.hpp"

using namespace stint;
using namespace stint::push;

namespace {

struct Given {
    std::string origin = "\"https://push.example\"";
    std::string brokers = "[\"nats://127.0.0.1:4222\", \"tls://push.example\"]";
    std::string key = "\"" + in64(std::string(32, 's')) + "\"";
    std::string name = "\"0123456789ABCDEFGHJKMNPQRS\"";
    std::string shard = "\"0a\"";
    std::string lineKey = "\"" + in64(std::string(32, 'k')) + "\"";
    std::string credentials = "\"\"";
    std::string more;

    std::string text() const {
        return fmt::format("[server]\norigin = {}\nbrokers = {}\nkey = {}\n[device]\nname = {}\nshard = {}\n"
                           "line_key = {}\ncredentials = {}\n{}",
                           origin, brokers, key, name, shard, lineKey, credentials, more);
    }
};

std::string wrongIn(const Given& given) {
    const auto read = LineSettings::parse(given.text(), "/d");
    return read.ok() ? "" : read.error().message;
}

} // namespace

TEST_CASE("a device that has joined knows its server, and itself") { // push.md §4.1
    const auto read = LineSettings::parse(Given{.credentials = "\"device.creds\""}.text(), "/d");
    REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().message));
    CHECK(read->endpointOf("T") == "https://push.example/push/v1/T");
    CHECK(read->brokers.size() == 2);
    CHECK(read->device == "0123456789ABCDEFGHJKMNPQRS");
    CHECK(read->shard == "0a");
    CHECK(charactersOf(read->lineKey) == std::string(32, 'k'));
    CHECK(charactersOf(read->serverKey) == std::string(32, 's'));
    CHECK(read->credentials == "/d/device.creds");
}

TEST_CASE("a wrong key of line.toml is named, with what would be right, and no secret is repeated") { // push.md §4.1
    // clang-format off
    for (const auto& [given, what] : std::initializer_list<std::pair<Given, const char*>>{
        {{.origin = "\"ftp://push.example\""},            "server.origin"},
        {{.origin = "\"https://push.example/path\""},     "server.origin"},
        {{.origin = "\"https://\""},                      "server.origin"},
        {{.origin = "7"},                                 "server.origin"},
        {{.brokers = "[]"},                               "server.brokers"},
        {{.brokers = "[\"http://push.example\"]"},        "server.brokers"},
        {{.brokers = "[1]"},                              "server.brokers"},
        {{.brokers = "\"nats://push.example\""},          "server.brokers"},
        {{.key = "\"c2hvcnQ\""},                          "server.key"},
        {{.name = "\"ours\""},                            "device.name"},
        {{.shard = "\"10\""},                             "device.shard"},
        {{.lineKey = "\"c2VjcmV0\""},                     "device.line_key"},
        {{.credentials = "\"../other\""},                 "device.credentials"},
        {{.more = "keys = 1\n"},                          "device.keys"},
        {{.more = "[sever]\n"},                           "did you mean \"server\"?"},
    }) {
        // clang-format on
        const std::string wrong = wrongIn(given);
        CHECK_MESSAGE(wrong.find(what) != std::string::npos, what, ": ", wrong);
        CHECK(wrong.find("c2VjcmV0") == std::string::npos);
    }
    CHECK(wrongIn({.brokers = "[" + std::string("\"nats://a\",\"nats://a\",\"nats://a\",") +
                              "\"nats://a\",\"nats://a\",\"nats://a\",\"nats://a\",\"nats://a\",\"nats://a\"]"})
              .find("1 to 8") != std::string::npos);
}

TEST_CASE("line.toml is this user's alone, and a device without one has joined nothing") { // push.md §4.1
    std::string directory = "/tmp/stint-line-XXXXXX";
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    const auto file = std::filesystem::path(directory) / "line.toml";
    CHECK_FALSE(LineSettings::read(directory).value());
    std::ofstream(file) << Given().text();
    for (const mode_t mode : {0640, 0604, 0700}) {
        ::chmod(file.c_str(), mode);
        const auto read = LineSettings::read(directory);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().code == Errc::SECURITY);
        CHECK(read.error().message.find("chmod 0600") != std::string::npos);
    }
    for (const mode_t mode : {0600, 0400}) {
        ::chmod(file.c_str(), mode);
        CHECK(LineSettings::read(directory).value());
    }
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    CHECK_FALSE(LineSettings::read(directory).ok());
    std::filesystem::remove_all(directory);
}

TEST_CASE("what is written when a device joins is what is read, and goes when it leaves") { // push.md §3.1
    std::string made = "/tmp/stint-line-XXXXXX";
    REQUIRE(::mkdtemp(made.data()) != nullptr);
    const auto directory = std::filesystem::path(made) / "push";
    LineSettings settings = LineSettings::parse(Given().text(), directory).value();
    REQUIRE(settings.write(directory, "secret").ok());
    const auto read = LineSettings::read(directory).value();
    REQUIRE(read);
    CHECK(read->origin == settings.origin);
    CHECK(read->brokers == settings.brokers);
    CHECK(read->serverKey == settings.serverKey);
    CHECK(read->device == settings.device);
    CHECK(read->shard == settings.shard);
    CHECK(read->lineKey == settings.lineKey);
    CHECK(read->credentials == (directory / (settings.device + ".creds")).string());
    REQUIRE(read->remove(directory).ok());
    CHECK(std::filesystem::is_empty(directory));
    // A server's answer that is none is not written.
    for (const char* const broker : {"nats://a\"\n[x]", "http://a", "nats://\xff"}) {
        LineSettings hostile = settings;
        hostile.brokers = {broker};
        CHECK_FALSE(hostile.write(directory, "secret").ok());
    }
    LineSettings named = settings;
    named.device = "../../x";
    CHECK_FALSE(named.write(directory, "secret").ok());
    CHECK(std::filesystem::is_empty(directory));
    std::filesystem::remove_all(made);
}
