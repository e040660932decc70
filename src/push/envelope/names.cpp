#include "push/envelope/names.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

constexpr std::size_t tokenBytes = 32;
constexpr std::size_t tokenLength = 43;
constexpr std::size_t registrationLength = 52;
constexpr std::size_t deviceBytes = 16;
constexpr std::size_t deviceLength = 26;

bool isOf(std::string_view text, std::size_t length, std::string_view alphabet) {
    return text.size() == length && text.find_first_not_of(alphabet) == std::string_view::npos;
}

template <std::size_t size> std::array<unsigned char, size> randomBytes() {
    std::array<unsigned char, size> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string subjectOf(std::string_view prefix, const Address& to) {
    return fmt::format("{}{}.{}.{}.{}", prefix, to.shard, to.device, letterOf(to.urgency), to.registration);
}

} // namespace

std::string newToken() { return in64(charactersOf(randomBytes<tokenBytes>())); }

// The characters are hashed, not the bytes that they stand for.
std::optional<std::string> registrationOf(std::string_view token) {
    if (token.size() != tokenLength || !from64(token)) return std::nullopt;
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), bytesOf(token), token.size());
    return in32(charactersOf(hash), base32);
}

bool isRegistration(std::string_view name) { return isOf(name, registrationLength, base32); }

std::string newDevice() { return in32(charactersOf(randomBytes<deviceBytes>()), crockford); }
bool isDevice(std::string_view name) { return isOf(name, deviceLength, crockford); }

std::string shardOf(std::string_view device) {
    std::array<unsigned char, crypto_generichash_BYTES> hash{}; // BLAKE2b-256
    static_assert(crypto_generichash_BYTES == 32);
    crypto_generichash(hash.data(), hash.size(), bytesOf(device), device.size(), nullptr, 0);
    return std::string(shards.at(hash.front() % shards.size()));
}
bool isShard(std::string_view shard) { return std::ranges::find(shards, shard) != shards.end(); }

std::optional<Urgency> urgencyOf(std::string_view letter) {
    const auto isIts = [&](std::string_view word) { return word.substr(0, 1) == letter; };
    const auto found = std::ranges::find_if(urgencyWords, isIts);
    if (found == urgencyWords.end()) return std::nullopt;
    return static_cast<Urgency>(found - urgencyWords.begin());
}

std::string storedSubject(const Address& address) { return subjectOf(storedPrefix, address); }
std::string liveSubject(const Address& address) { return subjectOf(livePrefix, address); }
std::string liveSubjects(std::string_view shard, std::string_view device) {
    return fmt::format("{}{}.{}.>", livePrefix, shard, device);
}

std::optional<Address> addressIn(std::string_view subject) {
    if (subject.starts_with(storedPrefix))
        subject.remove_prefix(storedPrefix.size());
    else if (subject.starts_with(livePrefix))
        subject.remove_prefix(livePrefix.size());
    else
        return std::nullopt;
    const auto parts = splitAt(subject, ".");
    if (parts.size() != 4 || !isShard(parts[0]) || !isDevice(parts[1]) || !isRegistration(parts[3]))
        return std::nullopt;
    const auto urgency = urgencyOf(parts[2]);
    if (!urgency) return std::nullopt;
    return Address{std::string(parts[0]), std::string(parts[1]), *urgency, std::string(parts[3])};
}

std::string streamOf(std::string_view shard) { return fmt::format("STINT_P_{}", shard); }

std::string streamOfSubject(std::string_view subject) {
    const auto to = addressIn(subject);
    STINT_CHECK(to);
    return streamOf(to->shard);
}

} // namespace stint::push
