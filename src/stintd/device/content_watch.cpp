#include "stintd/device/content_watch.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/process.hpp"
#include "base/unix/sockets.hpp"
#include "stintd/helpers/helper.hpp"

namespace stint {
namespace {

/// The path without slashes at its end, but for the root.
std::string plain(std::string path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

} // namespace

ContentWatch::ContentWatch(std::filesystem::path program, OnChange change, OnShortage shortage, OnLooked looked)
    : program_(std::move(program)), change_(std::move(change)), shortage_(std::move(shortage)),
      lookedThrough_(std::move(looked)) {}

ContentWatch::~ContentWatch() = default;

bool ContentWatch::looking(const AppId& app) const {
    const auto watched = apps_.find(app);
    return watched != apps_.end() && watched->second->looking();
}

void ContentWatch::watch(const std::vector<WatchedContent>& all, std::size_t directories) {
    std::map<AppId, AppWatch::List> lists;
    for (const auto& [app, watched] : apps_)
        lists[app]; // perhaps nothing of it is wanted any more
    for (const auto& [app, target] : all) {
        if (!target.uri.starts_with('/') || target.uri.size() >= longestWatchWord) continue;
        const bool beneath = target.flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
        lists[app].emplace(plain(target.uri), beneath ? WatchWord::Kind::Beneath : WatchWord::Kind::Alone);
    }
    for (auto& [app, list] : lists) {
        auto& watched = apps_[app];
        if (!watched) watched = std::make_unique<AppWatch>(*this, app);
        watched->watch(std::move(list), directories);
    }
    std::erase_if(apps_, [](const auto& each) { return each.second->idle(); });
}

namespace {

using Kind = WatchWord::Kind;

constexpr int wordsATurn = 64; // then other sources of the loop have a turn

} // namespace

ContentWatch::AppWatch::~AppWatch() {
    if (pid_ != 0) sendSignal(pidfd_, SIGKILL); // not waited for: the daemon is ending
}

void ContentWatch::AppWatch::watch(List list, std::size_t directories) {
    if (list == list_ && directories == directories_) return;
    list_ = std::move(list);
    directories_ = directories;
    if (!list_.empty()) return startOrTell();
    if (pid_ != 0) sendSignal(pidfd_, SIGKILL);
    hear({Kind::Short, ""});
    lookedThrough();
}

void ContentWatch::AppWatch::startOrTell() {
    if (pid_ == 0)
        if (auto spawned = spawn(); !spawned) {
            hear({Kind::Short, spawned.error().message});
            return lookedThrough();
        }
    queueList();
    flush();
}

Result<void> ContentWatch::AppWatch::spawn() {
    auto [ours, theirs] = STINT_TRY(socketPair(SOCK_SEQPACKET));
    pid_ = STINT_TRY(startHelper(owner_.program_, theirs));
    looked_ = false;
    pidfd_ = openPidfd(pid_);
    socket_ = std::move(ours);
    auto listening = pidfd_ ? listen() : fail(Errc::SYSTEM, "cannot watch process {}: {}", pid_, std::strerror(errno));
    if (listening.ok()) return {};
    ::kill(pid_, SIGKILL); // it has not been sent anything, so it cannot hang
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
    ready_.reset();
    socket_ = Fd();
    return listening;
}

Result<void> ContentWatch::AppWatch::listen() {
    sd_event_source* added = nullptr;
    int result = sd_event_add_io(owner_.loop_, &added, socket_.get(), EPOLLIN, socketReady, this);
    ready_.reset(std::exchange(added, nullptr));
    if (result >= 0) result = sd_event_add_io(owner_.loop_, &added, pidfd_.get(), EPOLLIN, exited, this);
    exit_.reset(added);
    if (result < 0) return fail(Errc::SYSTEM, "cannot watch process {}: {}", pid_, std::strerror(-result));
    return {};
}

/// Messages of an older list that were not sent are dropped.
void ContentWatch::AppWatch::queueList() {
    outbox_.clear();
    outbox_.push_back(encode({Kind::Begin, std::to_string(directories_)}));
    for (const auto& [path, kind] : list_)
        outbox_.push_back(encode({kind, path}));
    outbox_.push_back(encode({Kind::End, std::to_string(++lists_)}));
    looking_ = true;
    hear({Kind::Short, "what it watches is still being looked through"});
}

void ContentWatch::AppWatch::flush() {
    while (!outbox_.empty()) {
        const std::string& message = outbox_.front();
        if (::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
        outbox_.pop_front();
    }
    sd_event_source_set_io_events(ready_.get(), outbox_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

int ContentWatch::AppWatch::socketReady(sd_event_source*, int, std::uint32_t events, void* data) {
    auto& self = *static_cast<AppWatch*>(data);
    char buffer[longestWatchWord];
    for (int nth = 0; nth < wordsATurn; ++nth) {
        const ssize_t size = ::recv(self.socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) { // the pidfd reports its end
            self.ready_.reset();
            return 0;
        }
        if (size < 0) break;
        if (auto word = decodeWatchWord({buffer, static_cast<std::size_t>(size)})) self.hear(*std::move(word));
    }
    if (events & EPOLLOUT) self.flush();
    return 0;
}

void ContentWatch::AppWatch::hear(WatchWord word) {
    switch (word.kind) {
    case Kind::Changed:
        owner_.change_(std::move(word.text));
        break;
    case Kind::Short:
        if (word.text != shortage_) owner_.shortage_(app_, shortage_ = std::move(word.text));
        break;
    case Kind::Looked:
        if (word.text != std::to_string(lists_)) break;
        looked_ = true;
        lookedThrough();
        break;
    case Kind::Begin:
    case Kind::Alone:
    case Kind::Beneath:
    case Kind::End:
        break;
    }
}

void ContentWatch::AppWatch::lookedThrough() {
    if (std::exchange(looking_, false)) owner_.lookedThrough_(app_);
}

int ContentWatch::AppWatch::exited(sd_event_source*, int, std::uint32_t, void* data) {
    auto& self = *static_cast<AppWatch*>(data);
    // The daemon's wait for all children may have reaped it.
    if (::waitpid(self.pid_, nullptr, WNOHANG) != 0) self.end();
    return 0;
}

/// It was killed, and changes since then went unseen: so every path counts as changed. One that died before it got
/// through its list is not started again: it would fail the same way.
void ContentWatch::AppWatch::end() {
    pid_ = 0;
    ready_.reset();
    exit_.reset();
    socket_ = Fd();
    pidfd_ = Fd();
    if (list_.empty()) return;
    if (!looked_) {
        hear({Kind::Short, "nothing it watches is watched: stint-watch has ended"});
        return lookedThrough();
    }
    for (const auto& [path, kind] : list_)
        owner_.change_(path);
    startOrTell();
}

} // namespace stint
