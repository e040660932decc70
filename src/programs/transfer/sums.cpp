#include "programs/transfer/sums.hpp"

#include <fmt/core.h>

#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/offered.hpp"
#include "programs/transfer/url.hpp"

namespace stint::transfer {
namespace {

constexpr Bytes longestSums = 64_KiB;

std::string lastPartOf(const std::string& url) {
    const std::string location = locationOf(url);
    return location.substr(location.rfind('/') + 1);
}

} // namespace

Sums::Sums(CURLM* multi, const Download& download)
    : name_(lastPartOf(download.url)),
      fetch_(multi, {.url = withSuffix(download.url, ".sha256")}, download.access, *this) {}

Fetch::Take Sums::take(std::span<const char> bytes) {
    if (static_cast<Bytes>(text_.size() + bytes.size()) > longestSums) return Fetch::Take::Drop;
    text_.append(bytes.begin(), bytes.end());
    return Fetch::Take::All;
}

std::optional<Ending> Sums::conclude(CURLcode code, std::string& digest) const {
    const Response response = fetch_.response();
    const bool there = response.http ? response.status == 200 : code == CURLE_OK;
    const Fault fault = fetch_.fault(code);
    const bool tooLong = code == CURLE_WRITE_ERROR && !fault.endless;
    if (code != CURLE_OK && !tooLong) {
        Ending ending = endingOf(fault);
        // An ftp server reports a missing file by an error.
        if (ending.exitCode == ends::noInput) return std::nullopt;
        return ending;
    }
    if (!there) {
        Ending ending = refusal(response);
        return ending.fate == Fate::Later ? std::optional(ending) : std::nullopt;
    }
    if (std::string flaw = flawOf(response); !flaw.empty()) return never(ends::protocol, std::move(flaw));
    if (!tooLong) digest = digestInSums(text_, name_);
    if (!digest.empty()) return std::nullopt;
    return never(ends::badData, fmt::format("the .sha256 file has no SHA-256 of {}", name_));
}

} // namespace stint::transfer
