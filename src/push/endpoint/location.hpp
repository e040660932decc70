// The Location of a message that was taken (push.md §3.2): who has it may take that message back. The servers alone can
// make and read one, and nobody can guess one.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "contract/model/push.hpp"
#include "push/keys/server_keys.hpp"

namespace stint::push {

inline constexpr std::string_view locationPath = "/m/";

struct Located {
    std::string registration;
    Urgency urgency = Urgency::Normal;
    std::string id;

    bool operator==(const Located&) const = default;
};
/// /m/SEALED/ID
std::string locationOf(const Located& located, const ServerKeys& keys);
/// nullopt: it is none that these servers have made.
std::optional<Located> locatedAt(std::string_view path, const ServerKeys& keys);

} // namespace stint::push
