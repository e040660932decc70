#include "fleet/signing/secret_key.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <ranges>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "fleet/signing/format.hpp"

namespace stint::fleet {
namespace {

using Number = std::array<unsigned char, 8>; ///< its lowest byte first

/// The part that a password encrypts.
struct Inner {
    KeyId id;
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> pair;
    std::array<unsigned char, 32> checksum;
};
struct SecretKeyBytes {
    Mark algorithm, derivation, checksum;
    std::array<unsigned char, crypto_pwhash_scryptsalsa208sha256_SALTBYTES> salt;
    Number operations, memory;
    Inner inner;
};
static_assert(sizeof(SecretKeyBytes) == 158);

/// minisign's proportion, of libsodium's limits and of their halves where there is less memory.
constexpr std::uint64_t memoryOfOperation = 32;
static_assert(mostMemory == crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE &&
              mostMemory == crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE * memoryOfOperation &&
              leastMemory == crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_MIN * memoryOfOperation);

constexpr Mark scrypt{'S', 'c'}, noPassword{0, 0}, blake2b{'B', '2'};
constexpr std::string_view firstLine = "untrusted comment: minisign secret key\n";
constexpr std::size_t longestPassword = 1000; // minisign reads a line of 1023

Number bytesOfNumber(std::uint64_t number) {
    Number bytes{};
    for (auto& byte : bytes) {
        byte = static_cast<unsigned char>(number & 0xffU);
        number >>= 8U;
    }
    return bytes;
}
std::uint64_t numberOf(const Number& bytes) {
    std::uint64_t number = 0;
    for (const auto byte : std::views::reverse(bytes))
        number = number << 8U | byte;
    return number;
}

std::array<unsigned char, 32> checksumOf(const Inner& inner) {
    std::array<unsigned char, 32> sum{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, sum.size());
    crypto_generichash_update(&state, ed25519.data(), ed25519.size());
    crypto_generichash_update(&state, inner.id.bytes.data(), inner.id.bytes.size());
    crypto_generichash_update(&state, inner.pair.data(), inner.pair.size());
    crypto_generichash_final(&state, sum.data(), sum.size());
    sodium_memzero(&state, sizeof state);
    return sum;
}

/// Encrypts, and decrypts what is encrypted.
Result<void> applyPassword(SecretKeyBytes& bytes, std::string_view password) {
    const auto operations = numberOf(bytes.operations), memory = numberOf(bytes.memory);
    Secret<std::array<unsigned char, sizeof(Inner)>> stream;
    if (crypto_pwhash_scryptsalsa208sha256(stream->data(), stream->size(), password.data(), password.size(),
                                           bytes.salt.data(), operations, memory) != 0)
        return fail(Errc::SYSTEM, "a secret key's password takes {} MiB of memory, and they are not to be had",
                    memory >> 20U);
    const auto inner = roomOf(bytes.inner);
    std::ranges::transform(inner, *stream, inner.begin(), std::bit_xor<>{});
    return {};
}

Result<Secret<SecretKeyBytes>> bytesOfFile(std::string_view file) {
    const auto lines = STINT_TRY(linesOf(file, 2, "secret key"));
    Secret<SecretKeyBytes> bytes;
    const auto isOne = [&] { return bytes->algorithm == ed25519 && bytes->checksum == blake2b; };
    if (!from64(lines[1], roomOf(*bytes)) || !isOne())
        return fail(Errc::ILLEGAL_ARGUMENT, "this is no secret key of minisign: its second line has {} characters",
                    lengthIn64(sizeof *bytes));
    if (bytes->derivation != scrypt && bytes->derivation != noPassword)
        return fail(Errc::ILLEGAL_ARGUMENT, "this secret key has a password by other means than scrypt");
    return bytes;
}

// With less memory for its operations, libsodium works in more lanes: these took 513 MiB and 11 seconds where a file
// said that none was needed.
Result<void> checkEffort(const SecretKeyBytes& bytes) {
    const auto operations = numberOf(bytes.operations), memory = numberOf(bytes.memory);
    if (memory < leastMemory || memory > mostMemory || memory % memoryOfOperation != 0 ||
        operations != memory / memoryOfOperation)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "this secret key's password would take {} bytes of memory and {} operations: {} to {} bytes may be "
                    "taken, and an operation for each {}",
                    memory, operations, leastMemory, mostMemory, memoryOfOperation);
    return {};
}

Secret<SecretKeyBytes> bytesOfKey(const KeyId& id, const Secret<std::array<unsigned char, 64>>& pair) {
    Secret<SecretKeyBytes> bytes; // zeros
    bytes->algorithm = ed25519;
    bytes->checksum = blake2b;
    bytes->inner.id = id;
    bytes->inner.pair = *pair;
    bytes->inner.checksum = checksumOf(bytes->inner);
    return bytes;
}

SecretText fileOf(const SecretKeyBytes& bytes) {
    constexpr std::size_t length = lengthIn64(sizeof bytes);
    SecretText file(firstLine.size() + length + 1);
    std::ranges::copy(firstLine, file.data());
    sodium_bin2base64(file.data() + firstLine.size(), length + 1, bytesIn(bytes).data(), sizeof bytes,
                      sodium_base64_VARIANT_ORIGINAL);
    file.data()[file.size() - 1] = '\n';
    return file;
}

} // namespace

