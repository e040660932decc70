#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "push/envelope/bytes.hpp"
#include "push/line/details.hpp"
#include "push/line/registrar.hpp"
#include "push/line/settings.hpp"
#include "push/webpush/key_pair.hpp"

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

TEST_CASE("what the daemon keeps of a registration comes back as it was, and nothing else is taken for it") {
    const Details details{
        .token = newToken(), .of = "\x01 the connector's", .version = 1, .vapid = "key", .at = "STINT_P_0a@1"};
    CHECK(detailsIn(textOf(details)) == details);
    const Details longest{
        .token = newToken(), .of = std::string(100, '\x01'), .version = 2, .vapid = std::string(87, 'a'), .at = "S"};
    CHECK(textOf(longest).size() <= 1'024);
    CHECK(detailsIn(textOf(longest)) == longest);
    for (const char* text : {"", "{}", "[]", "null", R"({"token": "short", "of": "", "version": 2})"})
        CHECK_FALSE(detailsIn(text));
    CHECK_FALSE(detailsIn(textOf({.token = newToken(), .of = "", .version = 3, .vapid = "", .at = ""})));
    CHECK_FALSE(detailsIn(std::string(100'000, '[')));
}

TEST_CASE("a connector's wish is refused where a part of it can never be right") { // push.md §4.4
    const std::string point = in64(webpush::KeyPair::random().point());
    const Wish right{.version = 2, .service = "org.example.App", .token = "t", .description = "", .vapid = point};
    CHECK(checkWish(right).ok());
    std::vector<Wish> wrong(9, right);
    wrong[0].token = "";
    wrong[1].token = std::string(101, 't');
    wrong[2].service = ":1.7";
    wrong[3].service = "no name";
    wrong[4].description = std::string(257, 'd');
    wrong[5].vapid = point.substr(1);
    wrong[6].vapid = std::string(87, 'A');
    wrong[7].vapid = in64("\x04" + std::string(64, '\x01'));
    wrong[8].service = "";
    for (const Wish& one : wrong)
        CHECK(checkWish(one).error().code == Errc::ILLEGAL_ARGUMENT);
    std::string umlauts;
    for (int n = 0; n < 256; ++n)
        umlauts += "ü";
    Wish wide = right;
    wide.description = umlauts;
    CHECK(checkWish(wide).ok()); // characters, not bytes
}
