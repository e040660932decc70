#include "base/unix/process.hpp"

#include <cerrno>
#include <filesystem>
#include <optional>
#include <vector>

#include <fcntl.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/unix/fd.hpp"

namespace stint {
namespace {

constexpr std::size_t mostBytes = std::size_t{16} << 20;

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        if (end != 0) parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

template <class Number> bool read(std::string_view text, Number& number) {
    const auto read = numberIn<Number>(text);
    if (read) number = *read;
    return read.has_value();
}

} // namespace

std::optional<ProcessStat> parseProcessStat(std::string_view text) {
    // proc(5): "pid (name) state ppid pgrp session tty_nr tpgid …"; only the last bracket ends the name.
    const std::size_t nameEnd = text.rfind(')');
    if (nameEnd == std::string_view::npos) return std::nullopt;
    std::vector<std::string_view> fields = split(text.substr(nameEnd + 1), ' ');
    if (fields.size() < 20) return std::nullopt;
    ProcessStat stat;
    const bool good = read(fields[1], stat.parent) && read(fields[2], stat.group) && read(fields[3], stat.session) &&
                      read(fields[4], stat.terminal) && read(fields[5], stat.foreground) &&
                      read(fields[19], stat.startTime);
    return good ? std::optional(stat) : std::nullopt;
}

std::optional<ProcessStat> processStat(pid_t pid) {
    std::optional<std::string> text = readFile(fmt::format("/proc/{}/stat", pid));
    return text ? parseProcessStat(*text) : std::nullopt;
}

std::optional<std::string> cgroupPath(std::string_view text, std::string_view hierarchy) {
    for (const std::string_view line : split(text, '\n')) {
        // cgroups(7): "hierarchy-ID:controllers:path"; the unified one has the ID 0 and names no controller.
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first == std::string_view::npos ? first : first + 1);
        if (second == std::string_view::npos) continue;
        if (line.substr(first + 1, second - first - 1) == hierarchy) return std::string(line.substr(second + 1));
    }
    return std::nullopt;
}

std::optional<std::string> readFile(const std::filesystem::path& file) {
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return std::nullopt;
    std::string text;
    char buffer[4096];
    while (true) {
        const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
        if (got < 0) return std::nullopt;
        if (got == 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
        if (text.size() > mostBytes) return errno = EFBIG, std::nullopt;
    }
}

namespace {

// A process with more ancestors belongs to no app: it could hide behind any limit.
constexpr int longestLine = 64;
// How often the ancestors are read again when they change meanwhile.
constexpr int mostAttempts = 3;

/// The ancestors of a process, from itself upwards.
class Ancestry {
public:
    explicit Ancestry(pid_t pid) : pid_(pid), stat_(processStat(pid)) {}

    enum class Step { Up, Top, Changed, Hidden };
    /// Steps to the parent. Its pid cannot have been reused in between: the child still has that parent afterwards, and
    /// a lost parent never comes back.
    Step up() {
        if (!stat_) return Step::Changed;
        const pid_t parent = stat_->parent;
        if (parent <= 1) return Step::Top; // the top of the machine, or of this container
        const std::optional<ProcessStat> above = processStat(parent);
        const std::optional<ProcessStat> again = processStat(pid_);
        if (!again || again->startTime != stat_->startTime || again->parent != parent) return Step::Changed;
        if (!above) return Step::Hidden;
        pid_ = parent;
        stat_ = above;
        return Step::Up;
    }
    pid_t pid() const { return pid_; }

private:
    pid_t pid_;
    std::optional<ProcessStat> stat_;
};

} // namespace

Result<bool> anyInLine(pid_t pid, const std::function<bool(pid_t)>& is) {
    int attempt = 0;
    Ancestry ancestry(pid);
    for (int depth = 0; depth < longestLine; ++depth) {
        if (is(ancestry.pid())) return true;
        switch (ancestry.up()) {
        case Ancestry::Step::Up:
            break;
        case Ancestry::Step::Top:
            return false;
        case Ancestry::Step::Hidden:
            return fail(Errc::SECURITY, "the parent of process {} cannot be seen; is /proc mounted with hidepid?",
                        ancestry.pid());
        case Ancestry::Step::Changed:
            if (++attempt == mostAttempts) return fail(Errc::SECURITY, "process {} or a parent of it has ended", pid);
            ancestry = Ancestry(pid);
            depth = -1;
        }
    }
    return fail(Errc::SECURITY, "process {} is more than {} processes deep; call from nearer to the session's first",
                pid, longestLine);
}

bool runsStintExec(pid_t pid) {
    std::error_code error;
    const auto program = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error);
    return !error && program.filename().string().starts_with("stint-exec"); // or "stint-exec (deleted)"
}

} // namespace stint
