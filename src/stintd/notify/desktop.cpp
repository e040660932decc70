#include "stintd/notify/desktop.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/result/check.hpp"

namespace stint {
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
