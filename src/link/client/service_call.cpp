#include "link/client/service_call.hpp"

#include <algorithm>
#include <array>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/names.hpp"

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
    call.network = STINT_TRY(wire::readNetwork(reader));
    return ServiceCall(std::move(call));
}

Result<ServiceCall> readAction(wire::Reader& reader) {
    ActionCall call;
    STINT_TRY(reader.read(call.run));
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

struct Method {
    std::string_view interface;
    std::string_view name;
    Result<ServiceCall> (*read)(wire::Reader&);
};
constexpr std::array methods = {
    Method{wire::jobServiceInterface, "StartJob", readStart},
    Method{wire::jobServiceInterface, "StopJob", readStop},
    Method{wire::jobServiceInterface, "NetworkChanged", readNetworkChanged},
    Method{wire::jobServiceInterface, "NotificationAction", readAction},
    Method{wire::jobServiceInterface, "Unbind", readUnbind},
    Method{wire::receiverInterface, "Alarm", readAlarm},
    Method{wire::receiverInterface, "Message", readMessage},
    Method{wire::appInterface, "NetworkAccess", readNetworkNews},
};

} // namespace

Result<ServiceCall> readServiceCall(const wire::Message& message) {
    const auto method = std::ranges::find_if(methods, [&message](const Method& one) {
        return one.interface == message.interface() && one.name == message.member();
    });
    if (method == methods.end()) {
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "an app has no method {}.{}; dbus/org.stint.JobService1.xml and Receiver1.xml have them all",
                    message.interface(), message.member());
    }
    wire::Reader reader(message);
    auto call = method->read(reader);
    if (!call.ok()) return within(message.member(), std::move(call).error());
    return call;
}

bool isNetworkNews(const wire::Message& message) {
    return !message.isCall() && !message.isAnswer() && message.interface() == wire::appInterface &&
           message.member() == "NetworkAccess";
}

} // namespace stint::client
