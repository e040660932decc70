// The words of a device that joins a server, or leaves it, and of that server, over HTTP (push.md §3.1): JSON, read
// here without trust in either.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/envelope/envelope.hpp"
#include "push/keys/nkey.hpp"
#include "push/keys/server_keys.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// The path at the server's origin.
inline constexpr std::string_view devicesPath = "/push/v1/devices";

/// A code that lets devices join this server until then, cut down to whole seconds.
std::string codeUntil(WallTime end, const ServerKeys& keys);
/// IllegalArgument: it is none of this server's, or has run out.
Result<void> checkCode(std::string_view code, const ServerKeys& keys, WallTime now);

struct JoinQuestion {
    std::string code;
    std::string user; ///< the device's public key, as NATS names it
};
struct LeaveQuestion {
    std::string jwt, signature;
};
/// One of the two is there.
struct DeviceQuestion {
    std::optional<JoinQuestion> join;
    std::optional<LeaveQuestion> leave;
};
inline constexpr std::size_t longestDeviceQuestion = 2'048; ///< bytes
std::string textOf(const JoinQuestion& question);
/// Leaves what the JWT lets in, which is that user.
std::string leaveText(const std::string& jwt, const Nkey& user);
Result<DeviceQuestion> deviceQuestionIn(std::string_view text);
/// The name of the device that leaves. IllegalArgument: the question is not its own, or the JWT is none of `signer`.
Result<std::string> leaverOf(const LeaveQuestion& question, std::string_view signer);

struct JoinAnswer {
    std::string device, shard;
    std::vector<std::string> brokers;
    PublicKey key{};
    std::string jwt;
};
std::string textOf(const JoinAnswer& answer);
Result<JoinAnswer> joinAnswerIn(std::string_view text);

} // namespace stint::push
