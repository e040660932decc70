#include "process/children.hpp"

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/check.hpp"
#include "base/fail.hpp"
#include "base/proc.hpp"

namespace stint {
namespace {

// A process is this deep below one that we started at most; a chain of parents longer than this is none of ours.
constexpr int deepestAncestry = 64;

} // namespace

Children::Children(sd_event* loop, Listener& listener, std::filesystem::path helper)
    : loop_(sd_event_ref(loop)), listener_(listener), helper_(std::move(helper)),
      environment_(environmentFrom(environ)) {
    std::signal(SIGCHLD, SIG_DFL); // ignored, as some starters leave it, the kernel would throw the statuses away
}

Children::~Children() {
    for (auto& [id, child] : children_)
        kill(id);
    children_.clear();
    enclosure_.reset();
    sd_event_unref(loop_);
}

void Children::keepIn(std::unique_ptr<Enclosure> enclosure) { enclosure_ = std::move(enclosure); }

Result<Started> Children::start(const Command& command) {
    ProcessId id{++last_};
    Entrance entrance = STINT_TRY(enclosure_->make(command.app, id));
    auto spawned = spawn(command, entrance, environment_, helper_);
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
    int added = sd_event_add_io(loop_, &source, child->pidfd.get(), EPOLLIN, exited, child.get());
    child->exit.reset(source);
    if (added < 0) {
        enclosure_->kill(child->app, id, child->pidfd);
        ::waitpid(child->pid, nullptr, 0);
        enclosure_->discard(child->app, id);
        return fail(Errc::System, "cannot watch process {}: {}", child->pid, std::strerror(-added));
    }
    Started started{id, child->pid, std::move(spawned->socket)};
    children_.emplace(id, std::move(child));
    return started;
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
    if (enclosure_->clear(child.app, child.id)) emptied(child.id);
}

void Children::emptied(ProcessId id) {
    auto child = children_.extract(id);
    STINT_CHECK(!child.empty() && child.mapped()->status);
    tell(*child.mapped());
}

void Children::tell(const Child& child) { listener_.gone(child.id, child.app, *child.status, child.killed); }

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

const Children::Child* Children::withPid(pid_t pid) const {
    for (const auto& [id, child] : children_)
        if (child->pid == pid && !child->status) return child.get();
    return nullptr;
}

std::optional<std::pair<AppId, ProcessId>> Children::ownerOf(pid_t pid) const {
    if (auto id = enclosure_->find(pid)) {
        auto found = children_.find(*id);
        if (found != children_.end()) return std::pair(found->second->app, *id);
    }
    for (int i = 0; i < deepestAncestry && pid > 1; ++i) {
        if (const Child* child = withPid(pid)) return std::pair(child->app, child->id);
        std::optional<ProcessStat> stat = processStat(pid);
        if (!stat) return std::nullopt;
        pid = stat->parent;
    }
    return std::nullopt;
}

std::string Children::description() const { return enclosure_->description(); }

} // namespace stint
