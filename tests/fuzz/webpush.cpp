// A push message's body, of a sender or a server that is none, and the header by which a sender says who it is.
#include "fuzz/fuzz.hpp"
#include "push/webpush/encryption.hpp"
#include "push/webpush/vapid.hpp"

using namespace stint;
using namespace stint::webpush;

namespace {

// RFC 8291's app, so that its vector is in the corpus.
const KeyPair& app() {
    static const KeyPair keys =
        KeyPair::of(
            fromBase64Url("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", secretSize).value(),
            fromBase64Url("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                          pointSize)
                .value())
            .value();
    return keys;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const std::string auth = fromBase64Url("BTBZMqHH6r4Tts7J_aSIgg", authSize).value();
    static const std::string origin = "https://push.example.net";
    fuzz::Input input(bytes, size);
    const std::string authorization = input.line();
    const std::string body = input.rest();
    if (const auto plain = decrypt(body, app(), auth); plain.ok())
        fuzz::must(plain->size() < body.size(), "a text is shorter than its body");
    if (const auto plain = open(body, auth); plain.ok())
        fuzz::must(codingOf(body).ok(), "and has a header that can be read");
    const auto signer = signerOf(authorization, origin, WallTime(std::chrono::seconds(1453480000)));
    fuzz::must(!signer.ok() || signer->size() == pointSize, "who signs has a key");
    return 0;
}
