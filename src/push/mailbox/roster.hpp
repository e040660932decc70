// The devices that have joined (push.md §3.1): in the broker's bucket, sealed with a key of the servers' own, and a
// mirror of them here. One that is revoked stays so. Any thread may call.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/broker/broker.hpp"
#include "push/keys/server_keys.hpp"
#include "push/mailbox/bucket_reader.hpp"

namespace stint::push {

/// The bucket of what the servers know of devices and registrations (§2).
inline constexpr std::string_view registryBucket = "STINT_REG";

/// A device as the server knows it.
struct Member {
    std::string device;
    std::string key;  ///< its public one; empty: it is not known
    std::string code; ///< by which it has joined, cut short; empty: it is not known
    WallTime joined;
    std::optional<WallTime> revoked = {}; ///< since when it gets in no more

    bool operator==(const Member&) const = default;
};

class Roster {
public:
    static constexpr std::size_t mostByCode = 1'000, mostMembers = 50'000; ///< PROPOSAL, both

    /// `heard` is called when another server has revoked one, from a thread of libnats.
    Roster(const Broker& broker, ServerKeys keys, std::function<void()> heard);

    /// Follows the broker's bucket. Unavailable where it does not answer.
    Result<void> follow();
    /// All that the bucket has is known, after a connection was lost. It is there already.
    Result<void> open();
    /// Reads what is new in it.
    Result<void> readNew();

    /// The device has joined. LimitExceeded: as many as may have joined by its code; Unavailable: there is no room for
    /// more, or the broker is away.
    Result<void> admit(const Member& member);
    /// The device is revoked from now on, if it is not already; `key` may be empty. Unavailable: the broker is away.
    Result<void> revoke(const std::string& device, const std::string& key, WallTime since);

    /// Unavailable: not all are known yet.
    Result<std::optional<Member>> find(const std::string& device) const;
    bool isRevoked(const std::string& device) const;
    std::vector<Member> revoked() const;
    /// The first `most` of those after that name.
    Result<std::vector<Member>> after(const std::string& device, std::size_t most) const;

private:
    Result<void> put(const Member& member);
    bool take(const Stored& value);

    const Broker& broker_;
    BucketReader reader_;
    ServerKeys keys_;
    std::function<void()> heard_;
    mutable std::mutex mutex_;
    bool isRead_ = false;
    std::map<std::string, Member> all_;
    std::map<std::string, std::size_t> byCode_;
    std::mutex changing_; ///< one change after another
};

} // namespace stint::push
