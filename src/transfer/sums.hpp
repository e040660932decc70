// The ".sha256" beside a file, asked for before the file itself (`--checksum auto`).
#pragma once
#include <string>

#include "transfer/download.hpp"
#include "transfer/fetch.hpp"

namespace stint::transfer {

class Sums final : private Fetch::Peer {
public:
    Sums(CURLM* multi, const Download& download);

    bool is(const CURL* handle) const { return fetch_.is(handle); }
    /// After it ended with `code`. An Ending: the file may not be downloaded now; else `digest` is the file's, or empty
    /// where nothing lies beside it.
    std::optional<Ending> conclude(CURLcode code, std::string& digest) const;

private:
    Fetch::Take take(std::span<const char> bytes) override;

    std::string name_; ///< the file's, in the URL
    std::string text_;
    Fetch fetch_;
};

} // namespace stint::transfer
