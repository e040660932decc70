#include "push/joining/server_words.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "push/envelope/bytes.hpp"
#include "push/joining/membership.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr int serverVersion = 1;
constexpr std::size_t mostRoutes = 32;

Error wrongServer(std::string_view name, std::string_view right) {
    return fail(Errc::ILLEGAL_ARGUMENT, "its \"{}\" is missing, or wrong: it is {}", name, right);
}

Result<Json> serverObject(std::string_view text) {
    Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "it is no JSON object");
    const auto its = object.find("v");
    if (its == object.end() || *its != serverVersion)
        return fail(Errc::ILLEGAL_ARGUMENT, "it is of an unknown version: this one is {}", serverVersion);
    return object;
}

} // namespace

std::string textOf(const ServerQuestion& question) {
    return Json{{"v", serverVersion}, {"serve", question.code}, {"key", in64(charactersOf(question.key))}}.dump();
}

Result<ServerQuestion> serverQuestionIn(std::string_view text) {
    const Json object = STINT_TRY(serverObject(text));
    ServerQuestion question{.code = asCrockford(textMember(object, "serve").value_or(""))};
    if (question.code.empty()) return wrongServer("serve", "a code");
    const auto key = from64(textMember(object, "key").value_or(""));
    if (!key || key->size() != question.key.size()) return wrongServer("key", "32 bytes in base64url");
    std::ranges::copy(*key, question.key.begin());
    return question;
}

std::string textOf(const ServerAnswer& answer, const PublicKey& asker) {
    const Json secret{
        {"nkeys", answer.authority.text()}, {"keys", in64(answer.keys.bytes())}, {"routes", answer.routes}};
    const std::string plain = secret.dump();
    std::string sealed(plain.size() + crypto_box_SEALBYTES, '\0');
    STINT_CHECK(crypto_box_seal(bytesOf(sealed), bytesOf(plain), plain.size(), asker.data()) == 0);
    return Json{{"v", serverVersion}, {"sealed", in64(sealed)}}.dump();
}

Asking Asking::make() {
    Asking made;
    crypto_box_keypair(made.key.data(), made.secret.data());
    return made;
}

Result<ServerAnswer> serverAnswerIn(std::string_view text, const Asking& asking) {
    const Json object = STINT_TRY(serverObject(text));
    const auto sealed = from64(textMember(object, "sealed").value_or(""));
    if (!sealed || sealed->size() < crypto_box_SEALBYTES) return wrongServer("sealed", "sealed, in base64url");
    std::string plain(sealed->size() - crypto_box_SEALBYTES, '\0');
    if (crypto_box_seal_open(bytesOf(plain), bytesOf(*sealed), sealed->size(), asking.key.data(),
                             asking.secret.data()) != 0)
        return wrongServer("sealed", "sealed for the one that asks");
    const Json secret = Json::parse(plain, nullptr, false);
    if (!secret.is_object()) return wrongServer("sealed", "a JSON object");
    auto authority = STINT_TRY(Authority::parse(textMember(secret, "nkeys").value_or("")));
    const auto keys = ServerKeys::parse(from64(textMember(secret, "keys").value_or("")).value_or(""));
    if (!keys) return wrongServer("keys", "a server's");
    const auto list = secret.find("routes");
    if (list == secret.end() || !list->is_array() || list->empty() || list->size() > mostRoutes)
        return wrongServer("routes", "a list");
    std::vector<std::string> routes;
    for (const Json& one : *list) {
        if (!one.is_string() || !routeIn(one.get<std::string>())) return wrongServer("routes", "a list of addresses");
        routes.push_back(one.get<std::string>());
    }
    return ServerAnswer{std::move(authority), *keys, std::move(routes)};
}

} // namespace stint::push
