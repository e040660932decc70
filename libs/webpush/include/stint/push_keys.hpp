// An app's keys for messages from elsewhere, which nobody on their way can read (RFC 8291; Stint's push.md §2, §4.3).
//
//     auto keys = stint::PushKeys::make();               // once; keep keys.text() where no other user reads it
//     send(server, endpoint, keys.p256dh(), keys.auth()); // what the app's own server encrypts with
//     if (auto plain = keys.decrypt(message); plain.ok()) // each message: Connector2.Message, Message::bytes
//         show(plain.value());
//
// The library is libstint-webpush, which links OpenSSL's libcrypto; libstint does without. It needs no daemon.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "stint/export.hpp"
#include "stint/result.hpp"

namespace stint {

/// The public key and its private one, and the secret beside them. Copies share them; any thread may use them.
class STINT_API PushKeys {
public:
    /// New ones, by chance.
    static PushKeys make();
    /// Those of a text() that was kept. IllegalArgument: it is none, or its keys are no pair.
    static Result<PushKeys> parse(std::string_view text);

    /// All of them, private ones too: whoever has it reads the app's messages.
    std::string text() const;
    /// The public key, as browsers and UnifiedPush write it: 87 characters of base64url.
    const std::string& p256dh() const;
    /// The secret that the app and its server share: 22 characters of base64url.
    const std::string& auth() const;

    /// The text of a message that was encrypted with them (Content-Encoding: aes128gcm), at most 3,993 bytes of a
    /// message of 4,096. IllegalArgument: it is encrypted for other keys, not at all, or was changed on its way.
    Result<std::string> decrypt(std::string_view message) const;

private:
    struct Secrets;
    explicit PushKeys(std::shared_ptr<const Secrets> its);
    std::shared_ptr<const Secrets> its_;
};

} // namespace stint
