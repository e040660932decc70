// The names of installed apps.
#pragma once
#include <compare>
#include <string_view>

#include "base/result/errors.hpp"
#include "base/text/shared_text.hpp"

namespace stint {

/// An installed app: its package, a reverse-DNS name such as com.example.mail.
struct AppId {
    SharedText name;

    auto operator<=>(const AppId&) const = default;
};

/// True for a name that a desktop file may have, without its suffix ("org.kde.kmail"): a unit's name takes it
/// unchanged.
inline bool isDesktopId(std::string_view text) {
    constexpr std::size_t longest = 200; // a unit's name has 255 bytes
    constexpr auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !text.empty() && text.size() <= longest && text.front() != '-' && text.front() != '.' &&
           text.find_first_not_of(letters) == std::string_view::npos;
}

/// The error for an unknown app.
inline Error notInstalled(const AppId& app, Errc code = Errc::ILLEGAL_ARGUMENT) {
    return fail(code, "no app {} is installed; `stint apps` lists those that are", app.name);
}

} // namespace stint
