#include "process/children.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/check.hpp"
#include "base/fail.hpp"
#include "base/proc.hpp"
#include "base/try.hpp"

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
    /// To the parent. Its pid cannot have been given anew in between: the child still has that parent afterwards, and
    /// a parent that was lost never comes back.
    Step up() {
        if (!stat_) return Step::Changed;
        const pid_t parent = stat_->parent;
        if (parent <= 1) return Step::Top; // of the machine, or of this container
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

CgroupLimits limitsOf(const Command& command, const CgroupLimits& background) {
    if (!command.background) return {};
    // One that hands out its part answers in time, whatever becomes of what it starts.
    if (command.keepsPriority) return {.cpuWeight = background.cpuWeight};
    return background;
}

Command told(Command command, const CgroupLimits& background) {
    command.environment[backgroundLimits] = textOf(background);
    return command;
}

} // namespace

Children::Children(sd_event* loop, Listener& listener, Helper helper, Starting starting)
    : loop_(sd_event_ref(loop)), listener_(listener), helper_(std::move(helper)), starting_(std::move(starting)),
      environment_(environmentFrom(environ)) {
    std::signal(SIGCHLD, SIG_DFL); // ignored, as some starters leave it, the kernel would throw the statuses away
}

Children::~Children() {
    for (auto& [id, child] : children_)
        kill(id);
    children_.clear();
    if (adopted_) ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    adopted_.reset();
    enclosure_.reset();
    sd_event_unref(loop_);
}

void Children::keepIn(std::unique_ptr<Enclosure> enclosure) { enclosure_ = std::move(enclosure); }

Result<Started> Children::start(const Command& command) {
    ProcessId id{++last_};
    const Entrance entrance = STINT_TRY(enclosure_->make(command.app, id, limitsOf(command, background_)));
    starting_(command.app);
    auto spawned = spawn(command.keepsPriority ? told(command, background_) : command, entrance, environment_, helper_);
    if (!spawned) {
        enclosure_->discard(command.app, id);
        return std::move(spawned).error();
    }
    auto child = std::make_unique<Child>();
    child->owner = this;
    child->id = id;
    child->app = command.app;
    child->pid = spawned->pid;
    child->pidfd = std::move(spawned->pidfd);
    sd_event_source* source = nullptr;
    const int added = sd_event_add_io(loop_, &source, child->pidfd.get(), EPOLLIN, exited, child.get());
    child->exit.reset(source);
    if (added < 0) {
        enclosure_->kill(child->app, id, child->pidfd);
        ::waitpid(child->pid, nullptr, 0);
        enclosure_->discard(child->app, id);
        return fail(Errc::SYSTEM, "cannot watch process {}: {}", child->pid, std::strerror(-added));
    }
    Started started{id, child->pid, std::move(spawned->socket)};
    children_.emplace(id, std::move(child));
    return started;
}

Result<void> Children::adopt() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return fail(Errc::SYSTEM, "cannot take in orphans: {}", std::strerror(errno));
    sd_event_source* source = nullptr;
    const int added = sd_event_add_signal(loop_, &source, SIGCHLD | SD_EVENT_SIGNAL_PROCMASK, childEnded, this);
    adopted_.reset(source);
    if (added < 0) return fail(Errc::SYSTEM, "cannot wait for orphans: {}", std::strerror(-added));
    return {};
}

// One signal may stand for many ends.
int Children::childEnded(sd_event_source*, const signalfd_siginfo*, void* self) {
    auto& children = *static_cast<Children*>(self);
    siginfo_t ended{};
    while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
        int status = 0;
        if (::waitpid(ended.si_pid, &status, WNOHANG) != ended.si_pid) break;
        if (Child* child = children.withPid(ended.si_pid)) children.end(*child, status);
        ended = {};
    }
    return 0;
}

int Children::exited(sd_event_source*, int, std::uint32_t, void* data) {
    auto& child = *static_cast<Child*>(data);
    int status = 0;
    if (::waitpid(child.pid, &status, WNOHANG) == child.pid) child.owner->end(child, status);
    return 0;
}

void Children::end(Child& child, int status) {
    child.status = status;
    child.exit.reset();
    // Also of one that was killed: its end of the socket closes before it is seen to have ended, which kills it again.
    child.limit = enclosure_->limitMet(child.app, child.id);
    if (enclosure_->clear(child.app, child.id)) emptied(child.id);
}

void Children::emptied(ProcessId id) {
    auto child = children_.extract(id);
    STINT_CHECK(!child.empty() && child.mapped()->status);
    tell(*child.mapped());
}

void Children::tell(const Child& child) {
    listener_.gone(child.id, child.app, {.status = *child.status, .killed = child.killed, .limit = child.limit});
}

void Children::kill(ProcessId id) {
    auto found = children_.find(id);
    if (found == children_.end()) return;
    Child& child = *found->second;
    if (!child.status) child.killed = true;
    enclosure_->kill(child.app, id, child.pidfd);
}

unsigned Children::killApp(const AppId& app) {
    enclosure_->killApp(app);
    unsigned alive = 0;
    for (auto& [id, child] : children_) {
        if (child->app != app) continue;
        ++alive;
        kill(id);
    }
    return alive;
}

bool Children::anyAlive(const AppId& app) const {
    for (const auto& [id, child] : children_)
        if (child->app == app) return true;
    return false;
}

unsigned Children::survivors(const AppId& app) const {
    unsigned left = 0;
    for (const auto& [id, child] : children_)
        if (child->app == app && child->killed) ++left;
    return left;
}

Children::Child* Children::withPid(pid_t pid) const {
    for (const auto& [id, child] : children_)
        if (child->pid == pid && !child->status) return child.get();
    return nullptr;
}

std::optional<Processes::Owner> Children::startedAs(pid_t pid) const {
    const Child* child = withPid(pid);
    return child ? std::optional(Owner(child->app, child->id)) : std::nullopt;
}

Result<std::optional<Processes::Owner>> Children::ownerOf(pid_t pid) const {
    if (auto id = enclosure_->find(pid)) {
        auto found = children_.find(*id);
        if (found != children_.end()) return std::optional(Owner(found->second->app, *id));
    }
    int attempt = 0;
    Ancestry ancestry(pid);
    for (int depth = 0; depth < longestLine; ++depth) {
        if (auto owner = startedAs(ancestry.pid())) return owner;
        // It got out of where it was kept, and was left without a parent: it is some app's, and no one's word tells
        // which.
        if (depth > 0 && ancestry.pid() == ::getpid())
            return fail(Errc::SECURITY, "process {} has left the app that it was started for", pid);
        switch (ancestry.up()) {
        case Ancestry::Step::Up:
            break;
        case Ancestry::Step::Top:
            return std::optional<Owner>();
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

std::string Children::description() const { return enclosure_->description(); }

} // namespace stint
