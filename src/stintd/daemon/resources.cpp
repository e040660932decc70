#include "stintd/daemon/resources.hpp"

#include <algorithm>
#include <fstream>

#include <sys/resource.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "contract/rules/concurrency.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/writer.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {
namespace {

/// Enough for thousands of connections; a higher limit would only make the kernel's table of them large.
constexpr rlim_t plenty = 65'536;

rlimit limitNow() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

unsigned long raiseDescriptorLimit() {
    rlimit limit = limitNow();
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::max(before, std::min(plenty, limit.rlim_max));
    ::setrlimit(RLIMIT_NOFILE, &limit); // if refused, the old limit stays
    return before;
}

unsigned long descriptorLimit() { return std::min(limitNow().rlim_cur, plenty); }

namespace {

Bytes memoryTotal() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    Bytes kibibytes = 0;
    file >> name >> kibibytes;
    return kibibytes * 1024;
}

} // namespace

void setSlots(Policy& policy) {
    if (!policy.origins.contains(slotsKey)) policy.constants.slots = slotsFor(memoryTotal());
}

CgroupLimits backgroundLimitsBy(const Constants& constants) {
    const auto unlessNone = [](std::int64_t value) {
        return value == Constants::none.count() ? std::nullopt : std::optional(value);
    };
    return {.memoryMax = unlessNone(constants.backgroundMemoryMax),
            .tasksMax = unlessNone(constants.backgroundTasksMax),
            .cpuQuota = unlessNone(constants.backgroundCpuQuota),
            .cpuWeight = constants.backgroundCpuWeight};
}

namespace {

/// 0: the bus's own time-out, which is long; nothing waits for the answer.
constexpr std::uint64_t usualPatience = 0;

Result<wire::Message> setProperties(sd_bus* bus, const std::string& unit, std::int64_t weight) {
    sd_bus_message* made = nullptr;
    const int result =
        sd_bus_message_new_method_call(bus, &made, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                       "org.freedesktop.systemd1.Manager", "SetUnitProperties");
    if (result < 0) return wire::errorFromErrno(-result);
    auto call = wire::Message::owning(made);
    sd_bus_message_set_auto_start(made, 0);
    wire::Writer writer(call);
    writer.string(unit).boolean(true).openArray("(sv)").openStruct("sv").string("CPUWeight").openVariant("t");
    writer.uint64(static_cast<std::uint64_t>(weight)).close().close().close();
    STINT_TRY(writer.done());
    return call;
}

} // namespace

void UnitShare::set(const std::string& unit, std::int64_t weight) {
    unit_ = unit;
    wanted_ = weight;
    if (!call_) ask();
}

void UnitShare::ask() {
    if (asked_ == wanted_ || refused_) return;
    asked_ = wanted_;
    if (!bus_) {
        auto bus = wire::openSessionBus(loop_);
        if (!bus.ok()) return; // no session, and no manager
        bus_ = std::move(bus).value();
    }
    const auto call = setProperties(bus_.get(), unit_, wanted_);
    sd_bus_slot* slot = nullptr;
    if (call.ok() && sd_bus_call_async(bus_.get(), &slot, call->get(), answered, this, usualPatience) >= 0)
        call_.reset(slot);
}

int UnitShare::answered(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& share = *static_cast<UnitShare*>(self);
    const wire::Slot ended = std::move(share.call_);
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) {
        logInfo(fmt::format("{} keeps its share of the processors: {}", share.unit_, message.error().message));
        share.refused_ = true;
    }
    share.ask();
    return 0;
}

} // namespace stint
