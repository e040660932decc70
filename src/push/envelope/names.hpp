// The names of push.md §2: tokens, devices, shards, subjects. All are made of characters that a subject of NATS takes.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "contract/model/push.hpp"

namespace stint::push {

/// A registration's token: 32 random bytes in 43 characters of base64url. The device and the app's server know it.
std::string newToken();
/// The path of its endpoint begins so, at the server's origin; the token follows.
inline constexpr std::string_view postPath = "/push/v1/";
/// The name of the token's registration in the store: 52 characters. nullopt: no token has this form.
std::optional<std::string> registrationOf(std::string_view token);
bool isRegistration(std::string_view name);

/// A device's name: 128 random bits in 26 characters of Crockford's base32; it says nothing of user or machine.
std::string newDevice();
bool isDevice(std::string_view name);

inline constexpr std::array<std::string_view, 16> shards{"00", "01", "02", "03", "04", "05", "06", "07",
                                                         "08", "09", "0a", "0b", "0c", "0d", "0e", "0f"};
/// One of them. It is reckoned once, and stored from then on.
std::string shardOf(std::string_view device);
bool isShard(std::string_view shard);

/// By letterOf() (contract/model/push.hpp).
std::optional<Urgency> urgencyOf(std::string_view letter);

/// The place of a message: a device's registration, and an urgency.
struct Address {
    std::string shard;
    std::string device;
    Urgency urgency = Urgency::Normal;
    std::string registration;

    auto operator<=>(const Address&) const = default;
};
/// The subjects of all messages begin so, in the store and as they are told.
inline constexpr std::string_view storedPrefix = "stint.p.", livePrefix = "stint.live.";
/// stint.p.SHARD.DEVICE.U.REGISTRATION: where the store keeps it.
std::string storedSubject(const Address& address);
/// stint.live.…: where it is told.
std::string liveSubject(const Address& address);
/// All that is told to a device.
std::string liveSubjects(std::string_view shard, std::string_view device);
/// The address of a subject of either form.
std::optional<Address> addressIn(std::string_view subject);

/// The stream that keeps a shard: STINT_P_0f.
std::string streamOf(std::string_view shard);
/// The stream of a subject, which was made of an address.
std::string streamOfSubject(std::string_view subject);

} // namespace stint::push
