// The words of a device that joins a server, or leaves it, and of that server, over HTTP (push.md §3.1); and of a
// server that joins a cluster, and the one that it asks (§3.3). JSON, read here without trust in either.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/envelope/envelope.hpp"
#include "push/keys/authority.hpp"
#include "push/keys/nkey.hpp"
#include "push/keys/server_keys.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// The path at the server's origin.
inline constexpr std::string_view devicesPath = "/push/v1/devices";

/// Purposes of codes: none serves as another.
inline constexpr std::string_view toJoin = "join", toList = "devices", toServe = "serve";
std::string toRevoke(std::string_view device);
/// A code that serves until then, cut down to whole seconds; one to join lets in whoever has it.
std::string codeUntil(WallTime end, const ServerKeys& keys, std::string_view purpose = toJoin);
/// IllegalArgument: it is none of this server's for that, or has run out.
Result<void> checkCode(std::string_view code, const ServerKeys& keys, WallTime now, std::string_view purpose = toJoin);

struct JoinQuestion {
    std::string code;
    std::string user; ///< the device's public key, as NATS names it
};
struct LeaveQuestion {
    std::string jwt, signature;
};
/// Questions of who runs the server: a device is to get in no more; the devices after that name.
struct RevokeQuestion {
    std::string device, code;
};
struct ListQuestion {
    std::string after, code; ///< after "": from the first on
};
/// One of them is there.
struct DeviceQuestion {
    std::optional<JoinQuestion> join = {};
    std::optional<LeaveQuestion> leave = {};
    std::optional<RevokeQuestion> revoke = {};
    std::optional<ListQuestion> list = {};
};
inline constexpr std::size_t longestDeviceQuestion = 2'048; ///< bytes
std::string textOf(const JoinQuestion& question);
std::string textOf(const RevokeQuestion& question);
std::string textOf(const ListQuestion& question);
/// Leaves what the JWT lets in, which is that user.
std::string leaveText(const std::string& jwt, const Nkey& user);
Result<DeviceQuestion> deviceQuestionIn(std::string_view text);
/// The device that leaves. IllegalArgument: the question is not its own, or the JWT is none of `signer`.
Result<JwtUser> leaverOf(const LeaveQuestion& question, std::string_view signer);

struct JoinAnswer {
    std::string device, shard;
    std::vector<std::string> brokers;
    PublicKey key{};
    std::string jwt;
};
std::string textOf(const JoinAnswer& answer);
Result<JoinAnswer> joinAnswerIn(std::string_view text);

// A server that joins a cluster, and the one that it asks. What makes a server one of the cluster is sealed for the one
// that asks, so a proxy has none.

/// The path at the server's origin.
inline constexpr std::string_view serversPath = "/push/v1/servers";

struct ServerQuestion {
    std::string code;
    PublicKey key{}; ///< that the answer is sealed for
};
std::string textOf(const ServerQuestion& question);
Result<ServerQuestion> serverQuestionIn(std::string_view text);

/// The pair of keys of one question.
struct Asking {
    PublicKey key{};
    std::array<unsigned char, 32> secret{};

    static Asking make();
};

struct ServerAnswer {
    Authority authority;
    ServerKeys keys;
    std::vector<std::string> routes; ///< of the servers that are there
    std::string beside;              ///< handed on by who is kept beside the server, as it is; empty: nothing is
};
inline constexpr std::size_t longestBeside = 128 << 10;
inline constexpr const char* besideFile = "beside"; ///< has it, in the server's directory
std::string textOf(const ServerAnswer& answer, const PublicKey& asker);
/// IllegalArgument: it is no answer to who asked by these keys.
Result<ServerAnswer> serverAnswerIn(std::string_view text, const Asking& asking);

} // namespace stint::push
