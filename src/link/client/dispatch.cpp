#include "link/client/dispatch.hpp"

#include <algorithm>
#include <array>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "link/client/connection.hpp"
#include "link/wire/names.hpp"
#include "stint/job_service.hpp"

namespace stint::client {
namespace {

Result<ServiceCall> readStart(wire::Reader& reader) {
    StartCall call;
    STINT_TRY(reader.read(call.run));
    STINT_TRY(reader.read(call.service));
    call.params = STINT_TRY(wire::readRunParameters(reader));
    return ServiceCall(std::move(call));
}

Result<ServiceCall> readStop(wire::Reader& reader) {
    StopCall call;
    STINT_TRY(reader.read(call.run));
    // A newer daemon's reason is passed on as its number (jobs.md §12.11).
    const std::int32_t reason = STINT_TRY(reader.int32());
    call.reason = static_cast<StopReason>(reason);
    return ServiceCall(call);
}

Result<ServiceCall> readNetworkChanged(wire::Reader& reader) {
    NetworkCall call;
    STINT_TRY(reader.read(call.run));
    call.change = STINT_TRY(wire::readNetworkChange(reader));
    return ServiceCall(std::move(call));
}

Result<ServiceCall> readAction(wire::Reader& reader) {
    ActionCall call;
    STINT_TRY(reader.read(call.run));
    STINT_TRY(reader.read(call.key));
    return ServiceCall(std::move(call));
}

Result<ServiceCall> readServiceAction(wire::Reader& reader) {
    ServiceActionCall call;
    STINT_TRY(reader.read(call.service));
    STINT_TRY(reader.read(call.notification));
    STINT_TRY(reader.read(call.key));
    return ServiceCall(std::move(call));
}

Result<ServiceCall> readUnbind(wire::Reader&) { return ServiceCall(UnbindCall{}); }

Result<ServiceCall> readAlarm(wire::Reader& reader) {
    AlarmCall call;
    STINT_TRY(reader.read(call.delivery));
    call.alarm = STINT_TRY(wire::readAlarmCall(reader));
    return ServiceCall(std::move(call));
}

Result<ServiceCall> readMessage(wire::Reader& reader) {
    MessageCall call;
    STINT_TRY(reader.read(call.delivery));
    call.message = STINT_TRY(wire::readMessageCall(reader));
    return ServiceCall(std::move(call));
}

Result<ServiceCall> readNetworkNews(wire::Reader& reader) {
    NetworkNews news;
    STINT_TRY(reader.read(news.allowed));
    STINT_TRY(reader.read(news.because));
    return ServiceCall(std::move(news));
}

Result<ServiceCall> readReasonsNews(wire::Reader& reader) {
    ReasonsNews news;
    STINT_TRY(reader.read(news.job.second));
    STINT_TRY(reader.read(news.job.first));
    news.reasons = STINT_TRY(readReasons(reader));
    return ServiceCall(std::move(news));
}

struct Method {
    std::string_view interface;
    std::string_view name;
    Result<ServiceCall> (*read)(wire::Reader&);
    bool isSignal = false;
};
constexpr std::array methods = {
    Method{wire::jobServiceInterface, "StartJob", readStart},
    Method{wire::jobServiceInterface, "StopJob", readStop},
    Method{wire::jobServiceInterface, "NetworkChanged", readNetworkChanged},
    Method{wire::jobServiceInterface, "NotificationAction", readAction},
    Method{wire::jobServiceInterface, "ForegroundServiceAction", readServiceAction},
    Method{wire::jobServiceInterface, "Unbind", readUnbind},
    Method{wire::receiverInterface, "Alarm", readAlarm},
    Method{wire::receiverInterface, "Message", readMessage},
    Method{wire::appInterface, "NetworkAccess", readNetworkNews, true},
    Method{wire::jobSchedulerInterface, "PendingJobReasons", readReasonsNews, true},
};

const Method* methodOf(const wire::Message& message) {
    const auto* const method = std::ranges::find_if(methods, [&message](const Method& one) {
        return one.interface == message.interface() && one.name == message.member();
    });
    return method == methods.end() ? nullptr : method;
}

} // namespace

Result<ServiceCall> readServiceCall(const wire::Message& message) {
    const Method* const method = methodOf(message);
    if (!method) {
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "an app has no method {}.{}; dbus/org.stint.JobService1.xml and Receiver1.xml have them all",
                    message.interface(), message.member());
    }
    wire::Reader reader(message);
    auto call = method->read(reader);
    if (!call.ok()) return within(message.member(), std::move(call).error());
    return call;
}

