// A code, and what a device and a server say when it joins or leaves (push.md §3.1).
#include <cctype>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/joining/settings.hpp"
#include "push/joining/words.hpp"
#include "push/keys/nkey.hpp"

using namespace stint;
using namespace stint::push;
using namespace std::chrono_literals;

namespace {

const WallTime now{std::chrono::seconds(1'800'000'000)};

ServerKeys keysOf(unsigned char one) {
    ServerKeys keys;
    keys.values.fill(one);
    return keys;
}

} // namespace

TEST_CASE("a code lets in until it runs out, and by one server alone") {
    const ServerKeys keys = keysOf(1);
    const std::string code = codeUntil(now + 1h, keys);
    CHECK(code.size() == 32);
    CHECK(checkCode(code, keys, now).ok());
    CHECK(checkCode(code, keys, now + 1h - 1ms).ok());
    CHECK(checkCode(code, keys, now + 1h).error().message.find("run out") != std::string::npos);
    CHECK_FALSE(checkCode(code, keysOf(2), now).ok());
    for (std::size_t at = 0; at < code.size(); ++at) {
        std::string other = code;
        other[at] = other[at] == '0' ? '1' : '0';
        CHECK_FALSE(checkCode(other, keys, now).ok());
    }
    for (const std::string& none :
         {std::string(), code + "0", code.substr(1), std::string(32, 'I'), std::string(32, '0')})
        CHECK_FALSE(checkCode(none, keys, now).ok());
}

TEST_CASE("a code is taken as a person has copied it, and counted as one") { // §3.1: Crockford's base32
    const std::string user = Nkey::make(Nkey::Role::User).name();
    const auto codeIn = [&](const std::string& typed) {
        const auto question = deviceQuestionIn(textOf(JoinQuestion{.code = typed, .user = user}));
        REQUIRE(question.ok());
        REQUIRE(question->join);
        return question->join->code;
    };
    const std::string code = codeUntil(now + 1h, keysOf(1));
    std::string low = code;
    for (char& character : low)
        character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    CHECK(codeIn(low) == code);
    CHECK(codeIn("0oO1iIlL") == "00011111");
    CHECK(checkCode("U", keysOf(1), now).error().message == "it is no code: one has 32 letters and digits");
}

TEST_CASE("a code serves for one purpose, and for one device") { // §3.1: so none is forged by who may join
    const ServerKeys keys = keysOf(1);
    const std::string device(26, '0'), other(26, '1');
    const std::vector<std::string> purposes{std::string(toJoin), std::string(toList), toRevoke(device),
                                            toRevoke(other)};
    for (const std::string& made : purposes)
        for (const std::string& asked : purposes)
            CHECK(checkCode(codeUntil(now + 1h, keys, made), keys, now, asked).ok() == (made == asked));
    CHECK_FALSE(checkCode(codeUntil(now + 1h, keys, toRevoke(device)), keys, now + 1h, toRevoke(device)).ok());
}

TEST_CASE("the operator's questions come back as they were, and none names what is no device") {
    const std::string device = newDevice();
    const auto revoke = deviceQuestionIn(textOf(RevokeQuestion{.device = device, .code = "C"}));
    REQUIRE(revoke.ok());
    REQUIRE(revoke->revoke);
    CHECK(revoke->revoke->device == device);
    CHECK(revoke->revoke->code == "C");
    for (const std::string& after : {std::string(), device}) {
        const auto list = deviceQuestionIn(textOf(ListQuestion{.after = after, .code = "C"}));
        REQUIRE(list.ok());
        REQUIRE(list->list);
        CHECK(list->list->after == after);
    }
    for (const char* const none : {R"({"v":1,"revoke":"x","code":"C"})", R"({"v":1,"revoke":7,"code":"C"})",
                                   R"({"v":1,"devices":7,"code":"C"})", R"({"v":1,"devices":""})"})
        CHECK_FALSE(deviceQuestionIn(none).ok());
}

TEST_CASE("a question to join comes back as it was") {
    const Nkey user = Nkey::make(Nkey::Role::User);
    const auto read = deviceQuestionIn(textOf(JoinQuestion{.code = "C", .user = user.name()}));
    REQUIRE(read.ok());
    REQUIRE(read->join);
    CHECK(read->join->code == "C");
    CHECK(read->join->user == user.name());
    CHECK_FALSE(read->leave);
}

TEST_CASE("a device leaves by its own key") {
    const Nkey signer = Nkey::make(Nkey::Role::Account), user = Nkey::make(Nkey::Role::User);
    const std::string device = newDevice();
    const auto leaver = [&](const std::string& jwt, const Nkey& by) {
        const auto question = deviceQuestionIn(leaveText(jwt, by));
        REQUIRE(question.ok());
        REQUIRE(question->leave);
        return leaverOf(*question->leave, signer.name());
    };
    const std::string jwt = signedJwt(signer, user.name(), device, now, {{"type", "user"}});
    CHECK(leaver(jwt, user)->name == device);
    CHECK(leaver(jwt, user)->key == user.name());
    CHECK_FALSE(leaver(jwt, Nkey::make(Nkey::Role::User)).ok());
    CHECK_FALSE(leaver(signedJwt(user, user.name(), device, now, {}), user).ok());
    CHECK_FALSE(leaver(signedJwt(signer, user.name(), "stint-endpoint", now, {}), user).ok()); // no device
}

TEST_CASE("an answer comes back as it was, and a stranger's is refused") {
    JoinAnswer answer{.device = newDevice(), .shard = "0a", .brokers = {"nats://a", "tls://b"}, .jwt = "a-_9.b.c"};
    answer.key.fill(7);
    const auto read = joinAnswerIn(textOf(answer));
    REQUIRE(read.ok());
    CHECK(read->device == answer.device);
    CHECK(read->shard == "0a");
    CHECK(read->brokers == answer.brokers);
    CHECK(read->key == answer.key);
    CHECK(read->jwt == answer.jwt);
    answer.jwt = "a\nb";
    CHECK_FALSE(joinAnswerIn(textOf(answer)).ok());
    for (const char* const none : {"", "[]", "{}", R"({"v": 2})", R"({"v": 1, "device": 1})"})
        CHECK_FALSE(joinAnswerIn(none).ok());
    CHECK_FALSE(joinAnswerIn(std::string(100'000, '[')).ok());
}
