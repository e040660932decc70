#include "base/unix/ancestry.hpp"

#include <filesystem>
#include <optional>

#include "base/result/fail.hpp"
#include "base/unix/proc.hpp"

namespace stint {
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
