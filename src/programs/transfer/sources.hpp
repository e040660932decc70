// The sources of a download, its URL and then its mirrors; which of them is asked, and which have failed in this run
// (linux.md §B). Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "programs/transfer/access.hpp"
#include "programs/transfer/ending.hpp"
#include "programs/transfer/spec.hpp"

namespace stint::transfer {

/// The URL of the download that has that fingerprint (sourceOf()); empty: none has.
std::string urlOf(const std::string& source, const Download& download);

class Sources {
public:
    explicit Sources(const Download& download);

    bool areSeveral() const { return urls_.size() > 1; }
    const std::string& url() const { return urls_[at_]; }
    /// True if `source` is the fingerprint of the one that is asked.
    bool isAsked(const std::string& source) const;
    /// The server of a mirror that is asked; empty: the URL itself is.
    std::string mirrorAsked() const;
    /// The access for the one that is asked: secrets are for the URL's own server, as where a redirect leads to
    /// another.
    Access access(const Access& given) const;

    /// Goes on with the one of that fingerprint; unchanged if none has it.
    void turnTo(const std::string& source);
    /// The one that is asked failed: turns to the next that has not in this run. Where all have: the run's Ending, for
    /// good only if each failed for good.
    std::optional<Ending> failed(Ending ending);
    /// Another network may lead to those that failed.
    void forgive() { failures_.assign(urls_.size(), std::nullopt); }

private:
    Ending allFailed() const;

    std::vector<std::string> urls_; ///< at least one
    std::vector<std::optional<Ending>> failures_;
    std::size_t at_ = 0;
};

} // namespace stint::transfer
