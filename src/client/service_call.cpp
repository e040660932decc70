#include "client/service_call.hpp"

#include <algorithm>
#include <array>

#include "base/fail.hpp"
#include "wire/names.hpp"

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
    // A reason of a newer daemon's is handed on as the number it is (jobs.md §12.11).
    call.reason = static_cast<StopReason>(STINT_TRY(reader.int32()));
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

struct Method {
    std::string_view name;
    Result<ServiceCall> (*read)(wire::Reader&);
};
constexpr std::array methods = {
    Method{"StartJob", readStart},
    Method{"StopJob", readStop},
    Method{"NetworkChanged", readNetworkChanged},
    Method{"NotificationAction", readAction},
    Method{"Unbind", readUnbind},
};

} // namespace

Result<ServiceCall> readServiceCall(const wire::Message& message) {
    const auto method = std::ranges::find(methods, message.member(), &Method::name);
    if (message.interface() != wire::jobServiceInterface || method == methods.end()) {
        return fail(Errc::IllegalArgument, "an app has no method {}.{}; dbus/org.stint.JobService1.xml has them all",
                    message.interface(), message.member());
    }
    wire::Reader reader(message);
    auto call = method->read(reader);
    if (!call.ok()) return within(message.member(), std::move(call).error());
    return call;
}

} // namespace stint::client
