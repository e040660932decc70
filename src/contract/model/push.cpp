#include "contract/model/push.hpp"

#include <algorithm>

namespace stint {

std::optional<Urgency> urgencyNamed(std::string_view name) {
    for (const Urgency urgency : {Urgency::VeryLow, Urgency::Low, Urgency::Normal, Urgency::High})
        if (nameOf(urgency) == name) return urgency;
    return name == "very-low" ? std::optional(Urgency::VeryLow) : std::nullopt;
}

std::optional<MessageState> messageStateNamed(std::string_view name) {
    const auto* const found = std::ranges::find(messageStateWords, name);
    if (found == messageStateWords.end()) return std::nullopt;
    return static_cast<MessageState>(found - messageStateWords.begin());
}

std::optional<Shown> shownNamed(std::string_view name) {
    const auto* const found = std::ranges::find(shownWords, name);
    if (found == shownWords.end()) return std::nullopt;
    return static_cast<Shown>(found - shownWords.begin());
}

bool isTopic(std::string_view text) {
    constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return text.size() <= longestTopic && text.find_first_not_of(base64url) == std::string_view::npos;
}

} // namespace stint
