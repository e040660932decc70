// The helper processes of the daemon, for work that may hang: how one is started, with a socket as its stdin, and the
// messages on it. stintd and stint-watch exchange WatchWords; stint-toplevels sends the names of the windows in front,
// or the reason that it sees none. Each message is one of a SOCK_SEQPACKET.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// Starts the program in a session of its own, with no signal blocked or ignored.
Result<pid_t> startHelper(const std::filesystem::path& program, const Fd& socket);

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

using WindowNames = std::set<std::string, std::less<>>;

/// The most names in a message, and the most bytes of a name; further names are left out. A desktop has one window in
/// front, or one for each seat.
inline constexpr std::size_t mostWindowNames = 8, longestWindowName = 255;
/// The longest message.
inline constexpr std::size_t longestWindowWord = 4096;

/// True if it is not empty, not too long, and without control characters.
bool isWindowName(std::string_view name);

std::string windowsText(const WindowNames& inFront);
std::string blindText(std::string_view why);
/// The names in a message of windowsText(); none where it is another message.
WindowNames windowsFrom(std::string_view message);
/// The reason in a message of blindText(); empty where it is another message.
std::string_view blindFrom(std::string_view message);

} // namespace stint
