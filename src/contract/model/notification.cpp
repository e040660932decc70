#include "stint/notification.hpp"

#include "base/result/parts.hpp"

namespace stint {

struct Notification::Parts {
    std::string channel;
    std::string smallIcon;
    std::string title;
    std::string text;
    Progress progress;
    std::vector<Action> actions;
    bool operator==(const Parts&) const = default;
};

const std::string& Notification::getChannelId() const { return partsOf(parts_).channel; }
const std::string& Notification::getSmallIcon() const { return partsOf(parts_).smallIcon; }
const std::string& Notification::getTitle() const { return partsOf(parts_).title; }
const std::string& Notification::getText() const { return partsOf(parts_).text; }
const Notification::Progress& Notification::getProgress() const { return partsOf(parts_).progress; }
const std::vector<Notification::Action>& Notification::getActions() const { return partsOf(parts_).actions; }

bool Notification::operator==(const Notification& other) const {
    return parts_ == other.parts_ || partsOf(parts_) == partsOf(other.parts_);
}

Notification::Builder::Builder(std::string channelId) { ownParts(notification_.parts_).channel = std::move(channelId); }

Notification::Builder& Notification::Builder::setSmallIcon(std::string iconNameOrPath) {
    ownParts(notification_.parts_).smallIcon = std::move(iconNameOrPath);
    return *this;
}

Notification::Builder& Notification::Builder::setContentTitle(std::string title) {
    ownParts(notification_.parts_).title = std::move(title);
    return *this;
}

Notification::Builder& Notification::Builder::setContentText(std::string text) {
    ownParts(notification_.parts_).text = std::move(text);
    return *this;
}

Notification::Builder& Notification::Builder::setProgress(std::int64_t maximum, std::int64_t value,
                                                          bool indeterminate) {
    ownParts(notification_.parts_).progress = {.maximum = maximum, .value = value, .indeterminate = indeterminate};
    return *this;
}

Notification::Builder& Notification::Builder::addAction(std::string key, std::string label) {
    ownParts(notification_.parts_).actions.push_back({.key = std::move(key), .label = std::move(label)});
    return *this;
}

} // namespace stint
