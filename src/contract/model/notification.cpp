#include "stint/notification.hpp"

#include "base/result/values.hpp"

namespace stint {

struct Notification::Values {
    std::string channel;
    std::string smallIcon;
    std::string title;
    std::string text;
    Progress progress;
    std::vector<Action> actions;
    bool operator==(const Values&) const = default;
};

const std::string& Notification::getChannelId() const { return valuesOf(values_).channel; }
const std::string& Notification::getSmallIcon() const { return valuesOf(values_).smallIcon; }
const std::string& Notification::getTitle() const { return valuesOf(values_).title; }
const std::string& Notification::getText() const { return valuesOf(values_).text; }
const Notification::Progress& Notification::getProgress() const { return valuesOf(values_).progress; }
const std::vector<Notification::Action>& Notification::getActions() const { return valuesOf(values_).actions; }

bool Notification::operator==(const Notification& other) const {
    return values_ == other.values_ || valuesOf(values_) == valuesOf(other.values_);
}

Notification::Builder::Builder(std::string channelId) {
    ownValues(notification_.values_).channel = std::move(channelId);
}

Notification::Builder& Notification::Builder::setSmallIcon(std::string iconNameOrPath) {
    ownValues(notification_.values_).smallIcon = std::move(iconNameOrPath);
    return *this;
}

Notification::Builder& Notification::Builder::setContentTitle(std::string title) {
    ownValues(notification_.values_).title = std::move(title);
    return *this;
}

Notification::Builder& Notification::Builder::setContentText(std::string text) {
    ownValues(notification_.values_).text = std::move(text);
    return *this;
}

Notification::Builder& Notification::Builder::setProgress(std::int64_t maximum, std::int64_t value,
                                                          bool indeterminate) {
    ownValues(notification_.values_).progress = {.maximum = maximum, .value = value, .indeterminate = indeterminate};
    return *this;
}

Notification::Builder& Notification::Builder::addAction(std::string key, std::string label) {
    ownValues(notification_.values_).actions.push_back({.key = std::move(key), .label = std::move(label)});
    return *this;
}

} // namespace stint
