#include "cli/verbs/system_bus.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>

#include <systemd/sd-bus.h>

#include "base/fail.hpp"

namespace stint::cli {
namespace {

/// A working bus answers at once.
constexpr std::uint64_t replyTimeout = 2'000'000; // microseconds

struct CloseBus {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
using SystemBus = std::unique_ptr<sd_bus, CloseBus>;

void freeAll(char** names) {
    for (char** name = names; name && *name; ++name)
        std::free(*name);
    std::free(static_cast<void*>(names));
}

} // namespace

Result<std::set<std::string>> systemBusNames() {
    sd_bus* opened = nullptr;
    int result = sd_bus_open_system(&opened);
    const SystemBus bus(opened);
    if (result >= 0) result = sd_bus_set_method_call_timeout(bus.get(), replyTimeout);
    char** owned = nullptr;
    char** startable = nullptr;
    if (result >= 0) result = sd_bus_list_names(bus.get(), &owned, &startable);
    if (result < 0) return fail(Errc::UNAVAILABLE, "there is no system bus ({})", std::strerror(-result));
    std::set<std::string> names;
    for (char** list : {owned, startable})
        for (char** name = list; name && *name; ++name)
            names.insert(*name);
    freeAll(owned);
    freeAll(startable);
    return names;
}

} // namespace stint::cli
