// The arguments of Notify for a notification (linux.md §A.1), by the server's capabilities. Pure: the same notification
// gives the same arguments.
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

/// The answer of GetCapabilities: "actions", "body", "body-markup", …
using Capabilities = std::set<std::string, std::less<>>;

/// The app's names for people and desktops, from its manifest.
struct Sender {
    std::string label;
    std::string desktopFile; ///< "org.example.App.desktop", with or without a directory; empty: the package's name
};

using Hint = std::variant<std::string, std::uint8_t, std::int32_t, bool>;

struct Wording {
    std::string appName;
    std::string icon; ///< a name of the icon theme, or a file: URI
    std::string summary;
    std::string body;                          ///< markup where the server reads markup
    std::vector<Notification::Action> actions; ///< empty where the server shows none
    std::map<std::string, Hint> hints;
    std::int32_t expires = 0; ///< ms; 0: never, -1: the server decides
};

/// True if the user has set the channel to show nothing (jobs.md §5.3).
bool isBlocked(const ShowNotification& shows);

/// The actions that may be pressed: the app's, while its job is there to answer, then ours. Where neither has one for
/// the notification itself, a click on it opens the Task Manager. An app cannot use a key of ours.
std::vector<Notification::Action> actionsOf(const ShowNotification& shows);

/// The arguments for a notification. Long texts are cut; one that its job has left behind has no progress and no
/// actions, since nobody answers them.
Wording wordingOf(const ShowNotification& shows, const Sender& sender, const Capabilities& can);

} // namespace stint
