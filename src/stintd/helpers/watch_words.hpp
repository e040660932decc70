// What stintd and stint-watch say to each other, one message of a SOCK_SEQPACKET each: a kind, and its text.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace stint {

struct WatchWord {
    enum class Kind : char {
        // To stint-watch: a list of targets, which replaces the one before when it has ended.
        Begin = 'B',   ///< the limit of directories, in digits
        Alone = 'A',   ///< the path of a target
        Beneath = 'D', ///< the path of a target with all that lies beneath it
        End = 'E',     ///< the list's number
        // From stint-watch.
        Changed = 'C', ///< a path
        Short = 'S',   ///< why not all of the last list is watched
        Looked = 'L',  ///< through the whole of the list of this number
    };
    Kind kind;
    std::string text;
};

/// No message is longer: a path has at most 4096 bytes (PATH_MAX), and what is longer is no path.
inline constexpr std::size_t longestWatchWord = 4096;

std::string encode(const WatchWord& word);
/// nullopt: no word of ours.
std::optional<WatchWord> decodeWatchWord(std::string_view message);

} // namespace stint
