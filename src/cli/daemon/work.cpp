#include "cli/daemon/work.hpp"

#include <algorithm>
#include <cstring>
#include <systemd/sd-bus.h>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "wire/message.hpp"
#include "wire/reader.hpp"
#include "wire/session_bus.hpp"

namespace stint::cli {
namespace {

constexpr std::uint64_t workPatience = 5'000'000; // µs: an app that is silent is not waited for
constexpr std::size_t mostWorkShown = 100'000;    // what an app says is not believed without end

Result<wire::Bus> workBus() {
    sd_bus* opened = nullptr;
    const int result = sd_bus_open_user(&opened);
    if (result < 0) return fail(Errc::UNAVAILABLE, "there is no session bus: {}", std::strerror(-result));
    sd_bus_set_method_call_timeout(opened, workPatience);
    return wire::Bus(opened);
}

Result<wire::Message> askBus(sd_bus* bus, const std::string& name, const char* path, const char* interface,
                             const char* member, const char* types) {
    sd_bus_message* answer = nullptr;
    sd_bus_error wrong = SD_BUS_ERROR_NULL;
    const int result = *types == '\0'
                           ? sd_bus_call_method(bus, name.c_str(), path, interface, member, &wrong, &answer, "")
                           : sd_bus_call_method(bus, name.c_str(), path, interface, member, &wrong, &answer, types,
                                                0); // an empty dictionary
    const std::string why = wrong.message != nullptr ? wrong.message : std::strerror(-result);
    sd_bus_error_free(&wrong);
    if (result < 0) return fail(Errc::UNAVAILABLE, "{}", why);
    return wire::Message::owning(answer);
}

} // namespace

Result<std::vector<std::string>> appsWithWork() {
    const auto bus = STINT_TRY(workBus());
    const auto answer = STINT_TRY(askBus(bus.get(), wire::busName, wire::busPath, wire::busName, "ListNames", ""));
    wire::Reader reader(answer);
    std::vector<std::string> packages;
    for (const auto& name : STINT_TRY(reader.strings()))
        if (auto package = wire::workPackageOf(name)) packages.push_back(std::move(*package));
    std::sort(packages.begin(), packages.end());
    return packages;
}

Result<std::vector<wire::WorkRow>> workOf(const std::string& package) {
    const auto bus = STINT_TRY(workBus());
    const std::string name = wire::workNameOf(package);
    if (sd_bus_service_name_is_valid(name.c_str()) <= 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is no package's name", package);
    const auto answer = askBus(bus.get(), name, wire::workPath, wire::workInterface, "List", "a{sv}");
    if (!answer.ok())
        return fail(
            Errc::UNAVAILABLE,
            "no process of {} runs its work now, and its file is its own: `stint jobs` shows the jobs behind it",
            package);
    wire::Reader reader(*answer);
    return STINT_TRY(wire::readWork(reader, mostWorkShown)).rows;
}

} // namespace stint::cli
