// The lease by which one server of a cluster leads a fleet (fleet.md §5.1): a value of the broker's that runs out, so
// that another one leads when this one is gone. It saves work, and keeps nothing safe: that is the log's doing, where a
// number is written once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "push/broker/broker.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

class Lease {
public:
    static constexpr Duration usualLife = std::chrono::seconds(15);

    /// `member` is this server's name in the cluster, and `route` its place there, which people are told. What nobody
    /// renews for `life` is free.
    Lease(std::string member, std::string route, Duration life)
        : itself_(std::move(member) + " " + std::move(route)), life_(life) {}

    /// Its place at the broker is there, and kept by so many servers.
    Result<void> open(const push::Broker& broker, int replicas) const;
    /// Takes it where nobody has it, and renews it, three times in its life at most. False: another server leads.
    /// Unavailable: the broker does not say.
    Result<bool> hold(const push::Broker& broker, Instant now);
    /// When hold() is to be called again: a third of its life later, or, where another server leads and has not renewed
    /// it since the call before, a fifth of that.
    Instant renewal() const { return renewal_; }
    /// No other server leads before that; nullopt: this one does not.
    std::optional<Instant> end() const { return leads_ ? std::optional(held_ + life_) : std::nullopt; }
    /// The place of the server that leads, where another does.
    const std::string& leader() const { return leader_; }

private:
    Result<bool> take(const push::Broker& broker);

    std::string itself_, leader_;
    Duration life_;
    bool leads_ = false;
    std::uint64_t seen_ = 0; ///< the revision by which another server led
    Instant held_{};         ///< when the broker was asked that has said so last
    Instant renewal_{};
};

} // namespace stint::fleet