bool isNews(const wire::Message& message) {
    if (message.isCall() || message.isAnswer()) return false;
    const Method* const method = methodOf(message);
    return method && method->isSignal;
}

Result<std::vector<PendingReason>> readReasons(wire::Reader& reader) {
    std::vector<PendingReason> reasons;
    STINT_TRY(reader.array("i", [&reasons](wire::Reader& element) -> Result<void> {
        // A newer daemon's reason is passed on as its number (jobs.md §12.11).
        const std::int32_t reason = STINT_TRY(element.int32());
        reasons.push_back(static_cast<PendingReason>(reason));
        return {};
    }));
    if (reasons.empty()) reasons.push_back(PENDING_JOB_REASON_UNDEFINED);
    return reasons;
}

} // namespace stint::client

namespace stint {

// The daemon's messages to this process, and the callbacks that they cause.

namespace {

struct Counted {
    explicit Counted(int& number) : count(number) { ++count; }
    ~Counted() { --count; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    int& count;
};

} // namespace

Result<bool> Connection::Impl::dispatch() {
    Hold hold(*this);
    const Counted inside(dispatching_);
    told_ = Instant::min();
    fd_.drain();
    takeIn();
    while (!callbacks_.empty()) {
        Callback next = std::move(callbacks_.front());
        callbacks_.pop_front();
        perform(next, hold);
    }
    abandonLost();
    sendAllDue();
    STINT_TRY(hostAnew());
    return !isOver();
}

void Connection::Impl::takeIn() {
    while (link_) {
        auto message = link_->next();
        if (!message) break;
        receive(*message);
    }
    noticeLoss();
}

void Connection::Impl::receive(const wire::Message& message) {
    // Anything else is a signal we did not ask for, or the answer to a call that was given up.
    if (!message.isCall() && !client::isNews(message)) return;
    auto call = client::readServiceCall(message);
    if (!call.ok()) {
        (void)wire::replyError(message, call.error()); // a signal gets no reply
    } else if (std::holds_alternative<client::UnbindCall>(*call)) {
        unbound_ = true;
    } else {
        callbacks_.push_back({connection_, message, std::move(*call)});
    }
}

void Connection::Impl::perform(Callback& callback, Hold& hold) {
    std::visit(Overloaded{[&](client::StartCall& call) { start(callback, call, hold); },
                          [&](client::StopCall& call) { stop(callback, call, hold); },
                          [&](client::NetworkCall& call) { changeNetwork(callback, call, hold); },
                          [&](client::ActionCall& call) { act(callback, call, hold); },
                          [&](client::ServiceActionCall& call) { act(call, hold); }, [](client::UnbindCall&) {},
                          [&](client::AlarmCall& call) { deliver(callback, call, hold); },
                          [&](client::MessageCall& call) { deliver(callback, call, hold); },
                          [&](client::NetworkNews& news) { deliver(news, hold); },
                          [&](client::ReasonsNews& news) { deliver(news, hold); }},
               callback.call);
}

void Connection::Impl::start(Callback& callback, client::StartCall& call, Hold& hold) {
    const auto service = services_.find(call.service);
    if (service == services_.end()) {
        return refuse(callback, fail(Errc::ILLEGAL_ARGUMENT, "this process hosts no service \"{}\"", call.service));
    }
    const client::RunKey key{callback.connection, call.run};
    const auto [run, fresh] = runs_.try_emplace(key);
    if (!fresh) return refuse(callback, fail(Errc::ILLEGAL_STATE, "run {} goes on here already", call.run));
    run->second.service = service->second;
    run->second.params = JobParametersAccess::make(key, std::move(call.params));

    JobService& asked = *service->second;
    const bool ongoing =
        hold.outside([&asked, params = handOut(key, run->second)] { return asked.onStartJob(params); });
    answer(callback, ongoing);

    const auto after = runs_.find(key);
    if (after == runs_.end()) return;
    after->second.state = client::Run::State::Executing;
    // jobs.md §4.2: false is the end of the run, whatever was reported before it.
    if (!ongoing) {
        runs_.erase(after);
    } else if (after->second.finish) {
        end(after);
    } else if (after->second.handle.expired()) {
        abandon(*after);
    }
}

void Connection::Impl::stop(Callback& callback, const client::StopCall& call, Hold& hold) {
    const client::RunKey key{callback.connection, call.run};
    const auto run = runs_.find(key);
    // jobFinished() crossed the daemon's call: it was the answer (jobs.md §4.2). An error would be a callback that has
    // thrown, and the end of the whole process.
    if (run == runs_.end()) return answer(callback, false);
    run->second.state = client::Run::State::Stopping;
    JobParametersAccess::setStopReason(run->second.params, call.reason);

    JobService& asked = *run->second.service;
    const bool again = hold.outside([&asked, params = handOut(key, run->second)] { return asked.onStopJob(params); });
    answer(callback, again);
    runs_.erase(key);
}

void Connection::Impl::changeNetwork(const Callback& callback, client::NetworkCall& call, Hold& hold) {
    const auto run = runs_.find({callback.connection, call.run});
    if (run == runs_.end()) return;
    // jobs.md §4.7: the parameters' network first, then the callback.
    JobParametersAccess::setNetwork(run->second.params, std::move(call.change));
    JobService& asked = *run->second.service;
    hold.outside([&asked, params = handOut(run->first, run->second)] { asked.onNetworkChanged(params); });
}

void Connection::Impl::act(const Callback& callback, const client::ActionCall& call, Hold& hold) {
    const auto run = runs_.find({callback.connection, call.run});
    if (run == runs_.end()) return;
    JobService& asked = *run->second.service;
    hold.outside([&, params = handOut(run->first, run->second)] { asked.notificationAction(params, call.key); });
}

void Connection::Impl::act(const client::ServiceActionCall& call, Hold& hold) {
    const auto found = actionCallbacks_.find(call.service);
    if (found == actionCallbacks_.end() || !foreground_.contains({call.service, call.notification})) return;
    hold.outside([&, callback = found->second] { (*callback)(call.notification, call.key); });
}

// Answers the daemon that called; a daemon that has died since, and our own calls, get no answer.
void Connection::Impl::answer(const Callback& callback, std::optional<bool> value) {
    if (callback.message && link_ && callback.connection == connection_) (void)link_->answer(callback.message, value);
    noticeLoss();
}

void Connection::Impl::refuse(const Callback& callback, const Error& error) {
    if (callback.message && link_ && callback.connection == connection_)
        (void)wire::replyError(callback.message, error);
    noticeLoss();
}

/// architecture.md, libstint: a process of the app's own connects again, and registers once its callbacks have
/// returned.
Result<void> Connection::Impl::hostAnew() {
    const bool isWanted = isMissed() && !isOver();
    if (!isWanted || dispatching_ > 1 || !callbacks_.empty() || bootNow() < retryAt_) return {};
    retryAt_ = bootNow() + backoff_.next();
    if (!link_ && !connect().ok()) return {};
    auto offered = offer();
    if (offered.ok() || offered.error().code == Errc::UNAVAILABLE) return {};
    // The new daemon has another opinion of this app; asking again will not change it.
    mustHost_ = false;
    return offered;
}

} // namespace stint
