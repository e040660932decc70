#include "sim/judge/tally.hpp"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "base/time/time.hpp"

namespace stint::sim {
namespace {

std::int64_t& at(Sums& sums, Sum sum) { return sums[static_cast<std::size_t>(sum)]; }

/// One job's life, from line to line of the trace.
struct Life {
    std::optional<Duration> waitsSince;
    std::optional<Duration> runsSince;

    void waits(Duration from) { waitsSince = from; }
    void ends(Sums& sums, Duration now) {
        if (waitsSince) at(sums, Sum::Waited) += std::max(Duration{0}, now - *waitsSince).count();
        if (runsSince) at(sums, Sum::RunTime) += (now - *runsSince).count();
        waitsSince.reset();
        runsSince.reset();
    }
};

Duration earliestOf(const Happening& happening) {
    const auto field = std::ranges::find(happening.fields, "earliest", &Field::key);
    if (field == happening.fields.end()) return happening.at;
    return std::max(happening.at, std::get<Duration>(field->value));
}

void follow(const Happening& one, Life& life, Sums& sums) {
    if (one.what == "scheduled" || one.what == "replaced") {
        if (!life.runsSince) life.waits(one.at);
    } else if (one.what == "started") {
        life.ends(sums, one.at);
        life.runsSince = one.at;
        ++at(sums, Sum::Starts);
    } else if (one.what == "stopped") {
        life.ends(sums, one.at);
        ++at(sums, Sum::Stops);
        life.waits(one.at);
    } else if (one.what == "rescheduled") {
        life.ends(sums, one.at);
        life.waits(earliestOf(one));
    } else if (one.what == "finished" || one.what == "cancelled" || one.what == "dropped") {
        life.ends(sums, one.at);
    }
}

} // namespace

std::string sumText(Sum sum, std::int64_t value) {
    if (sum == Sum::RunTime || sum == Sum::Waited) return formatDuration(Duration{value});
    return sum == Sum::Moved ? formatSize(value) : fmt::format("{}", value);
}

std::map<std::string, Sums> tallyOf(const Played& played, Duration end) {
    std::map<std::string, Sums> tally;
    std::map<JobKey, Life> lives;
    for (const Happening& one : played.history) {
        if (one.job) follow(one, lives[*one.job], tally[stint::textOf(*one.job)]);
        if (isMessage(one, "late_by")) ++at(tally[one.app->name.str()], Sum::Messages);
    }
    for (auto& [job, life] : lives)
        life.ends(tally[stint::textOf(job)], end);
    for (const auto& [job, bytes] : played.moved)
        at(tally[stint::textOf(job)], Sum::Moved) += bytes;
    for (const auto& [app, count] : played.wakeUps)
        at(tally[app.name.str()], Sum::WakeUps) += count;
    return tally;
}

std::vector<Difference> differences(const std::map<std::string, Sums>& before,
                                    const std::map<std::string, Sums>& after) {
    std::map<std::string, Difference> all;
    for (const auto& [of, sums] : before)
        all[of].before = sums;
    for (const auto& [of, sums] : after)
        all[of].after = sums;
    std::vector<Difference> differing;
    for (auto& [of, difference] : all) {
        difference.of = of;
        if (difference.before != difference.after) differing.push_back(std::move(difference));
    }
    return differing;
}

} // namespace stint::sim
