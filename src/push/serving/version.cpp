#include "push/serving/version.hpp"

#include <fmt/ranges.h>

#include "base/text/number.hpp"
#include "base/text/words.hpp"

namespace stint::push {

std::optional<Version> versionIn(std::string_view text) {
    if (!text.starts_with("v")) return std::nullopt;
    const auto word = text.substr(1);
    const auto parts = splitAt(word.substr(0, word.find_first_not_of("0123456789.")), ".");
    Version version{};
    if (parts.size() != version.size()) return std::nullopt;
    for (std::size_t n = 0; n < version.size(); ++n) {
        const auto number = numberIn<int>(parts[n]);
        if (!number) return std::nullopt;
        version.at(n) = *number;
    }
    return version;
}

std::string tooOldForCluster(std::string_view text) {
    constexpr Version safe{2, 10, 27};
    const auto version = versionIn(text);
    if (!version || *version >= safe) return {};
    return fmt::format(
        "nats-server {}: its replicas may differ after a kill, and messages be lost then; a cluster wants "
        "v{} or newer",
        text, fmt::join(safe, "."));
}

} // namespace stint::push
