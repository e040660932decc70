// The registrations of all devices: in the broker's bucket, sealed with a key of the server's own, and a mirror of them
// here, so that a message is checked without asking the broker. Any thread may call.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "push/broker/broker.hpp"
#include "push/envelope/questions.hpp"
#include "push/keys/server_keys.hpp"
#include "push/mailbox/roster.hpp"

namespace stint::push {

/// A registration as the server knows it.
struct Registered {
    std::string name;
    std::string shard, device;
    std::string vapid; ///< the key (a point in base64url) that its sender signs with; empty: none
    bool encrypted = true;
    LineKey lineKey{};
    WallTime made;
    std::optional<WallTime> gone; ///< since when it has been none
    bool misused = false;         ///< too many posts to it were refused (§3)
    std::uint64_t revision = 0;   ///< how often it was changed

    bool operator==(const Registered&) const = default;
};

class Registrations {
public:
    Registrations(const Broker& broker, ServerKeys keys, const Roster& roster);

    /// Follows the broker's bucket. Unavailable where it does not answer.
    Result<void> follow();
    /// The bucket is there, with so many replicas, and all that it has is known: after a connection was lost.
    Result<void> open(int replicas = 1);
    /// Reads what is new in the bucket: in a cluster a change may have been told to the others alone. While that does
    /// not succeed, nobody is told that a registration is none.
    Result<void> readNew();

    /// The registration, one that is gone too. Unavailable: not all are known yet.
    Result<std::optional<Registered>> find(const std::string& name) const;
    /// Those of a device that are not gone, by name.
    std::vector<Registered> of(const std::string& device) const;
    /// One of the device's that is gone, by the first characters of its name.
    std::optional<Registered> goneOf(const std::string& device, const std::string& prefix) const;
    std::size_t count() const;

    /// Does what a device asks for, who is `asker` by the broker's word. IllegalArgument: it may not be; Security: the
    /// device is revoked; Unavailable: the broker is away.
    Result<void> change(const Asker& asker, const RegistrationQuestion& question, WallTime now);

    /// Too many posts to it were refused. Unavailable: the broker is away.
    Result<void> noteMisused(const std::string& name);
    /// All of the device's are gone. Unavailable: the broker is away, and not all of them are.
    Result<void> leave(const std::string& device, WallTime now);

private:
    Result<void> put(const Registered& registered);
    void take(const Stored& value);

    const Broker& broker_;
    BucketReader reader_;
    ServerKeys keys_;
    const Roster& roster_;
    mutable std::mutex mutex_;
    bool isRead_ = false; ///< all of it, and what came since
    std::map<std::string, Registered> all_;
    std::map<std::string, std::set<std::string>> byDevice_; ///< those that are not gone
    std::mutex changing_;                                   ///< one change after another
};

} // namespace stint::push
