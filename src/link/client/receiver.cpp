// Receivers in this process: alarms and messages that the daemon delivers (limits.md §7.3, §8.5), and news of the
// network (§8.1).
#include "stint/receiver.hpp"
#include "base/result/errors.hpp"

#include "base/result/values.hpp"
#include "link/client/connection.hpp"
#include "link/wire/names.hpp"
#include "stint/job_service.hpp"

namespace stint {

struct AlarmParameters::Values {
    std::string tag;
    std::int64_t count = 1;
    WallTime trigger;
    Duration triggerElapsed{0};
};

struct RemoteMessage::Values {
    std::int32_t priority = PRIORITY_UNKNOWN;
    std::int32_t original = PRIORITY_UNKNOWN;
    std::string data;
    std::vector<std::uint8_t> bytes;
    WallTime sent;
    std::string registration;
};

const std::string& AlarmParameters::getTag() const { return valuesOf(values_).tag; }
std::int64_t AlarmParameters::getCount() const { return valuesOf(values_).count; }
WallTime AlarmParameters::getTriggerTime() const { return valuesOf(values_).trigger; }
Duration AlarmParameters::getTriggerElapsedRealtime() const { return valuesOf(values_).triggerElapsed; }

std::int32_t RemoteMessage::getPriority() const { return valuesOf(values_).priority; }
std::int32_t RemoteMessage::getOriginalPriority() const { return valuesOf(values_).original; }
const std::string& RemoteMessage::getData() const { return valuesOf(values_).data; }
const std::vector<std::uint8_t>& RemoteMessage::getBytes() const { return valuesOf(values_).bytes; }
WallTime RemoteMessage::getSentTime() const { return valuesOf(values_).sent; }
const std::string& RemoteMessage::getRegistration() const { return valuesOf(values_).registration; }

/// Builds the parameters that a receiver gets, which an app can only read.
struct ReceiverAccess {
    static AlarmParameters make(wire::AlarmCall from) {
        AlarmParameters params;
        params.values_ = std::make_shared<const AlarmParameters::Values>(
            AlarmParameters::Values{.tag = std::move(from.tag),
                                    .count = from.count,
                                    .trigger = from.requestedWall,
                                    .triggerElapsed = from.requested.time_since_epoch()});
        return params;
    }
    static RemoteMessage make(wire::MessageCall from) {
        const auto priority = [](bool high) {
            return high ? RemoteMessage::PRIORITY_HIGH : RemoteMessage::PRIORITY_NORMAL;
        };
        RemoteMessage message;
        message.values_ = std::make_shared<const RemoteMessage::Values>(
            RemoteMessage::Values{.priority = priority(from.high),
                                  .original = priority(from.original),
                                  .data = std::move(from.data),
                                  .bytes = std::move(from.bytes),
                                  .sent = from.sent,
                                  .registration = std::move(from.registration)});
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
void BroadcastReceiver::onDeletedMessages() {}
void BroadcastReceiver::onNewEndpoint(const std::string&, const std::string&) {}
void BroadcastReceiver::onUnregistered(const std::string&) {}
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
    hold.outside([&target = *receiver->second, params = ReceiverAccess::make(std::move(call.alarm))] {
        target.onAlarm(params);
    });
    answer(callback, std::nullopt);
}

void Connection::Impl::deliver(const Callback& callback, client::MessageCall& call, Hold& hold) {
    const auto receiver = receivers_.find(call.message.receiver);
    if (receiver == receivers_.end()) return refuse(callback, unknown(call.message.receiver));
    const wire::MessageCall& told = call.message;
    if (told.deleted)
        hold.outside([&target = *receiver->second] { target.onDeletedMessages(); });
    else if (told.unregistered)
        hold.outside([&target = *receiver->second, &told] { target.onUnregistered(told.registration); });
    else if (!told.endpoint.empty())
        hold.outside([&target = *receiver->second, &told] { target.onNewEndpoint(told.registration, told.endpoint); });
    else
        hold.outside([&target = *receiver->second, message = ReceiverAccess::make(std::move(call.message))] {
            target.onMessage(message);
        });
    answer(callback, std::nullopt);
}

Result<void> Connection::Impl::watchNetwork(NetworkCallback callback) {
    const Hold hold(*this);
    STINT_TRY(reach());
    auto before = std::exchange(networkCallback_, std::make_shared<const NetworkCallback>(std::move(callback)));
    auto asked = askForNetwork();
    if (!asked.ok()) networkCallback_ = std::move(before);
    return asked;
}

/// The network's present state comes by a callback, like every change of it.
Result<void> Connection::Impl::askForNetwork() {
    if (!link_) return fail(Errc::UNAVAILABLE, "stintd is gone");
    client::NetworkNews news;
    auto done = link_->call(wire::appInterface, "WatchNetwork", client::noOptions,
                            [&news](wire::Reader& reader) -> Result<void> {
                                STINT_TRY(reader.read(news.allowed));
                                return reader.read(news.because);
                            });
    noticeLoss();
    if (done.ok()) callbacks_.push_back({connection_, {}, std::move(news)});
    return done;
}

void Connection::Impl::deliver(const client::NetworkNews& news, Hold& hold) {
    const auto callback = networkCallback_;
    if (!callback || !*callback) return;
    hold.outside([&] { (*callback)(!news.allowed, news.because); });
}

} // namespace stint
