#include "fleet/trust/seal.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "fleet/document/paper.hpp"
#include "fleet/signing/format.hpp"

namespace stint::fleet {
namespace {

/// A seal's members, as its row has them.
struct SealRow {
    std::string stamps;
};

constexpr std::size_t longestStamps = lengthIn64(mostSealed * sizeof(Stamp));

// clang-format off
constexpr auto sealFields = std::to_array<Field<SealRow>>({
    {.key = "stamps", .member = &SealRow::stamps, .limits = {1, std::int64_t{longestStamps}}, .must = true,
     .meaning = "of each report that was found signed, base64"},
});
// clang-format on

std::string written(const SealRow& row) { return jsonOf({tableOf(sealFields, row)}); }

} // namespace

Stamp stampOf(const PublicKey& key, std::string_view report) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (const ByteSpan part : {bytesIn(key), bytesOf(report)})
        crypto_hash_sha256_update(&state, part.data(), part.size());
    crypto_hash_sha256_final(&state, hash.data());
    Stamp stamp{};
    std::copy_n(hash.begin(), stamp.size(), stamp.begin());
    return stamp;
}

std::string documentOf(const Seal& seal) {
    const std::vector<Stamp> all(seal.stamps.begin(), seal.stamps.end());
    return written({in64({reinterpret_cast<const unsigned char*>(all.data()), all.size() * sizeof(Stamp)})});
}

std::string commentOf(const Seal&) { return "stint seal"; }

Result<Seal> sealIn(std::string_view document) {
    const auto row = STINT_TRY(paperIn(document, "the seal", sealFields, written));
    std::vector<Stamp> all(row.stamps.size() / 4 * 3 / sizeof(Stamp));
    const bool areStamps =
        from64(row.stamps, {reinterpret_cast<unsigned char*>(all.data()), all.size() * sizeof(Stamp)});
    if (!areStamps || std::ranges::adjacent_find(all, std::greater_equal()) != all.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "the seal: its stamps are none, or not in their order");
    return Seal{Stamps(all.begin(), all.end())};
}

} // namespace stint::fleet
