// The cost of the simulator's work where nothing but the work is done: the phone's timeline by the same rules, as dense
// as we can write it. Apps, jobs and networks are numbers, what is asked of all apps alike is asked once for 64 bits of
// them, and everything lies in flat arrays: no text, no map, no allocation. It reckons every rule that the phone meets:
// windows of periodic jobs and their flex, back-off, constraints, the queue by turns, slots, both machines of Doze with
// their windows, buckets by both clocks, quotas by time, jobs, sessions and rates, free time on the charger, the
// restricted bucket with its idle path, each app's network. That it does is checked before anything is timed: what has
// happened must be what sim::play says, line by line, for each phone of the fleet, and for one over two weeks, which
// meets the restricted bucket.
//
// Left out, since the phone has none of it, and refused where a scenario has (bound_phone.cpp): user-initiated and
// expedited jobs, priorities, deadlines, latencies, payloads, work items, storage, heat, battery saver, Data Saver;
// apps that are seen, used, restricted by a person, crash, hang or are asked for something; notifications, alarms,
// messages, reboots, other policies. Runs that last as long as their guarantee, with all that follows for slots: the
// longest of the phone's is two minutes, so that no app runs for half of an hour either (jobs.md §3.5). What is kept
// for people alone: reasons, forecasts, the store's records. And one of the core's ways: it remembers each job's last
// answer about its quota, where the bound has one for all jobs of an app. They differ where an app runs out of time and
// its jobs are asked at several moments (limits.md §3.7); the phone's run out of sessions alone.
#include <algorithm>
#include <cstring>
#include <ctime>
#include <vector>

#include <fmt/core.h>

#include "bench/bound_play.hpp"
#include "bench/figures.hpp"
#include "bench/phone.hpp"
#include "sim/judge/play.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

constexpr int days = 7;
constexpr int longDays = 15; ///< an app that is never used is restricted after eight
constexpr int fleet = 8;
constexpr int rounds = 5;      ///< of the whole fleet
constexpr int playsATurn = 50; ///< of the bound, so that its turn is long enough to be timed
constexpr double goalTimes = 8;

struct Phone {
    sim::Scenario scenario;
    DensePhone dense;
};

double onProcessor() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::string lineOf(const sim::Happening& happening) {
    std::string line = fmt::format("{} {}", formatDuration(happening.at), happening.what);
    if (happening.job)
        line += fmt::format(" {}", textOf(*happening.job));
    else if (happening.app)
        line += fmt::format(" {}", happening.app->name);
    for (const sim::Field& field : happening.fields)
        line += fmt::format(" {}: {}", field.key, sim::textOf(field.value));
    return line;
}

bool same(const sim::Happening& a, const sim::Happening& b) {
    return a.at == b.at && a.wall == b.wall && a.what == b.what && a.app == b.app && a.job == b.job &&
           a.fields == b.fields;
}

/// True if the bound plays what the simulator plays; prints where it does not.
bool playsTheSame(DensePlayer& player, const Phone& phone, int number) {
    const auto played = sim::play(phone.scenario, {});
    const auto records = player.play(phone.dense);
    const auto& history = played->history;
    const auto lines = std::min(records.size(), history.size());
    for (std::size_t n = 0; n < lines; ++n) {
        const sim::Happening ours = spelled(records[n], phone.dense);
        if (same(ours, history[n])) continue;
        fmt::print(stderr, "phone {}, line {}:\n  the bound: {}\n  sim::play: {}\n", number, n + 1, lineOf(ours),
                   lineOf(history[n]));
        return false;
    }
    if (records.size() == history.size()) return true;
    fmt::print(stderr, "phone {}: the bound has {} lines, sim::play {}\n", number, records.size(), history.size());
    return false;
}

double median(std::vector<double> all) {
    std::ranges::sort(all);
    return all[all.size() / 2];
}

/// The time of each turn, on the processor.
struct Turns {
    std::vector<double> anEvent; ///< seconds
    std::vector<double> aDay;

    void add(double seconds, double events) {
        anEvent.push_back(seconds / events);
        aDay.push_back(seconds / days);
    }
    std::vector<std::string> row(const std::string& who, const Turns& least) const {
        return {who, fmt::format("{:.0f}", 1 / median(aDay)), fmt::format("{:.3f}", 1e6 * median(anEvent)),
                fmt::format("{:.1f}", median(anEvent) / median(least.anEvent))};
    }
};

/// For a profile by callgrind, of a build with -g1: only the week is counted with --toggle-collect='stint::sim::play*'.
int playOnce() {
    fmt::print("{} events\n", sim::play(bench::phone(0, days), {})->events);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--week") == 0) return playOnce();
    std::vector<Phone> phones;
    const auto phoneOf = [](int number, int length) {
        Phone phone{.scenario = bench::phone(number, length), .dense = {}};
        phone.dense = densePhone(phone.scenario);
        return phone;
    };
    for (int number = 0; number < fleet; ++number)
        phones.push_back(phoneOf(number, days));

    say("playing each phone twice: what has happened must be the same");
    DensePlayer player;
    std::size_t lines = 0;
    for (int number = 0; number < fleet; ++number) {
        if (!playsTheSame(player, phones[static_cast<std::size_t>(number)], number)) return 1;
        lines += player.play(phones[static_cast<std::size_t>(number)].dense).size();
    }
    if (!playsTheSame(player, phoneOf(fleet, longDays), fleet)) return 1;

    say("timing both by turns");
    Turns simulator, bound;
    std::vector<double> times;
    for (int turn = 0; turn < rounds * fleet; ++turn) {
        const Phone& phone = phones[static_cast<std::size_t>(turn % fleet)];
        const double begin = onProcessor();
        const auto events = static_cast<double>(sim::play(phone.scenario, {})->events);
        const double between = onProcessor();
        for (int n = 0; n < playsATurn; ++n)
            player.play(phone.dense);
        const double end = onProcessor();
        simulator.add(between - begin, events);
        bound.add((end - between) / playsATurn, events);
        times.push_back(simulator.anEvent.back() / bound.anEvent.back());
    }

    Figures found;
    found.add(
        {fmt::format("A phone's week, on one core's own time; medians of {} turns. The same {} lines of {} phones",
                     rounds * fleet, lines, fleet),
         {"by", "device-days/s", "µs an event", "× the bound's"},
         {simulator.row("sim::play", bound), bound.row("the bound", bound)}});
    found.atMost("an event, × the bound's", median(times), goalTimes);
    found.print();
}
