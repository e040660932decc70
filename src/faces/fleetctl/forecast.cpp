#include "faces/fleetctl/forecast.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "faces/views/phrases.hpp"
#include "sim/foretelling/foretold.hpp"

namespace stint::fleetctl {
namespace {

using fleet::Campaign;
using foretelling::Foretold;
using Mark = Forecast::Mark;

/// PROPOSAL: of more devices than these some have the days of others.
constexpr std::size_t mostDays = 2'000;

struct NetworkRow {
    std::int32_t type;
    std::string_view words;
};
constexpr NetworkRow networkRows[] = {{JobInfo::NETWORK_TYPE_ANY, "on a network"},
                                      {JobInfo::NETWORK_TYPE_UNMETERED, "on an unmetered network"},
                                      {JobInfo::NETWORK_TYPE_NOT_ROAMING, "on a network without roaming"},
                                      {JobInfo::NETWORK_TYPE_CELLULAR, "on a cellular network"}};

/// The conditions of the job, of those that are told of in days, as words for a device; empty: there are none.
std::string wanted(const JobInfo& job) {
    std::vector<std::string_view> words;
    if (job.isRequireCharging()) words.push_back("charging");
    if (job.isRequireDeviceIdle()) words.push_back("idle");
    std::string text = fmt::format("{}", fmt::join(words, " and "));
    for (const NetworkRow& row : networkRows)
        if (job.getNetworkType() == row.type) text += fmt::format("{}{}", text.empty() ? "" : " ", row.words);
    return text;
}

/// So many devices are at least that share of all.
std::uint32_t shareOf(std::uint32_t devices, fleet::Share share) {
    return static_cast<std::uint32_t>((std::uint64_t{devices} * share + fleet::wholeShare - 1) / fleet::wholeShare);
}

} // namespace

void DaysTold::add(std::string text) {
    if (text.empty()) return;
    ++devices;
    if (days.size() < mostDays) days.push_back(std::move(text));
}

Result<Forecast> forecastOf(const Campaign& campaign, const DaysTold& told, WallTime now) {
    foretelling::FleetFile fleet;
    fleet.devices = told.devices;
    fleet.start = now;
    fleet.until = campaign.expires + campaign.plan.endWithin;
    fleet.kinds.push_back({.name = {}, .days = foretelling::Recorded{told.days}});
    fleet.campaign = campaign;
    const Foretold foretold = STINT_TRY(
        foretelling::foretell(fleet, foretelling::Cores::Drawn, std::max(std::thread::hardware_concurrency(), 1U)));
    const auto mark = [&](std::uint32_t done, const std::optional<Duration>& after) {
        return after ? std::optional(Mark{done, now + *after}) : std::nullopt;
    };
    return Forecast{.devices = told.devices,
                    .half = mark(shareOf(told.devices, foretelling::halfOf), foretold.half),
                    .most = mark(shareOf(told.devices, foretelling::mostOf), foretold.most),
                    .latest = mark(foretold.succeeded(), foretold.latest),
                    .never = foretold.never};
}

std::string sentenceOf(const Forecast& forecast, const Campaign& campaign, WallTime now) {
    std::vector<std::string> parts;
    for (const auto& mark : {forecast.half, forecast.most})
        if (mark && mark->done < forecast.latest->done)
            parts.push_back(fmt::format("{}{} by {}", mark->done,
                                        parts.empty() ? fmt::format(" of {}", forecast.devices) : "",
                                        cli::dayText(mark->by, now)));
    const std::uint32_t done = forecast.latest ? forecast.latest->done : 0;
    if (done == 0)
        parts.push_back(fmt::format("none of {}", forecast.devices));
    else if (done == forecast.devices)
        parts.push_back(fmt::format("all {} by {}", done, cli::dayText(forecast.latest->by, now)));
    else
        parts.push_back(fmt::format("all {}but {} by {}", parts.empty() ? fmt::format("{} ", forecast.devices) : "",
                                    forecast.devices - done, cli::dayText(forecast.latest->by, now)));
    std::string sentence = fmt::format("{}", fmt::join(parts, ", "));
    if (forecast.never == 0) return sentence;
    const std::string conditions = wanted(campaign.job);
    return sentence + fmt::format("; {} {} in 14 days", forecast.never,
                                  conditions.empty()
                                      ? "had no moment for it"
                                      : fmt::format("{} not {}", forecast.never == 1 ? "was" : "were", conditions));
}

cli::Json jsonOf(const Forecast& forecast) {
    cli::Json json{{"devices", forecast.devices}};
    for (const auto& [name, mark] :
         {std::pair("half", &forecast.half), std::pair("most", &forecast.most), std::pair("latest", &forecast.latest)})
        json.emplace(name, *mark ? cli::Json{{"done", (*mark)->done}, {"by", (*mark)->by.time_since_epoch().count()}}
                                 : cli::Json());
    json.emplace("never", forecast.never);
    return json;
}

} // namespace stint::fleetctl
