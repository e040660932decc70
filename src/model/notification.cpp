#include "stint/notification.hpp"

namespace stint {

Notification::Builder::Builder(std::string channelId) { notification_.channel_ = std::move(channelId); }

Notification::Builder& Notification::Builder::setSmallIcon(std::string iconNameOrPath) {
    notification_.smallIcon_ = std::move(iconNameOrPath);
    return *this;
}

Notification::Builder& Notification::Builder::setContentTitle(std::string title) {
    notification_.title_ = std::move(title);
    return *this;
}

Notification::Builder& Notification::Builder::setContentText(std::string text) {
    notification_.text_ = std::move(text);
    return *this;
}

Notification::Builder& Notification::Builder::setProgress(std::int64_t maximum, std::int64_t value,
                                                          bool indeterminate) {
    notification_.progress_ = {.maximum = maximum, .value = value, .indeterminate = indeterminate};
    return *this;
}

Notification::Builder& Notification::Builder::addAction(std::string key, std::string label) {
    notification_.actions_.push_back({.key = std::move(key), .label = std::move(label)});
    return *this;
}

} // namespace stint
