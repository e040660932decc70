#include "stintd/notify/desktop.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>
#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "contract/model/effect.hpp"

namespace stint {
namespace {

constexpr const char* launcherPath = "/org/stint/TaskManager";
constexpr const char* launcherInterface = "com.canonical.Unity.LauncherEntry";

} // namespace

void LauncherEntry::tell(sd_bus* bus, const std::optional<LauncherProgress>& progress) {
    if (progress == told_ || !bus || sd_bus_is_open(bus) <= 0) return;
    const std::string entry = "application://" + std::string(taskManagerEntry) + ".desktop";
    const double part = progress ? static_cast<double>(progress->percent) / 100 : 0;
    const std::int64_t count = progress ? progress->count : 0;
    const int visible = progress ? 1 : 0;
    const int sent =
        sd_bus_emit_signal(bus, launcherPath, launcherInterface, "Update", "sa{sv}", entry.c_str(), 4, "progress", "d",
                           part, "progress-visible", "b", visible, "count", "x", count, "count-visible", "b", visible);
    if (sent >= 0) told_ = progress;
}

namespace {

constexpr std::size_t mostAtOnce = 8; ///< a person may hold the button down

/// The command in PATH, where a person's shell finds it; else beside this program.
std::filesystem::path ourCommand() {
    auto found = findOnPath("stint");
    return found.ok() ? std::move(*found) : ownDirectory() / "stint";
}

/// Our environment without the variables that are about this process alone.
std::vector<std::string> environmentFor(const std::string& token) {
    std::vector<std::string> variables;
    for (char** each = environ; *each; ++each) {
        const std::string_view variable = *each;
        const bool own = variable.starts_with("NOTIFY_SOCKET=") || variable.starts_with("XDG_ACTIVATION_TOKEN=") ||
                         variable.starts_with("LISTEN_");
        if (!own) variables.emplace_back(variable);
    }
    if (!token.empty()) variables.push_back("XDG_ACTIVATION_TOKEN=" + token);
    return variables;
}

} // namespace

void TaskManagerPage::open(const std::optional<JobKey>& job, const std::string& token) {
    if (children_.size() >= mostAtOnce) return;
    if (const auto started = start(job, token); !started.ok())
        news_(fmt::format("cannot open the Task Manager: {}", started.error().message));
}

Result<void> TaskManagerPage::start(const std::optional<JobKey>& job, const std::string& token) {
    std::vector<std::string> words{ourCommand().native(), "ui"};
    if (job) words.insert(words.end(), {"--job", textOf(*job)});
    pid_t pid = 0;
    const int error = spawnDetached(pid, words, environmentFor(token), [](posix_spawn_file_actions_t* files) {
        ::posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    });
    if (error != 0) return fail(Errc::SYSTEM, "{}: {}", words.front(), std::strerror(error));
    Child& child = children_[pid];
    child.owner = this;
    child.pid = pid;
    child.pidfd = openPidfd(pid);
    sd_event_source* source = nullptr;
    const int added = sd_event_add_io(loop_, &source, child.pidfd.get(), EPOLLIN, exited, &child);
    child.exit.reset(source);
    if (added >= 0) return {};
    children_.erase(pid);
    return fail(Errc::SYSTEM, "process {} cannot be watched: {}", pid, std::strerror(-added));
}

int TaskManagerPage::exited(sd_event_source*, int, std::uint32_t, void* data) {
    Child& child = *static_cast<Child*>(data);
    TaskManagerPage& self = *child.owner;
    int status = 0;
    const bool known = ::waitpid(child.pid, &status, WNOHANG) == child.pid; // else it was waited for with the orphans
    if (known && WIFEXITED(status) && WEXITSTATUS(status) != 0)
        self.news_(fmt::format("the Task Manager was not opened: `stint ui` ended with {}", WEXITSTATUS(status)));
    self.children_.erase(child.pid);
    return 0;
}

namespace {

constexpr std::size_t longestToken = 1000; ///< a server's string that goes into an environment

} // namespace

Desktop::Desktop(sd_event* loop, std::function<void(Event)> happened, std::function<void(const std::string&)> news)
    : happened_(std::move(happened)), news_(std::move(news)), bus_(loop, *this) {
    const auto ends = [](sd_event_source*, void* self) {
        static_cast<Desktop*>(self)->closeOngoing();
        return 0;
    };
    sd_event_add_exit(loop, &end_, ends, this);
    // It must come before sd-bus closes its connection, which also happens at the loop's end.
    sd_event_source_set_priority(end_, SD_EVENT_PRIORITY_IMPORTANT);
}

void Desktop::show(const ShowNotification& shows, const Sender& sender) {
    const Key key{shows.app, shows.id};
    if (isBlocked(shows)) return withdraw(shows.app, shows.id);
    const auto [at, isNew] = entries_.try_emplace(key);
    Entry& entry = at->second;
    entry.shows = shows;
    entry.sender = sender;
    entry.wanted = true;
    enqueue(key);
    bus_.connect();
    tellLauncher();
    // Only a new notification starts the server: one that crashes at a notification is not restarted by each update.
    if (isNew && !server_) bus_.startServer();
    sendNext();
}

void Desktop::withdraw(const AppId& app, std::int32_t id) {
    const auto entry = entries_.find(Key{app, id});
    if (entry != entries_.end()) withdraw(entry);
}

void Desktop::withdrawAll() {
    for (auto entry = entries_.begin(); entry != entries_.end();)
        withdraw(entry++);
}

// Only progress with a total counts, weighted by its size.
std::optional<LauncherProgress> Desktop::together() const {
    std::int64_t count = 0;
    double done = 0, all = 0;
    for (const auto& [key, entry] : entries_) {
        const auto& progress = entry.shows.notification.getProgress();
        if (!entry.wanted || !entry.shows.ongoing || progress.maximum <= 0 || progress.indeterminate) continue;
        ++count;
        done += static_cast<double>(std::clamp<std::int64_t>(progress.value, 0, progress.maximum));
        all += static_cast<double>(progress.maximum);
    }
    if (count == 0) return std::nullopt;
    return LauncherProgress{static_cast<std::int32_t>(done * 100 / all), count};
}

void Desktop::closeOngoing() {
    launcher_.tell(bus_.get(), std::nullopt);
    for (const auto& [key, entry] : entries_)
        if (server_ && entry.id && entry.shows.ongoing) server_->close(entry.id);
}

void Desktop::withdraw(Entries::iterator entry) {
    std::erase(queue_, entry->first);
    entry->second.wanted = false;
    tellLauncher();
    if (underWay_ == entry->first) return;
    if (server_ && entry->second.id) server_->close(entry->second.id);
    entries_.erase(entry);
}

std::string Desktop::description() const {
    if (server_) return server_->isReady() ? server_->description() : "a server that has not answered";
    return error_.empty() ? "no notification server" : error_;
}

void Desktop::servedBy(const std::string& owner) {
    server_.reset();
    refused_ = false;
    underWay_.reset();
    queue_.clear();
    std::erase_if(entries_, [](const auto& entry) { return !entry.second.wanted; });
    for (auto& [key, entry] : entries_) {
        entry.id = 0;
        entry.activated = false;
        queue_.push_back(key);
    }
    if (owner.empty()) return;
    auto opened = NotificationServer::open(bus_.get(), owner, *this);
    if (!opened) return failed(opened.error());
    server_ = std::move(*opened);
}

void Desktop::failed(const Error& error) {
    error_ = error.message;
    say(error.message + "; notifications are in `stint tasks` alone");
}

void Desktop::ready() {
    error_.clear();
    say("notifications are shown by " + server_->description());
    sendNext();
}

void Desktop::enqueue(const Key& key) {
    if (std::ranges::find(queue_, key) == queue_.end()) queue_.push_back(key);
    STINT_CHECK(queue_.size() <= entries_.size()); // each key is in it once
}

void Desktop::sendNext() {
    while (server_ && server_->isReady() && !underWay_ && !queue_.empty()) {
        const Key key = std::move(queue_.front());
        queue_.pop_front();
        STINT_CHECK(entries_.contains(key)); // a withdrawn one leaves the queue, too
        const Entry& entry = entries_.at(key);
        const auto sent = server_->show(entry.id, wordingOf(entry.shows, entry.sender, server_->capabilities()));
        if (sent.ok()) {
            underWay_ = key;
        } else {
            say("cannot show a notification: " + sent.error().message);
        }
    }
}

void Desktop::shown(const Result<std::uint32_t>& id) {
    STINT_CHECK(underWay_); // one call at a time has one answer
    const auto entry = entries_.find(*std::exchange(underWay_, std::nullopt));
    STINT_CHECK(entry != entries_.end()); // an entry stays until its call is answered
    if (!id && !std::exchange(refused_, true))
        say(fmt::format("{} refuses a notification: {}", server_->description(), id.error().message));
    if (id) {
        // An id that the server has given twice belongs to the newer entry.
        if (const auto other = shownAs(*id); other != entries_.end()) other->second.id = 0;
    }
    entry->second.id = id ? *id : 0;
    if (!entry->second.wanted) withdraw(entry);
    sendNext();
}

void Desktop::closed(std::uint32_t id, NotificationClosed why) {
    const auto entry = shownAs(id);
    if (entry == entries_.end()) return;
    entry->second.id = 0;
    const bool over = !entry->second.shows.ongoing;
    if (over && isPending(entry->first)) return; // its end is yet to be shown, as a new notification
    if (why == NotificationClosed::Dismissed) {
        dismissed(entry);
    } else if (over) {
        entries_.erase(entry);
    } // else its next update shows it again
}

void Desktop::dismissed(Entries::iterator entry) {
    const auto [app, id] = entry->first;
    withdraw(entry); // drops an update in the queue, too, which would bring it back
    happened_(NotificationDismissed{app, id});
}

void Desktop::pressed(std::uint32_t id, const std::string& action) {
    const auto found = shownAs(id);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    const auto offered = actionsOf(entry.shows);
    if (std::ranges::find(offered, action, &Notification::Action::key) == offered.end()) return;
    happened_(
        NotificationTapped{found->first.first, found->first.second, action, std::exchange(entry.activated, false)});
}

void Desktop::activated(std::uint32_t id, const std::string& token) {
    const auto found = shownAs(id);
    if (found == entries_.end()) return;
    found->second.activated = true;
    token_ = token.substr(0, longestToken);
    happened_(AppTapped{found->first.first});
}

bool Desktop::isPending(const Key& key) const {
    return underWay_ == key || std::ranges::find(queue_, key) != queue_.end();
}

Desktop::Entries::iterator Desktop::shownAs(std::uint32_t id) {
    return std::ranges::find_if(entries_, [id](const auto& entry) { return id != 0 && entry.second.id == id; });
}

void Desktop::say(const std::string& line) {
    if (line != std::exchange(said_, line)) news_(line);
}

} // namespace stint
