// The ".sha256" file beside a file, fetched before the file itself (`--checksum auto`).
#pragma once
#include <string>

#include "programs/transfer/fetch.hpp"
#include "programs/transfer/spec.hpp"

namespace stint::transfer {

/// The ".sha256" file beside a file, fetched before the file itself (`--checksum auto`).
class Sums final : private Fetch::Client {
public:
    Sums(CURLM* multi, const Download& download);

    bool is(const CURL* handle) const { return fetch_.is(handle); }
    /// To be called after the fetch ended with `code`. An Ending: the file cannot be downloaded now; else `digest` is
    /// the file's, or empty if there is no such file.
    std::optional<Ending> conclude(CURLcode code, std::string& digest) const;

private:
    Fetch::Take take(std::span<const char> bytes) override;

    std::string name_; ///< the file's name, in the URL
    std::string text_;
    Fetch fetch_;
};

} // namespace stint::transfer
