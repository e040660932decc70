#include "faces/control/work.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <systemd/sd-bus.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/message.hpp"
#include "link/wire/reader.hpp"

namespace stint::cli {
namespace {

constexpr Duration busPatience = std::chrono::seconds(5);
// An app may claim endless work: no more than this is read.
constexpr std::size_t mostWorkShown = 10'000, mostInPage = 1000;

Result<wire::Bus> workBus() {
    sd_bus* opened = nullptr;
    const int result = sd_bus_open_user(&opened);
    if (result < 0) return fail(Errc::UNAVAILABLE, "there is no session bus: {}", std::strerror(-result));
    return wire::Bus(opened);
}

template <class... Values> Result<wire::Message> askBus(sd_bus* bus, const std::string& name, const char* path,
                                                        const char* interface, const char* member, Duration patience,
                                                        const char* types, Values... values) {
    const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(patience);
    sd_bus_set_method_call_timeout(bus, static_cast<std::uint64_t>(std::max<std::int64_t>(longest.count(), 1)));
    sd_bus_message* answer = nullptr;
    sd_bus_error wrong = SD_BUS_ERROR_NULL;
    const int result =
        sd_bus_call_method(bus, name.c_str(), path, interface, member, &wrong, &answer, types, values...);
    const std::string why = wrong.message != nullptr ? wrong.message : std::strerror(-result);
    sd_bus_error_free(&wrong);
    if (result < 0) return fail(Errc::UNAVAILABLE, "{}", why);
    return wire::Message::owning(answer);
}

} // namespace

Result<std::vector<std::string>> appsWithWork() {
    const auto bus = STINT_TRY(workBus());
    const auto answer =
        STINT_TRY(askBus(bus.get(), wire::busName, wire::busPath, wire::busName, "ListNames", busPatience, ""));
    wire::Reader reader(answer);
    std::vector<std::string> packages;
    for (const auto& name : STINT_TRY(reader.strings()))
        if (auto package = wire::workPackageOf(name)) packages.push_back(std::move(*package));
    std::sort(packages.begin(), packages.end());
    return packages;
}

Result<wire::WorkList> workOf(const std::string& package, Duration patience) {
    const Duration until = steadyNow() + patience;
    const std::string name = wire::workNameOf(package);
    if (sd_bus_service_name_is_valid(name.c_str()) <= 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a package's name", package);
    const auto bus = STINT_TRY(workBus());
    wire::WorkList all;
    while (true) {
        const auto answer = askBus(bus.get(), name, wire::workPath, wire::workInterface, "List", until - steadyNow(),
                                   "a{sv}", 1, "from", "i", static_cast<std::int32_t>(all.rows.size()));
        all.more = !answer.ok() && !all.rows.empty(); // the rows that came are shown
        if (all.more) return all;
        if (!answer.ok())
            return fail(
                Errc::UNAVAILABLE,
                "no process of {} runs its work now, and its file is its own: `stint jobs` shows the jobs behind it",
                package);
        wire::Reader reader(*answer);
        auto page = STINT_TRY(wire::readWork(reader, mostWorkShown - all.rows.size()));
        const bool isLast = page.rows.size() < mostInPage;
        std::move(page.rows.begin(), page.rows.end(), std::back_inserter(all.rows));
        all.more = page.more || (!isLast && all.rows.size() == mostWorkShown);
        if (isLast || all.more) return all;
    }
}

} // namespace stint::cli
