// The messages between stintd and stint-watch, on a SOCK_SEQPACKET: a kind, and its text.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace stint {

struct WatchWord {
    enum class Kind : char {
        // To stint-watch: a list of targets, which replaces the one before once it is complete.
        Begin = 'B',   ///< the limit of directories, in digits
        Alone = 'A',   ///< the path of a target
        Beneath = 'D', ///< the path of a target with all that lies beneath it
        End = 'E',     ///< the list's number
        // From stint-watch.
        Changed = 'C', ///< a path
        Short = 'S',   ///< the reason that some of the last list is not watched; empty: all is
        Looked = 'L',  ///< the number of a list that was looked through
    };
    Kind kind;
    std::string text;
};

/// The longest message: a path has at most 4096 bytes (PATH_MAX), and a longer text is no path.
inline constexpr std::size_t longestWatchWord = 4096;

std::string encode(const WatchWord& word);
/// nullopt: no message of this form.
std::optional<WatchWord> decodeWatchWord(std::string_view message);

} // namespace stint
