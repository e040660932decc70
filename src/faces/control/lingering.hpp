// The jobs of somebody who is not there: logind ends an account's service manager, and stintd with it, at the last
// logout, and begins it at the login, unless the account lingers (linux.md §A.6).
#pragma once
#include <optional>
#include <string_view>

namespace stint::cli {

inline constexpr std::string_view enableLinger = "loginctl enable-linger";

/// True if this account lingers: its jobs go on after a logout, and after a boot without a login. Nullopt: there is no
/// logind that tells. Waits for logind's answer, a second at most.
std::optional<bool> lingers();

} // namespace stint::cli
