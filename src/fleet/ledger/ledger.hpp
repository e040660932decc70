// The campaigns of a fleet and their logs, in the broker's bucket (fleet.md §2): a campaign's document, and the entries
// that whoever led has appended, each under a number of its own. Every key is written once, or not at all: so of two
// servers that each believe that they lead one finds out, before anybody is told of what it has decided (§5). Whatever
// else is in the bucket is told, and ends what is read of that campaign alone.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "fleet/rollout/record_text.hpp"
#include "fleet/trust/signed.hpp"
#include "push/broker/broker.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

inline constexpr const char* ledgerBucket = "STINT_FLEET";

class Ledger {
public:
    /// Makes the bucket where it is not there, and gives it more replicas where it has less. The broker outlives it.
    static Result<Ledger> open(const push::Broker& broker, int replicas = 1);
    /// The newest revision that was there then.
    std::uint64_t last() const { return last_; }

    // Both are durable where they succeed, and return their revision; and may be tried again: what is there already
    // with the same text is written. Unavailable: nobody knows whether it is written, or will be yet; where a number is
    // not tried again, the log is to be read before anything else is.

    /// IllegalArgument: the document is not that campaign's. IllegalState: the campaign is there, with other
    /// signatures.
    Result<std::uint64_t> begin(const std::string& campaign, const Signed& document) const;
    /// The campaign's entry of that number, from 1 on, where all before it are there. IllegalState: somebody else has
    /// written it, so this one leads no more. IllegalArgument: it is no entry, or too long.
    Result<std::uint64_t> append(const std::string& campaign, std::uint32_t number, const Entry& entry) const;

    /// The campaign is over for good, and goes with its log.
    Result<void> remove(const std::string& campaign) const;

    /// How far a reader has come.
    struct Place {
        struct Progress {
            bool hasBegun = false;
            bool isDamaged = false;
            std::uint32_t entries = 0;
        };
        std::string campaign;   ///< the only one that is read; empty: all are
        std::uint64_t next = 1; ///< revision
        push::Stored newest;    ///< the last value that was read
        std::map<std::string, Progress> campaigns;
    };
    struct Taker {
        std::function<void(const std::string& campaign, const Signed& document)> document;
        std::function<void(const std::string& campaign, std::uint32_t number, const Entry& entry)> entry;
        /// Nothing more of that campaign is told. Empty: a key that is no campaign's.
        std::function<void(const std::string& campaign, const Error& why)> damaged;
    };
    /// Tells what was written since: of each campaign its document, and then its entries in their order. Unavailable:
    /// not all could be read; the place is behind what was told.
    Result<void> read(Place& place, const Taker& taker) const;
    /// The last value that was read stands there as it was.
    Result<bool> stands(const Place& place) const;

private:
    Ledger(const push::Broker& broker, std::uint64_t last) : broker_(&broker), last_(last) {}

    const push::Broker* broker_;
    std::uint64_t last_;
};

} // namespace stint::fleet
