#include "stintd/process/children.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/process.hpp"

namespace stint {
namespace {

constexpr std::size_t longestPiece = 1024;
constexpr std::size_t atOnce = 16 * 1024;
// PROPOSAL: half a MiB in a second, far more than a person reads, costs a daemon a few hundredths of a processor.
constexpr std::uint64_t span = 1'000'000; ///< µs
constexpr unsigned readsInSpan = 32;
constexpr int pipesMost = 64 * 1024; ///< a pipe's size

} // namespace

Result<std::pair<std::unique_ptr<OutputLines>, Fd>> OutputLines::open(sd_event* loop, Take take) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(Errc::SYSTEM, "cannot make a pipe for what a process writes: {}", std::strerror(errno));
    Fd ours(ends[0]);
    Fd theirs(ends[1]);
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK); // for this end alone
    std::unique_ptr<OutputLines> made(new OutputLines(std::move(ours), std::move(take)));
    sd_event_source* source = nullptr;
    int result = sd_event_add_io(loop, &source, made->pipe_.get(), EPOLLIN, readable, made.get());
    made->source_.reset(source);
    if (result >= 0) result = sd_event_source_set_ratelimit(source, span, readsInSpan);
    if (result < 0) return fail(Errc::SYSTEM, "cannot listen to what a process writes: {}", std::strerror(-result));
    return std::pair(std::move(made), std::move(theirs));
}

int OutputLines::readable(sd_event_source*, int, std::uint32_t, void* self) {
    static_cast<OutputLines*>(self)->readSome();
    return 0;
}

/// Reads a piece; false: nothing is there now.
bool OutputLines::readSome() {
    std::array<char, atOnce> some;
    const ssize_t size = ::read(pipe_.get(), some.data(), some.size());
    if (size <= 0) {
        if (size == 0) source_.reset(); // no writer is left
        return false;
    }
    unended_.append(some.data(), static_cast<std::size_t>(size));
    tellWholeLines();
    return true;
}

void OutputLines::tellWholeLines() {
    std::string_view left = unended_;
    while (true) {
        const std::size_t end = left.find('\n');
        if (end == std::string_view::npos && left.size() < longestPiece) break;
        const std::string_view line = left.substr(0, std::min(end, longestPiece));
        if (!line.empty()) take_(line);
        left.remove_prefix(line.size() + (line.size() == end ? 1 : 0));
    }
    unended_.erase(0, unended_.size() - left.size());
}

// A process that got out of its enclosure may still write: so only as much is read as the pipe can hold.
void OutputLines::finish() {
    for (std::size_t read = 0; read < pipesMost && readSome(); read += atOnce) {
    }
    if (!unended_.empty()) take_(std::exchange(unended_, {}));
}

namespace {

CgroupLimits limitsOf(const Command& command, const CgroupLimits& background) {
    if (!command.background) return {};
    // It must answer in time, whatever becomes of what it starts.
    if (command.keepsPriority) return {.cpuWeight = background.cpuWeight};
    return background;
}

Command withBackground(Command command, const CgroupLimits& background) {
    command.environment[backgroundLimits] = textOf(background);
    return command;
}

} // namespace

Children::Children(sd_event* loop, Listener& listener, Helper helper, const std::string& instance, Starting starting,
                   Written written)
    : loop_(sd_event_ref(loop)), listener_(listener), helper_(std::move(helper)),
      starter_(loop, helper_.program, instance, [this] { hear(Starter::Wait::No); }), starting_(std::move(starting)),
      written_(std::move(written)), environment_(environmentFrom(environ)) {
    std::signal(SIGCHLD, SIG_DFL); // some starters leave it ignored; then the kernel would drop the statuses
}

Children::~Children() {
    for (auto& [id, child] : children_)
        kill(id);
    // Each reaper kills what has left its cgroup. In a unit of systemd's, reapers are killed once this process has
    // ended: so their end is awaited.
    const auto until = std::chrono::steady_clock::now() + deathPatience;
    for (auto& [id, child] : children_)
        if (!child->status && child->pidfd) hasEnded(child->pidfd, until);
    children_.clear();
    if (adopted_) ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    adopted_.reset();
    enclosure_.reset();
    sd_event_unref(loop_);
}

void Children::keepIn(std::unique_ptr<Enclosure> enclosure) {
    STINT_CHECK(enclosure);
    STINT_CHECK(!enclosure_);
    STINT_CHECK(children_.empty());
    enclosure_ = std::move(enclosure);
    last_ = std::max(last_, enclosure_->lastLeft());
    if (enclosure_->enclosesAll()) static_cast<void>(starter_.begin()); // a failure is reported by the first start
}

Result<Started> Children::start(const Command& command) {
    STINT_CHECK(enclosure_); // nothing is started without an enclosure
    ProcessId id{++last_};
    Entrance entrance = STINT_TRY(enclosure_->make(command.app, id, limitsOf(command, background_)));
    starting_(command.app);
    auto child = std::make_unique<Child>();
    child->owner = this;
    child->id = id;
    child->app = command.app;
    const auto begun = [&]() -> Result<Fd> {
        Command given = command.keepsPriority ? withBackground(command, background_) : command;
        const Fd output = STINT_TRY(readOutput(*child, given));
        Prepared made = STINT_TRY(prepare(given, std::move(entrance), environment_, helper_));
        auto prepared = std::make_unique<Prepared>(std::move(made));
        Fd ours = std::move(prepared->ours);
        // The caller that starts a main program needs its pid and its errors at once, so only a service is ordered.
        if (command.service && prepared->cgroup && starter_.order(id, *prepared)) {
            child->ordered = std::move(prepared);
            ordered_.insert(id);
            return ours;
        }
        Born born = STINT_TRY(spawn(*prepared));
        if (watch(*child, std::move(born))) return ours;
        return fail(Errc::SYSTEM, "cannot watch process {}: {}", child->pid, std::strerror(errno));
    };
    Result<Fd> ours = begun();
    if (!ours) {
        enclosure_->discard(command.app, id);
        return std::move(ours).error();
    }
    Started started{id, child->pid, std::move(ours).value()};
    STINT_CHECK(children_.emplace(id, std::move(child)).second);
    STINT_CHECK(ordered_.size() <= children_.size());
    return started;
}

