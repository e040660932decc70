// The words of a server that joins a cluster, and of the one that it asks (push.md §3.3): JSON over HTTP, read here
// without trust in either. What makes a server one of the cluster is sealed for the one that asks, so a proxy has none.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "push/envelope/envelope.hpp"
#include "push/keys/authority.hpp"
#include "push/keys/server_keys.hpp"
#include "stint/result.hpp"

namespace stint::push {

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
};
std::string textOf(const ServerAnswer& answer, const PublicKey& asker);
/// IllegalArgument: it is no answer to who asked by these keys.
Result<ServerAnswer> serverAnswerIn(std::string_view text, const Asking& asking);

} // namespace stint::push