SecretKey SecretKey::make() {
    SecretKey key;
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> point{};
    randombytes_buf(key.id_.bytes.data(), key.id_.bytes.size());
    crypto_sign_keypair(point.data(), key.pair_->data());
    return key;
}

Result<bool> SecretKey::isLocked(std::string_view file) {
    const auto bytes = STINT_TRY(bytesOfFile(file));
    return bytes->derivation == scrypt;
}

Result<SecretKey> SecretKey::read(std::string_view file, std::optional<std::string_view> password) {
    auto bytes = STINT_TRY(bytesOfFile(file));
    const Inner& inner = bytes->inner;
    const bool locked = bytes->derivation == scrypt;
    if (locked) {
        STINT_TRY(checkEffort(*bytes));
        if (!password) return fail(Errc::ILLEGAL_STATE, "this secret key has a password");
        STINT_TRY(applyPassword(*bytes, *password));
    }
    const auto checksum = checksumOf(inner);
    const bool isWhole = sodium_memcmp(checksum.data(), inner.checksum.data(), checksum.size()) == 0;
    const bool hasNone = sodium_is_zero(inner.checksum.data(), inner.checksum.size()) == 1;
    if (locked && !isWhole) return fail(Errc::SECURITY, "wrong password for this secret key, or its file is damaged");
    if (!isWhole && !hasNone) return fail(Errc::SECURITY, "this secret key's file is damaged: its checksum is wrong");

    // Ed25519 takes the public key into each signature: one that is not the seed's own would give the seed away.
    SecretKey key;
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> point{};
    crypto_sign_seed_keypair(point.data(), key.pair_->data(), inner.pair.data());
    if (sodium_memcmp(key.pair_->data(), inner.pair.data(), inner.pair.size()) != 0)
        return fail(Errc::SECURITY, "this secret key's file is damaged: its public half is another key's");
    key.id_ = inner.id;
    return key;
}

SecretText SecretKey::unlockedFile() const { return fileOf(*bytesOfKey(id_, pair_)); }

Result<SecretText> SecretKey::lockedFile(std::string_view password, Bytes memory) const {
    if (password.empty() || password.size() > longestPassword ||
        password.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
        return fail(Errc::ILLEGAL_ARGUMENT, "a secret key's password is a line of 1 to {} bytes", longestPassword);
    auto bytes = bytesOfKey(id_, pair_);
    bytes->derivation = scrypt;
    randombytes_buf(bytes->salt.data(), bytes->salt.size());
    bytes->operations = bytesOfNumber(static_cast<std::uint64_t>(memory) / memoryOfOperation);
    bytes->memory = bytesOfNumber(static_cast<std::uint64_t>(memory));
    STINT_TRY(checkEffort(*bytes));
    STINT_TRY(applyPassword(*bytes, password));
    return fileOf(*bytes);
}

PublicKey SecretKey::publicKey() const {
    PublicKey key{.id = id_};
    crypto_sign_ed25519_sk_to_pk(key.point.data(), pair_->data());
    return key;
}

std::array<unsigned char, 64> SecretKey::signatureOf(std::string_view bytes) const {
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr, bytesOf(bytes).data(), bytes.size(), pair_->data());
    return signature;
}

std::optional<Secret<std::array<unsigned char, 32>>> SecretKey::opened(const SealedKey& sealed) const {
    Secret<std::array<unsigned char, crypto_box_SECRETKEYBYTES>> scalar;
    std::array<unsigned char, crypto_box_PUBLICKEYBYTES> point{};
    std::optional<Secret<std::array<unsigned char, 32>>> key(std::in_place);
    if (crypto_sign_ed25519_sk_to_curve25519(scalar->data(), pair_->data()) != 0 ||
        crypto_scalarmult_base(point.data(), scalar->data()) != 0 ||
        crypto_box_seal_open((*key)->data(), sealed.data(), sealed.size(), point.data(), scalar->data()) != 0)
        return std::nullopt;
    return key;
}

} // namespace stint::fleet
