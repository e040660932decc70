// How an installed app is named.
#pragma once
#include <compare>

#include "base/fail.hpp"
#include "base/shared_text.hpp"

namespace stint {

/// An installed app: its package, a reverse-DNS name such as com.example.mail.
struct AppId {
    SharedText name;

    auto operator<=>(const AppId&) const = default;
};

/// The error for an unknown app.
inline Error notInstalled(const AppId& app, Errc code = Errc::ILLEGAL_ARGUMENT) {
    return fail(code, "no app {} is installed; `stint apps` lists those that are", app.name);
}

} // namespace stint
