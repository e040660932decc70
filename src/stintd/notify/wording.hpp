// What a notification server is told of a notification: the arguments of Notify (linux.md §A.1), by what the server can
// do. Pure: the same notification gives the same words.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contract/model/effect.hpp"

namespace stint {

/// What GetCapabilities answered: "actions", "body", "body-markup", …
using Capabilities = std::set<std::string, std::less<>>;

/// The app as its manifest names it to people and desktops.
struct Sender {
    std::string label;
    std::string desktopFile; ///< "org.example.App.desktop", with or without a directory; empty: the package's name
};

using Hint = std::variant<std::string, std::uint8_t, std::int32_t, bool>;

struct Wording {
    std::string appName;
    std::string icon; ///< a name of the icon theme, or a file: URI
    std::string summary;
    std::string body;                          ///< markup where the server reads it as such
    std::vector<Notification::Action> actions; ///< none where the server shows none
    std::map<std::string, Hint> hints;
    std::int32_t expires = 0; ///< ms; 0: never, -1: as the server likes
};

/// Whether the user has the channel show nothing (jobs.md §5.3).
bool isBlocked(const ShowNotification& shows);

/// What may be pressed: the app's actions, while its job is there to answer, then ours; where neither has the
/// notification itself, a click on it opens the Task Manager. An app cannot have a key of ours.
std::vector<Notification::Action> actionsOf(const ShowNotification& shows);

/// What is too long is cut; what is left behind by its job bears no progress and no actions, for nobody answers them.
Wording wordingOf(const ShowNotification& shows, const Sender& sender, const Capabilities& can);

} // namespace stint
