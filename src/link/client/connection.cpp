#include "link/client/connection.hpp"

#include <algorithm>
#include <ranges>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "stint/connection.hpp"
#include "stint/job_service.hpp"

namespace stint {

Result<std::shared_ptr<Connection::Impl>> Connection::Impl::open() {
    client::WakeableFd fd = STINT_TRY(client::WakeableFd::open());
    std::optional<client::BusLink> link = STINT_TRY(client::BusLink::inherited());
    const bool started = link.has_value();
    if (!started) link = STINT_TRY(client::BusLink::connect());
    STINT_TRY(fd.watch(link->socket(), link->events()));
    std::shared_ptr<Impl> impl(new Impl(std::move(fd), *std::move(link)));
    impl->started_ = started;
    return impl;
}

std::optional<Duration> Connection::Impl::timeout() {
    const Hold hold(*this);
    told_ = nextDeadline();
    if (told_ == Instant::max()) return std::nullopt;
    if (told_ == Instant::min()) return 0ms;
    return std::max(told_ - bootNow(), Duration(0));
}

bool Connection::Impl::isCutOff() {
    const Hold hold(*this);
    return cutOff_;
}

Result<void> Connection::Impl::host(const std::string& name, JobService& service) {
    const Hold hold(*this);
    STINT_TRY(reach());
    const auto [place, fresh] = services_.try_emplace(name, &service);
    if (!fresh) return fail(Errc::ILLEGAL_ARGUMENT, "the service \"{}\" is hosted already", name);
    auto offered = offer();
    if (!offered.ok()) services_.erase(place);
    return offered;
}

Result<std::string> Connection::Impl::package() {
    const Hold hold(*this);
    if (package_.empty()) {
        STINT_TRY(reach());
        STINT_TRY(offer());
    }
    return package_;
}

Result<void> Connection::Impl::call(const char* member, const client::BusLink::Write& write,
                                    const client::BusLink::Read& read) {
    return call(wire::jobSchedulerInterface, member, write, read);
}

Result<void> Connection::Impl::call(const char* interface, const char* member, const client::BusLink::Write& write,
                                    const client::BusLink::Read& read) {
    const Hold hold(*this);
    STINT_TRY(reach());
    auto done = link_->call(interface, member, write, read);
    noticeLoss();
    return done;
}

Result<void> Connection::Impl::ask(const char* member, const client::BusLink::Write& write,
                                   const client::BusLink::Read& read) {
    return ask(wire::jobSchedulerInterface, member, write, read);
}

Result<void> Connection::Impl::ask(const char* interface, const char* member, const client::BusLink::Write& write,
                                   const client::BusLink::Read& read) {
    const Hold hold(*this);
    for (int again = 0;; ++again) {
        STINT_TRY(reach());
        auto answered = link_->call(interface, member, write, read);
        noticeLoss();
        if (answered || link_ || again == wire::mostAgain) return answered;
    }
}

Result<void> Connection::Impl::connect() {
    client::BusLink link = STINT_TRY(client::BusLink::connect());
    STINT_TRY(fd_.watch(link.socket(), link.events()));
    link_ = std::move(link);
    resumeForeground(); // before any other call: the app's rights depend on it
    if (!link_) return fail(Errc::UNAVAILABLE, "stintd has gone again");
    return {};
}

/// Makes sure that there is a link, the present or a new one. A daemon that hung up before the call certainly did not
/// get it; later, nobody knows.
Result<void> Connection::Impl::reach() {
    if (link_ && link_->isHungUp()) lose();
    if (link_) return {};
    if (started_) return fail(Errc::UNAVAILABLE, "stintd, which started this process, is gone");
    return connect();
}

void Connection::Impl::noticeLoss() {
    if (link_ && !link_->isOpen()) lose();
}

void Connection::Impl::lose() {
    fd_.forget();
    link_.reset();
    // The dead daemon's calls are of no use to anyone.
    std::erase_if(callbacks_, [this](const Callback& callback) { return callback.connection == connection_; });
    if (started_) {
        cutOff_ = !unbound_;
        return;
    }
    // architecture.md, when the daemon dies: onStopJob is called locally. A run whose onStopJob is under way gets no
    // second one.
    for (const auto& [key, run] : runs_) {
        if (key.connection != connection_ || run.state == client::Run::State::Stopping) continue;
        callbacks_.push_back({key.connection, {}, client::StopCall{key.run, STOP_REASON_UNDEFINED}});
    }
    ++connection_;
    mustHost_ = true;
    retryAt_ = bootNow() + backoff_.next();
}

/// Sends the whole list each time, so that it is right whatever the daemon knew before. Without any service, Host still
/// names the package.
Result<void> Connection::Impl::offer() {
    const auto names = [](const auto& hosted) {
        const auto keys = hosted | std::views::keys;
        return std::vector<std::string>(keys.begin(), keys.end());
    };
    const bool nothingElse = receivers_.empty() && !networkCallback_;
    if (!services_.empty() || nothingElse) STINT_TRY(offer(wire::jobSchedulerInterface, "Host", names(services_)));
    if (!receivers_.empty()) STINT_TRY(offer(wire::appInterface, "HostReceivers", names(receivers_)));
    if (networkCallback_) STINT_TRY(askForNetwork());
    STINT_TRY(askForAllReasons());
    mustHost_ = false;
    backoff_.reset();
    return {};
}

Result<void> Connection::Impl::offer(const char* interface, const char* member, std::vector<std::string> names) {
    if (!link_) return fail(Errc::UNAVAILABLE, "stintd is gone");
    auto done = link_->call(
        interface, member,
        [&names](wire::Writer& writer) { const wire::DictionaryWriter options(writer.strings(names)); },
        [this](wire::Reader& reader) { return reader.read(package_); });
    noticeLoss();
    return done;
}

/// The time at which dispatch() has something to do that no socket shows.
Instant Connection::Impl::nextDeadline() const {
    if (!callbacks_.empty() || isOver()) return Instant::min();
    if (link_ && link_->hasQueued()) return Instant::min();
    Instant next = isMissed() ? retryAt_ : Instant::max();
    for (const client::Run& run : runs_ | std::views::values) {
        next = std::min(next, run.reports.dueAt());
        for (const client::Reports& item : run.items | std::views::values)
            next = std::min(next, item.dueAt());
    }
    return next;
}

void Connection::Impl::settle() {
    if (link_) (void)fd_.watch(link_->socket(), link_->events());
    const Instant next = nextDeadline();
    if (next >= told_) return;
    told_ = next;
    fd_.wake();
}

namespace {

template <class Impl> Result<wire::Standing> standingOf(Impl& impl) {
    wire::Standing standing;
    STINT_TRY(impl.ask(wire::appInterface, "GetStanding", client::noOptions,
                       [&standing](wire::Reader& reader) -> Result<void> {
                           standing = STINT_TRY(wire::readRow<wire::Standing>(reader));
                           return {};
                       }));
    return standing;
}

} // namespace

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open() {
    auto impl = STINT_TRY(Impl::open());
    return Connection(std::move(impl));
}

int Connection::fd() const { return impl_->fd(); }
std::optional<Duration> Connection::timeout() const { return impl_->timeout(); }
Result<bool> Connection::dispatch() { return impl_->dispatch(); }
Result<std::string> Connection::package() { return impl_->package(); }

Result<void> Connection::startForegroundService(std::string name, std::int32_t notificationId,
                                                const Notification& notification) {
    return impl_->startForeground(name, notificationId, notification);
}

Result<void> Connection::stopForegroundService(std::string name) { return impl_->stopForeground(name, std::nullopt); }

Result<void> Connection::stopForegroundService(std::string name, std::int32_t notificationId) {
    return impl_->stopForeground(name, notificationId);
}

void Connection::onForegroundServiceAction(std::string name,
                                           std::function<void(std::int32_t, const std::string&)> callback) {
    impl_->onForegroundAction(name, std::move(callback));
}

Result<void> Connection::createNotificationChannel(std::string id, std::string name, std::string importance) {
    return impl_->call(
        "CreateNotificationChannel",
        [&](wire::Writer& writer) {
            const wire::DictionaryWriter options(writer.string(id).string(name).string(importance));
        },
        [](wire::Reader&) { return Result<void>(); });
}

Result<void> Connection::deleteNotificationChannel(std::string id) {
    return impl_->call(
        "DeleteNotificationChannel",
        [&](wire::Writer& writer) { const wire::DictionaryWriter options(writer.string(id)); },
        [](wire::Reader&) { return Result<void>(); });
}

Result<void> Connection::host(std::string name, BroadcastReceiver& receiver) { return impl_->host(name, receiver); }

Result<std::int32_t> Connection::getAppStandbyBucket() {
    const auto standing = STINT_TRY(standingOf(*impl_));
    return valueOf(standing.bucket);
}
Result<std::int32_t> Connection::getMyImportance() {
    const auto standing = STINT_TRY(standingOf(*impl_));
    return standing.importance;
}
Result<bool> Connection::isNetworkBlocked() {
    const auto standing = STINT_TRY(standingOf(*impl_));
    return !standing.networkAllowed;
}

Result<void> Connection::onNetworkBlocked(std::function<void(bool, const std::string&)> callback) {
    return impl_->watchNetwork(std::move(callback));
}

Result<void> Connection::host(std::string name, JobService& service) {
    service.connection_ = impl_;
    return impl_->host(name, service);
}

// Foreground services of this process (jobs.md §5.5). The daemon forgets them when it dies, the process does not: each
// is begun anew on the next connection, before any other call there.

Result<void> Connection::Impl::startForeground(const std::string& name, std::int32_t id,
                                               const Notification& notification) {
    const Hold hold(*this);
    STINT_TRY(reach());
    STINT_TRY(beginForeground({name, id}, notification, false));
    foreground_.insert_or_assign({name, id}, notification);
    return {};
}

Result<void> Connection::Impl::stopForeground(const std::string& name, std::optional<std::int32_t> only) {
    const Hold hold(*this);
    // No later daemon will begin it, whether this one can be reached or not.
    const auto isOfIt = [&name](const auto& one) { return one.first.first == name; };
    std::erase_if(foreground_, [&](const auto& one) { return isOfIt(one) && (!only || one.first.second == *only); });
    if (std::ranges::none_of(foreground_, isOfIt)) only.reset(); // the last one ends the service
    STINT_TRY(reach());
    auto done = link_->call(
        "StopForegroundService",
        [&](wire::Writer& writer) {
            wire::DictionaryWriter options(writer.string(name));
            if (only) options.put("notification", *only);
        },
        client::nothing);
    noticeLoss();
    return done;
}

void Connection::Impl::onForegroundAction(const std::string& name, ActionCallback callback) {
    const Hold hold(*this);
    if (callback)
        actionCallbacks_[name] = std::make_shared<const ActionCallback>(std::move(callback));
    else
        actionCallbacks_.erase(name);
}

Result<void> Connection::Impl::beginForeground(const client::Shown& shown, const Notification& notification,
                                               bool resumes) {
    auto done = link_->call(
        "StartForegroundService",
        [&](wire::Writer& writer) {
            wire::writeNotification(writer.string(shown.first).int32(shown.second), notification);
            wire::DictionaryWriter options(writer);
            if (resumes) options.put("resumes", true);
        },
        client::nothing);
    noticeLoss();
    return done;
}

void Connection::Impl::resumeForeground() {
    for (auto it = foreground_.begin(); it != foreground_.end() && link_;) {
        const auto done = beginForeground(it->first, it->second, true);
        // A daemon that refuses has another opinion of this app; asking again will not change it.
        const bool refused = !done.ok() && done.error().code != Errc::UNAVAILABLE;
        it = refused ? foreground_.erase(it) : std::next(it);
    }
}

} // namespace stint
