#include "stintd/helpers/helper.hpp"

#include <algorithm>
#include <cstring>

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/text/words.hpp"

namespace stint {

Result<pid_t> startHelper(const std::filesystem::path& program, const Fd& socket) {
    FileActions files;
    const OwnSession session;
    ::posix_spawn_file_actions_adddup2(&files.actions, socket.get(), STDIN_FILENO);
    std::string name = program.string();
    char* words[] = {name.data(), nullptr};
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, name.c_str(), &files.actions, &session.attributes, words, environ);
    if (error != 0) return fail(Errc::SYSTEM, "cannot start {}: {}", name, std::strerror(error));
    return pid;
}

std::string encode(const WatchWord& word) { return static_cast<char>(word.kind) + word.text; }

std::optional<WatchWord> decodeWatchWord(std::string_view message) {
    constexpr std::string_view kinds = "BADECSL";
    if (message.empty() || message.size() > longestWatchWord || kinds.find(message.front()) == std::string_view::npos)
        return std::nullopt;
    return WatchWord{static_cast<WatchWord::Kind>(message.front()), std::string(message.substr(1))};
}

namespace {

constexpr char seen = '=', blind = '!';
constexpr std::string_view between = "\n";

} // namespace

bool isWindowName(std::string_view name) {
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    return !name.empty() && name.size() <= longestWindowName && std::ranges::none_of(name, isControl);
}

std::string windowsText(const WindowNames& inFront) {
    std::string text(1, seen);
    std::size_t count = 0;
    for (const std::string& name : inFront) {
        if (!isWindowName(name)) continue;
        if (count++ == mostWindowNames) break;
        text.append(name).append(between);
    }
    return text;
}

std::string blindText(std::string_view why) {
    return std::string(1, blind).append(why.substr(0, longestWindowWord - 1));
}

WindowNames windowsFrom(std::string_view message) {
    WindowNames names;
    if (!message.starts_with(seen)) return names;
    for (const std::string_view name : splitAt(message.substr(1), between))
        if (isWindowName(name) && names.size() < mostWindowNames) names.emplace(name);
    return names;
}

std::string_view blindFrom(std::string_view message) {
    return message.starts_with(blind) ? message.substr(1) : std::string_view();
}

} // namespace stint
