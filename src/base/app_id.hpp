// How an installed app is named.
#pragma once
#include <compare>

#include "base/shared_text.hpp"

namespace stint {

/// An installed app: its package, a reverse-DNS name such as com.example.mail.
struct AppId {
    SharedText name;

    auto operator<=>(const AppId&) const = default;
};

} // namespace stint
