#include "push/keys/server_keys.hpp"

#include <algorithm>

#include <unistd.h>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "push/envelope/bytes.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {

static_assert(crypto_secretbox_KEYBYTES == 32 && crypto_box_PUBLICKEYBYTES == 32 && crypto_box_SECRETKEYBYTES == 32);

namespace {
constexpr std::size_t sizeOfAll = 96;
}

Result<ServerKeys> ServerKeys::open(const std::filesystem::path& file) {
    const auto wrong = [&](std::string_view what) { return fail(Errc::STORAGE, "{}: {}", file.string(), what); };
    const Fd made = STINT_TRY(privateFile(file));
    std::array<char, sizeOfAll + 1> found{};
    const ssize_t read = ::pread(made.get(), found.data(), found.size(), 0);
    if (read == 0) {
        ServerKeys keys;
        crypto_secretbox_keygen(keys.values.data());
        crypto_box_keypair(keys.publicKey.data(), keys.secretKey.data());
        const std::string bytes = keys.bytes();
        const auto written = ::pwrite(made.get(), bytes.data(), bytes.size(), 0);
        if (written != std::ssize(bytes) || ::fsync(made.get()) != 0) {
            [[maybe_unused]] const int ignored = ::ftruncate(made.get(), 0);
            return wrong("cannot be written");
        }
        return keys;
    }
    const auto keys = parse({found.data(), static_cast<std::size_t>(std::max<ssize_t>(read, 0))});
    if (!keys) return wrong("it has no keys of a server");
    return *keys;
}

std::string ServerKeys::bytes() const {
    std::string all;
    for (const auto* const part : {&values, &publicKey, &secretKey})
        all += charactersOf(*part);
    return all;
}

std::optional<ServerKeys> ServerKeys::parse(std::string_view bytes) {
    if (bytes.size() != sizeOfAll) return std::nullopt;
    ServerKeys keys;
    const auto* from = bytesOf(bytes);
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

std::string sealedText(std::string_view plain, const ServerKeys& keys) {
    std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
    randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(bytesOf(sealed) + crypto_secretbox_NONCEBYTES, bytesOf(plain), plain.size(), bytesOf(sealed),
                          keys.values.data());
    return sealed;
}

std::optional<std::string> unsealedText(std::string_view sealed, const ServerKeys& keys) {
    constexpr std::size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (sealed.size() < around) return std::nullopt;
    std::string plain(sealed.size() - around, '\0');
    if (crypto_secretbox_open_easy(bytesOf(plain), bytesOf(sealed) + crypto_secretbox_NONCEBYTES,
                                   sealed.size() - crypto_secretbox_NONCEBYTES, bytesOf(sealed),
                                   keys.values.data()) != 0)
        return std::nullopt;
    return plain;
}

} // namespace stint::push
