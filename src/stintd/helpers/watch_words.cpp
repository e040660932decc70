#include "stintd/helpers/watch_words.hpp"

namespace stint {

std::string encode(const WatchWord& word) { return static_cast<char>(word.kind) + word.text; }

std::optional<WatchWord> decodeWatchWord(std::string_view message) {
    constexpr std::string_view kinds = "BADECSL";
    if (message.empty() || message.size() > longestWatchWord || kinds.find(message.front()) == std::string_view::npos)
        return std::nullopt;
    return WatchWord{static_cast<WatchWord::Kind>(message.front()), std::string(message.substr(1))};
}

} // namespace stint
