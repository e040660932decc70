#include "stint/push_keys.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "push/webpush/encryption.hpp"
#include "push/webpush/key_pair.hpp"
#include "push/webpush/openssl.hpp"

namespace stint {

struct PushKeys::Secrets {
    webpush::KeyPair pair;
    std::string secret; ///< its bytes
    std::string p256dh, auth;

    Secrets(webpush::KeyPair its, std::string shared)
        : pair(std::move(its)), secret(std::move(shared)), p256dh(webpush::toBase64Url(pair.point())),
          auth(webpush::toBase64Url(secret)) {}
};

PushKeys::PushKeys(std::shared_ptr<const Secrets> its) : its_(std::move(its)) {}

PushKeys PushKeys::make() {
    return PushKeys(std::make_shared<Secrets>(webpush::KeyPair::random(), webpush::randomBytes(webpush::authSize)));
}

Result<PushKeys> PushKeys::parse(std::string_view text) {
    const std::string whole(text);
    const auto json = nlohmann::json::parse(whole, nullptr, false);
    const bool hasSecret = json.is_object() && json.contains("auth") && json["auth"].is_string();
    auto secret = hasSecret ? webpush::fromBase64Url(json["auth"].get_ref<const std::string&>(), webpush::authSize)
                            : std::nullopt;
    if (!secret) return fail(Errc::ILLEGAL_ARGUMENT, "it is no text of an app's keys: it has no \"auth\" of 16 bytes");
    auto pair = STINT_TRY(webpush::KeyPair::read(whole));
    return PushKeys(std::make_shared<Secrets>(std::move(pair), *std::move(secret)));
}

std::string PushKeys::text() const {
    const nlohmann::ordered_json keys{
        {"publicKey", its_->p256dh}, {"privateKey", webpush::toBase64Url(its_->pair.secret())}, {"auth", its_->auth}};
    return keys.dump() + "\n";
}

const std::string& PushKeys::p256dh() const { return its_->p256dh; }
const std::string& PushKeys::auth() const { return its_->auth; }

Result<std::string> PushKeys::decrypt(std::string_view message) const {
    return webpush::decrypt(message, its_->pair, its_->secret);
}

} // namespace stint
