#include "stintd/notify/wording.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/text/printable.hpp"
#include "contract/model/effect.hpp"

namespace stint {
namespace {

// The most that a server is sent; nobody reads a message of a megabyte.
constexpr std::size_t longestLine = 200;
constexpr std::size_t longestBody = 2000;

constexpr std::uint8_t low = 0;
constexpr std::uint8_t normal = 1;
constexpr std::uint8_t critical = 2;

constexpr std::int32_t never = 0;
constexpr std::int32_t asTheServerLikes = -1;

std::string line(const std::string& text) {
    std::string one = abridged(text, longestLine);
    std::ranges::replace_if(
        one, [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
    return one;
}

std::string escaped(const std::string& text) {
    std::string markup;
    for (const char c : text) {
        switch (c) {
        case '&':
            markup += "&amp;";
            break;
        case '<':
            markup += "&lt;";
            break;
        case '>':
            markup += "&gt;";
            break;
        default:
            markup += c;
        }
    }
    return markup;
}

// A path becomes a URI: the protocol takes only that, or a name of the theme.
std::string iconOf(const std::string& nameOrPath) {
    if (!nameOrPath.starts_with('/')) return nameOrPath;
    constexpr std::string_view plain = "/-._~";
    std::string uri = "file://";
    for (const char c : nameOrPath) {
        const auto byte = static_cast<unsigned char>(c);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || plain.find(c) != std::string_view::npos) {
            uri += c;
        } else {
            fmt::format_to(std::back_inserter(uri), "%{:02X}", byte);
        }
    }
    return uri;
}

std::string desktopEntry(const ShowNotification& shows, const Sender& sender) {
    if (sender.desktopFile.empty()) return shows.app.name;
    const std::filesystem::path file = std::filesystem::path(sender.desktopFile).filename();
    return file.extension() == ".desktop" ? file.stem().string() : file.string();
}

// The progress in percent; nullopt: none is shown, or it is not known.
std::optional<std::int32_t> percentOf(const ShowNotification& shows) {
    const Notification::Progress& progress = shows.notification.getProgress();
    if (!shows.ongoing || progress.maximum <= 0 || progress.indeterminate) return std::nullopt;
    const std::int64_t value = std::clamp(progress.value, std::int64_t{0}, progress.maximum);
    const bool large = progress.maximum > std::numeric_limits<std::int64_t>::max() / 100;
    const std::int64_t percent = large ? value / (progress.maximum / 100) : value * 100 / progress.maximum;
    return static_cast<std::int32_t>(std::min<std::int64_t>(percent, 100));
}

// linux.md §A.1: background work does not wake a screen. A notification without progress, on a channel of high
// importance, is an alert.
std::uint8_t urgencyOf(const ShowNotification& shows) {
    const Notification::Progress& progress = shows.notification.getProgress();
    const bool alerts = shows.importance == "high" && progress.maximum <= 0 && !progress.indeterminate;
    if (shows.ongoing && !alerts) return low;
    if (shows.importance == "high") return critical;
    return shows.importance == "min" || shows.importance == "low" ? low : normal;
}

std::map<std::string, Hint> hintsOf(const ShowNotification& shows, const Sender& sender, const Capabilities& can) {
    std::map<std::string, Hint> hints;
    hints["desktop-entry"] = desktopEntry(shows, sender);
    hints["urgency"] = urgencyOf(shows);
    hints["resident"] = shows.ongoing; // a pressed action does not close it
    if (shows.ongoing) hints["suppress-sound"] = true;
    if (shows.userInitiated) hints["category"] = "transfer";
    if (const auto percent = percentOf(shows)) hints["value"] = *percent;
    // A server replaces a notification of the same tag, even one that a crashed stintd has left behind.
    for (const char* tag : {"x-dunst-stack-tag", "x-canonical-private-synchronous"})
        if (can.contains(tag)) hints[tag] = fmt::format("{}/{}", shows.app.name, shows.id);
    return hints;
}

// The text begins with the percentage: no capability tells whether a server draws the hint.
std::string textOf(const ShowNotification& shows) {
    const std::string& text = shows.notification.getText();
    const auto percent = percentOf(shows);
    if (!percent) return text;
    return text.empty() ? fmt::format("{} %", *percent) : fmt::format("{} % · {}", *percent, text);
}

} // namespace

bool isBlocked(const ShowNotification& shows) { return shows.importance == "none"; }

std::vector<Notification::Action> actionsOf(const ShowNotification& shows) {
    std::vector<Notification::Action> actions;
    for (const auto& [key, label] : shows.notification.getActions())
        if (shows.ongoing && key.size() <= longestLine && !key.starts_with(press::ours))
            actions.push_back({key, line(label.empty() ? key : label)});
    actions.insert(actions.end(), shows.ours.begin(), shows.ours.end());
    const bool clicked = std::ranges::find(actions, press::whole, &Notification::Action::key) != actions.end();
    if (!shows.ours.empty() && !clicked) actions.push_back({std::string(press::whole), "Task Manager"});
    return actions;
}

Wording wordingOf(const ShowNotification& shows, const Sender& sender, const Capabilities& can) {
    Wording wording{.appName = line(sender.label.empty() ? shows.app.name.str() : sender.label),
                    .icon = iconOf(shows.notification.getSmallIcon()),
                    .summary = line(shows.notification.getTitle()),
                    .hints = hintsOf(shows, sender, can),
                    .expires = shows.ongoing ? never : asTheServerLikes};
    if (wording.summary.empty()) wording.summary = wording.appName; // the protocol requires one
    const std::string text = textOf(shows);
    if (can.contains("body")) {
        const std::string body = abridged(text, longestBody);
        wording.body = can.contains("body-markup") ? escaped(body) : body;
    } else if (!text.empty()) {
        wording.summary = line(wording.summary + ": " + text);
    }
    if (can.contains("actions")) wording.actions = actionsOf(shows);
    return wording;
}

} // namespace stint
