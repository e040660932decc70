#include "programs/transfer/tus.hpp"

#include <algorithm>

#include <curl/curl.h>

#include "base/result/fail.hpp"
#include "base/text/number.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer::tus {
namespace {

/// True if `word` is one of a list with commas.
bool lists(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        auto end = std::min(list.find(','), list.size());
        std::string_view one = list.substr(0, end);
        while (one.starts_with(' '))
            one.remove_prefix(1);
        while (one.ends_with(' '))
            one.remove_suffix(1);
        if (one == word) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

} // namespace

Result<Offer> readOffer(std::string_view versions, std::string_view extensions, std::string_view algorithms,
                        std::string_view largest) {
    if (!lists(versions, "1.0.0"))
        return fail(Errc::ILLEGAL_STATE, "{}",
                    versions.empty() ? "the server does not support tus"
                                     : "the server does not support version 1.0.0 of tus");
    if (!lists(extensions, "creation"))
        return fail(Errc::ILLEGAL_STATE, "the server does not allow creating tus uploads");
    Offer offer{.termination = lists(extensions, "termination"), .checksum = {}, .largest = readNumber(largest)};
    if (!lists(extensions, "checksum")) return offer;
    for (const std::string_view algorithm : {"sha512", "sha256", "sha1"}) {
        if (!lists(algorithms, algorithm)) continue;
        offer.checksum = algorithm;
        break;
    }
    return offer;
}

std::string metadata(std::string_view fileName) {
    return fmt::format("Upload-Metadata: filename {}", toBase64(fileName));
}

std::string checksumHeader(std::string_view algorithm, std::string_view digest) {
    return fmt::format("Upload-Checksum: {} {}", algorithm, toBase64(digest));
}

std::optional<Bytes> readNumber(std::string_view value) {
    // Digits alone (tus 1.0.0, Headers): "-0" is none, though it is 0.
    return value.starts_with('-') ? std::nullopt : numberIn<Bytes>(value);
}

std::optional<std::int64_t> readExpiry(const std::string& value) {
    auto time = curl_getdate(value.c_str(), nullptr);
    return time < 0 ? std::nullopt : std::optional<std::int64_t>(time);
}

} // namespace stint::transfer::tus