/// Returns the end that is written to, which must live as long as the command needs it; none where the caller takes all
/// output.
Result<Fd> Children::readOutput(Child& child, Command& command) {
    auto& [in, out, complaints] = command.stdio;
    if (!written_ || (out >= 0 && complaints >= 0)) return Fd();
    const auto take = [this, app = child.app](std::string_view line) { written_(app, line); };
    auto [output, theirs] = STINT_TRY(OutputLines::open(loop_, take));
    child.output = std::move(output);
    for (int* const one : {&out, &complaints})
        if (*one < 0) *one = theirs.get();
    return std::move(theirs);
}

/// Watches for the child's end. False, with errno: it cannot be watched, so it was killed.
bool Children::watch(Child& child, Born born) {
    child.pid = born.pid;
    child.pidfd = std::move(born.pidfd);
    sd_event_source* source = nullptr;
    const int added = sd_event_add_io(loop_, &source, child.pidfd.get(), EPOLLIN, exited, &child);
    child.exit.reset(source);
    if (added >= 0) return true;
    enclosure_->kill(child.app, child.id, child.pidfd);
    ::waitpid(child.pid, nullptr, 0);
    errno = -added;
    return false;
}

void Children::hear(Starter::Wait wait) {
    while (!ordered_.empty()) {
        const auto started = starter_.answer(wait);
        if (!started) {
            for (const ProcessId id : std::exchange(ordered_, {}))
                begin(*children_.at(id), started.error());
            return;
        }
        if (!*started) return;
        const auto [id, pid, error] = **started;
        if (ordered_.erase(id) == 0) continue;
        if (pid > 0)
            begin(*children_.at(id), pid);
        else
            begin(*children_.at(id), fail(Errc::SYSTEM, "no process in its cgroup: {}", std::strerror(error)));
    }
}

// Where the starter has made none, it is started without one; where that fails, too, it ends with 127, as stint-exec
// does for a command that it cannot start.
void Children::begin(Child& child, Result<pid_t> started) {
    STINT_CHECK(child.ordered); // it is begun once
    const auto prepared = std::move(child.ordered);
    if (!started) enclosure_->kill(child.app, child.id, child.pidfd); // a starter that did not answer may have made it
    auto born = started ? pinned(*started) : child.killed ? Result<Born>(started.error()) : spawn(*prepared);
    if (born && watch(child, std::move(born).value())) return;
    sd_event_source* source = nullptr;
    const int added = sd_event_add_defer(loop_, &source, neverBegan, &child);
    child.exit.reset(source);
    STINT_CHECK(added >= 0 || sd_event_get_state(loop_) == SD_EVENT_FINISHED); // then no end is reported any more
}

int Children::neverBegan(sd_event_source*, void* data) {
    constexpr int cannotRun = 127;
    auto& child = *static_cast<Child*>(data);
    child.owner->end(child, cannotRun << 8);
    return 0;
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

// One signal may stand for several ends.
int Children::childEnded(sd_event_source*, const signalfd_siginfo*, void* self) {
    auto& children = *static_cast<Children*>(self);
    siginfo_t ended{};
    while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
        int status = 0;
        children.hear(Starter::Wait::No); // its answer came before its end could
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
    STINT_CHECK(!child.status); // it ends once
    child.status = status;
    child.exit.reset();
    // Read for a killed one, too: its end of the socket closes before it is seen to have ended, and that kills it
    // again.
    child.limit = enclosure_->limitMet(child.app, child.id);
    if (enclosure_->clear(child.app, child.id)) emptied(child.id);
}

void Children::emptied(ProcessId id) {
    auto child = children_.extract(id);
    STINT_CHECK(!child.empty() && child.mapped()->status);
    STINT_CHECK(!ordered_.contains(id));
    if (child.mapped()->output) child.mapped()->output->finish();
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
    if (child.ordered) hear(Starter::Wait::Yes);
    enclosure_->kill(child.app, id, child.pidfd);
}

unsigned Children::killApp(const AppId& app) {
    hear(Starter::Wait::Yes); // a process killed before its answer would be waited for in vain
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

// Its ancestors come first: a process that may write the cgroups may move another into a different app's, but not below
// a different reaper.
Result<std::optional<Processes::Owner>> Children::ownerOf(pid_t pid) {
    hear(Starter::Wait::No); // a process answers before it can call us
    auto above = aboveOf(pid);
    if (above && *above) return above;
    if (auto id = enclosure_->find(pid)) {
        auto found = children_.find(*id);
        if (found != children_.end()) return std::optional(Owner(found->second->app, *id));
    }
    return above;
}

Result<std::optional<Processes::Owner>> Children::aboveOf(pid_t pid) const {
    std::optional<Owner> owner;
    const bool met = STINT_TRY(anyInLine(pid, [&](pid_t each) {
        owner = startedAs(each);
        return owner || (each != pid && each == ::getpid());
    }));
    // It got out of its enclosure and lost its parent: it is some app's, and nothing tells which.
    if (met && !owner) return fail(Errc::SECURITY, "process {} has left the app that it was started for", pid);
    return owner;
}

std::string Children::description() const { return enclosure_->description(); }

} // namespace stint
