// Receivers in this process: alarms and messages that the daemon delivers (limits.md §7.3, §8.5), and what it tells of
// the network (§8.1).
#include "stint/receiver.hpp"
#include "base/try.hpp"

#include "base/fail.hpp"
#include "client/connection_impl.hpp"
#include "stint/job_service.hpp"
#include "wire/names.hpp"

namespace stint {

/// The way into what a receiver is handed, which an app can only read.
struct ReceiverAccess {
    static AlarmParameters make(wire::AlarmCall from) {
        AlarmParameters params;
        params.tag_ = std::move(from.tag);
        params.count_ = from.count;
        params.trigger_ = from.requestedWall;
        params.triggerElapsed_ = from.requested.time_since_epoch();
        return params;
    }
    static RemoteMessage make(wire::MessageCall from) {
        RemoteMessage message;
        message.priority_ = from.high ? RemoteMessage::PRIORITY_HIGH : RemoteMessage::PRIORITY_NORMAL;
        message.original_ = from.original ? RemoteMessage::PRIORITY_HIGH : RemoteMessage::PRIORITY_NORMAL;
        message.data_ = std::move(from.data);
        message.sent_ = from.sent;
        return message;
    }
};

namespace {

Error unknown(const std::string& receiver) {
    return fail(Errc::ILLEGAL_ARGUMENT, "this process hosts no receiver \"{}\"", receiver);
}

} // namespace

BroadcastReceiver::BroadcastReceiver() = default;
BroadcastReceiver::~BroadcastReceiver() = default;
void BroadcastReceiver::onAlarm(const AlarmParameters&) {}
void BroadcastReceiver::onMessage(const RemoteMessage&) {}
int BroadcastReceiver::run(Connection& connection) { return JobService::run(connection); }

Result<void> Connection::Impl::host(const std::string& name, BroadcastReceiver& receiver) {
    const Hold hold(*this);
    STINT_TRY(reach());
    const auto [place, fresh] = receivers_.try_emplace(name, &receiver);
    if (!fresh) return fail(Errc::ILLEGAL_ARGUMENT, "the receiver \"{}\" is hosted already", name);
    auto offered = offer();
    if (!offered.ok()) receivers_.erase(place);
    return offered;
}

void Connection::Impl::deliver(const Callback& callback, client::AlarmCall& call, Hold& hold) {
    const auto receiver = receivers_.find(call.alarm.receiver);
    if (receiver == receivers_.end()) return refuse(callback, unknown(call.alarm.receiver));
    hold.outside(
        [&told = *receiver->second, params = ReceiverAccess::make(std::move(call.alarm))] { told.onAlarm(params); });
    answer(callback, std::nullopt);
}

void Connection::Impl::deliver(const Callback& callback, client::MessageCall& call, Hold& hold) {
    const auto receiver = receivers_.find(call.message.receiver);
    if (receiver == receivers_.end()) return refuse(callback, unknown(call.message.receiver));
    hold.outside([&told = *receiver->second, message = ReceiverAccess::make(std::move(call.message))] {
        told.onMessage(message);
    });
    answer(callback, std::nullopt);
}

Result<void> Connection::Impl::watchNetwork(NetworkCallback told) {
    const Hold hold(*this);
    STINT_TRY(reach());
    auto before = std::exchange(networkCallback_, std::make_shared<const NetworkCallback>(std::move(told)));
    auto asked = askForNetwork();
    if (!asked.ok()) networkCallback_ = std::move(before);
    return asked;
}

/// How it is now is told by a callback like every change of it.
Result<void> Connection::Impl::askForNetwork() {
    if (!link_) return fail(Errc::UNAVAILABLE, "stintd is gone");
    client::NetworkNews news;
    auto done = link_->call(
        wire::appInterface, "WatchNetwork", [](wire::Writer& writer) { const wire::DictionaryWriter options(writer); },
        [&news](wire::Reader& reader) -> Result<void> {
            STINT_TRY(reader.read(news.allowed));
            return reader.read(news.because);
        });
    noticeLoss();
    if (done.ok()) callbacks_.push_back({connection_, {}, std::move(news)});
    return done;
}

void Connection::Impl::deliver(const client::NetworkNews& news, Hold& hold) {
    const auto told = networkCallback_;
    if (!told || !*told) return;
    hold.outside([&] { (*told)(!news.allowed, news.because); });
}

} // namespace stint
