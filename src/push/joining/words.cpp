#include "push/joining/words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/joining/membership.hpp"
#include "push/joining/settings.hpp"
#include "push/keys/nkey.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;
constexpr std::size_t endBytes = 4, macBytes = 16;
constexpr std::size_t longestJwt = 4'096;
constexpr std::string_view leaving = "leave ";
constexpr std::size_t mostRoutes = 32;

/// Keyed BLAKE2b, of a text that is nothing else's: what seals values with the same key is no such function.
std::string macOf(std::string_view purpose, std::string_view end, const ServerKeys& keys) {
    const std::string text = fmt::format("stint push {} {}", purpose, end);
    std::array<unsigned char, macBytes> mac{};
    crypto_generichash(mac.data(), mac.size(), bytesOf(text), text.size(), keys.values.data(), keys.values.size());
    return std::string(charactersOf(mac));
}

Error wrong(const char* name, std::string_view right) {
    return fail(Errc::ILLEGAL_ARGUMENT, "its \"{}\" is missing, or wrong: it is {}", name, right);
}

/// Nothing else than these members is read, and none of them is deep.
Result<Json> joinObject(std::string_view text) {
    Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "it is no JSON object");
    const auto its = object.find("v");
    if (its == object.end() || *its != version)
        return fail(Errc::ILLEGAL_ARGUMENT, "it is of an unknown version: this one is {}", version);
    return object;
}

Result<std::string> textIn(const Json& object, const char* name, std::size_t most, std::size_t least = 1) {
    auto text = textMember(object, name);
    if (!text) return wrong(name, "a text");
    if (text->size() < least || text->size() > most)
        return wrong(name, fmt::format("a text of {} to {} characters", least, most));
    return *std::move(text);
}

} // namespace

std::string toRevoke(std::string_view device) { return fmt::format("revoke {}", device); }

std::string codeUntil(WallTime end, const ServerKeys& keys, std::string_view purpose) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(end.time_since_epoch()).count();
    std::string bytes;
    for (unsigned byte = 0; byte < endBytes; ++byte)
        bytes += static_cast<char>(static_cast<std::uint64_t>(seconds) >> (8 * (endBytes - 1 - byte)) & 0xffU);
    return in32(bytes + macOf(purpose, bytes, keys), crockford);
}

Result<void> checkCode(std::string_view code, const ServerKeys& keys, WallTime now, std::string_view purpose) {
    const auto bytes = from32(code, crockford);
    if (!bytes || bytes->size() != endBytes + macBytes)
        return fail(Errc::ILLEGAL_ARGUMENT, "it is no code: one has 32 letters and digits");
    const std::string end = bytes->substr(0, endBytes), mac = macOf(purpose, end, keys);
    if (sodium_memcmp(mac.data(), bytes->data() + endBytes, macBytes) != 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "the code is not this server's");
    std::int64_t seconds = 0;
    for (const char byte : end)
        seconds = seconds << 8 | static_cast<unsigned char>(byte);
    if (now >= WallTime(std::chrono::seconds(seconds)))
        return fail(Errc::ILLEGAL_ARGUMENT, "the code has run out: `stint push invite{}` makes another",
                    purpose == toServe ? " --server" : "");
    return {};
}

std::string textOf(const JoinQuestion& question) {
    return Json{{"v", version}, {"join", question.code}, {"user", question.user}}.dump();
}

std::string textOf(const RevokeQuestion& question) {
    return Json{{"v", version}, {"revoke", question.device}, {"code", question.code}}.dump();
}

std::string textOf(const ListQuestion& question) {
    return Json{{"v", version}, {"devices", question.after}, {"code", question.code}}.dump();
}

std::string leaveText(const std::string& jwt, const Nkey& user) {
    const std::string signature = user.sign(std::string(leaving) + jwt);
    return Json{{"v", version}, {"leave", jwt}, {"signature", in64(signature)}}.dump();
}

Result<DeviceQuestion> deviceQuestionIn(std::string_view text) {
    const Json object = STINT_TRY(joinObject(text));
    if (object.contains("join")) {
        JoinQuestion join;
        std::string typed = STINT_TRY(textIn(object, "join", longestDeviceQuestion));
        join.code = asCrockford(std::move(typed));
        join.user = STINT_TRY(textIn(object, "user", longestDeviceQuestion));
        if (!isNkey(Nkey::Role::User, join.user)) return wrong("user", "the public key of a user's nkey");
        return DeviceQuestion{.join = std::move(join)};
    }
    if (object.contains("revoke")) {
        RevokeQuestion revoke;
        revoke.device = STINT_TRY(textIn(object, "revoke", longestDeviceQuestion));
        revoke.code = STINT_TRY(textIn(object, "code", longestDeviceQuestion));
        if (!isDevice(revoke.device)) return wrong("revoke", "a device's name");
        return DeviceQuestion{.revoke = std::move(revoke)};
    }
    if (object.contains("devices")) {
        ListQuestion list;
        list.code = STINT_TRY(textIn(object, "code", longestDeviceQuestion));
        list.after = STINT_TRY(textIn(object, "devices", longestDeviceQuestion, 0));
        return DeviceQuestion{.list = std::move(list)};
    }
    LeaveQuestion leave;
    leave.jwt = STINT_TRY(textIn(object, "leave", longestDeviceQuestion));
    const std::string written = STINT_TRY(textIn(object, "signature", longestDeviceQuestion));
    const auto signature = from64(written);
    if (!signature) return wrong("signature", "in base64url");
    leave.signature = *signature;
    return DeviceQuestion{.leave = std::move(leave)};
}

