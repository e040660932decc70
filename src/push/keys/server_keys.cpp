#include "push/keys/server_keys.hpp"

#include <algorithm>

#include <sodium.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "push/envelope/bytes.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {

static_assert(crypto_secretbox_KEYBYTES == 32 && crypto_box_PUBLICKEYBYTES == 32 && crypto_box_SECRETKEYBYTES == 32);

Result<ServerKeys> ServerKeys::open(const std::filesystem::path& file) {
    const auto wrong = [&](std::string_view what) { return fail(Errc::STORAGE, "{}: {}", file.string(), what); };
    const Fd made = STINT_TRY(privateFile(file));
    ServerKeys keys;
    std::array<unsigned char, 96> bytes{};
    const ssize_t read = ::pread(made.get(), bytes.data(), bytes.size(), 0);
    if (read == 0) {
        crypto_secretbox_keygen(keys.values.data());
        crypto_box_keypair(keys.publicKey.data(), keys.secretKey.data());
        auto to = std::ranges::copy(keys.values, bytes.begin()).out;
        to = std::ranges::copy(keys.publicKey, to).out;
        std::ranges::copy(keys.secretKey, to);
        const auto written = ::pwrite(made.get(), bytes.data(), bytes.size(), 0);
        if (written != std::ssize(bytes) || ::fsync(made.get()) != 0) {
            [[maybe_unused]] const int ignored = ::ftruncate(made.get(), 0);
            return wrong("cannot be written");
        }
        return keys;
    }
    unsigned char more = 0;
    if (read != std::ssize(bytes) || ::pread(made.get(), &more, 1, read) != 0)
        return wrong("it has no keys of a server");
    const auto* from = bytes.data();
    for (auto* const part : {&keys.values, &keys.publicKey, &keys.secretKey}) {
        std::copy_n(from, part->size(), part->begin());
        from += part->size();
    }
    return keys;
}

std::optional<LineKey> opened(std::string_view sealedKey, const ServerKeys& keys) {
    LineKey key{};
    if (sealedKey.size() != crypto_box_SEALBYTES + key.size()) return std::nullopt;
    if (crypto_box_seal_open(key.data(), bytesOf(sealedKey), sealedKey.size(), keys.publicKey.data(),
                             keys.secretKey.data()) != 0)
        return std::nullopt;
    return key;
}

} // namespace stint::push