Result<JwtUser> leaverOf(const LeaveQuestion& question, std::string_view signer) {
    auto user = userIn(question.jwt, signer);
    if (!user || !isDevice(user->name)) return fail(Errc::ILLEGAL_ARGUMENT, "the JWT is none of this server's");
    if (!isSignedBy(user->key, std::string(leaving) + question.jwt, question.signature))
        return fail(Errc::ILLEGAL_ARGUMENT, "it is not signed by the device that leaves");
    return *std::move(user);
}

std::string textOf(const JoinAnswer& answer) {
    return Json{{"v", version},
                {"device", answer.device},
                {"shard", answer.shard},
                {"brokers", answer.brokers},
                {"key", in64(charactersOf(answer.key))},
                {"jwt", answer.jwt}}
        .dump();
}

Result<JoinAnswer> joinAnswerIn(std::string_view text) {
    const Json object = STINT_TRY(joinObject(text));
    JoinAnswer answer;
    answer.device = STINT_TRY(textIn(object, "device", longestJwt));
    answer.shard = STINT_TRY(textIn(object, "shard", longestJwt));
    answer.jwt = STINT_TRY(textIn(object, "jwt", longestJwt));
    const std::string written = STINT_TRY(textIn(object, "key", longestJwt));
    const auto key = from64(written);
    if (!key || key->size() != answer.key.size()) return wrong("key", "32 bytes in base64url");
    std::ranges::copy(*key, answer.key.begin());
    const auto list = object.find("brokers");
    if (list == object.end() || !list->is_array()) return wrong("brokers", "a list of URLs");
    for (const Json& one : *list) {
        if (!one.is_string()) return wrong("brokers", "a list of URLs");
        answer.brokers.push_back(one.get<std::string>());
    }
    // A JWT goes into a file as a line.
    if (answer.jwt.find_first_not_of(std::string(alphabet64) + ".") != std::string::npos) return wrong("jwt", "a JWT");
    return answer;
}

std::string textOf(const ServerQuestion& question) {
    return Json{{"v", version}, {"serve", question.code}, {"key", in64(charactersOf(question.key))}}.dump();
}

Result<ServerQuestion> serverQuestionIn(std::string_view text) {
    const Json object = STINT_TRY(joinObject(text));
    ServerQuestion question{.code = asCrockford(textMember(object, "serve").value_or(""))};
    if (question.code.empty()) return wrong("serve", "a code");
    const auto key = from64(textMember(object, "key").value_or(""));
    if (!key || key->size() != question.key.size()) return wrong("key", "32 bytes in base64url");
    std::ranges::copy(*key, question.key.begin());
    return question;
}

std::string textOf(const ServerAnswer& answer, const PublicKey& asker) {
    const Json secret{{"nkeys", answer.authority.text()},
                      {"keys", in64(answer.keys.bytes())},
                      {"routes", answer.routes},
                      {"beside", in64(answer.beside)}};
    const std::string plain = secret.dump();
    std::string sealed(plain.size() + crypto_box_SEALBYTES, '\0');
    STINT_CHECK(crypto_box_seal(bytesOf(sealed), bytesOf(plain), plain.size(), asker.data()) == 0);
    return Json{{"v", version}, {"sealed", in64(sealed)}}.dump();
}

Asking Asking::make() {
    Asking made;
    crypto_box_keypair(made.key.data(), made.secret.data());
    return made;
}

Result<ServerAnswer> serverAnswerIn(std::string_view text, const Asking& asking) {
    const Json object = STINT_TRY(joinObject(text));
    const auto sealed = from64(textMember(object, "sealed").value_or(""));
    if (!sealed || sealed->size() < crypto_box_SEALBYTES) return wrong("sealed", "sealed, in base64url");
    std::string plain(sealed->size() - crypto_box_SEALBYTES, '\0');
    if (crypto_box_seal_open(bytesOf(plain), bytesOf(*sealed), sealed->size(), asking.key.data(),
                             asking.secret.data()) != 0)
        return wrong("sealed", "sealed for the one that asks");
    const Json secret = Json::parse(plain, nullptr, false);
    if (!secret.is_object()) return wrong("sealed", "a JSON object");
    auto authority = STINT_TRY(Authority::parse(textMember(secret, "nkeys").value_or("")));
    const auto keys = ServerKeys::parse(from64(textMember(secret, "keys").value_or("")).value_or(""));
    if (!keys) return wrong("keys", "a server's");
    const auto list = secret.find("routes");
    if (list == secret.end() || !list->is_array() || list->empty() || list->size() > mostRoutes)
        return wrong("routes", "a list");
    std::vector<std::string> routes;
    for (const Json& one : *list) {
        if (!one.is_string() || !routeIn(one.get<std::string>())) return wrong("routes", "a list of addresses");
        routes.push_back(one.get<std::string>());
    }
    auto beside = from64(textMember(secret, "beside").value_or(""));
    if (!beside || beside->size() > longestBeside) return wrong("beside", "in base64url");
    return ServerAnswer{std::move(authority), *keys, std::move(routes), *std::move(beside)};
}

} // namespace stint::push
