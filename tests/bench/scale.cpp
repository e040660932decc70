// One device change where very many jobs wait, and what each of them costs in memory: at 10⁴, 10⁵ and 10⁶ pending jobs
// of a hundred apps, of which 100, or one in a hundred, wait for the charger that is plugged in. What is timed is the
// whole of Scheduler::handle: the jobs become ready, are put in order, and as many as there are slots for start.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <fmt/core.h>
#include <malloc.h>

#include "bench/figures.hpp"
#include "contract/core/scheduler.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

using Microseconds = std::chrono::duration<double, std::micro>;

constexpr int apps = 100;
constexpr int cycles = 31;
constexpr int goalBytes = 210;
constexpr double goalGrowth = 1.5;
constexpr double goalWalk = 2;

std::size_t heap() {
    const auto use = ::mallinfo2();
    return use.uordblks + use.hblkhd;
}

double median(std::vector<Microseconds> times) {
    std::ranges::sort(times);
    return times[times.size() / 2].count();
}

template <class Work> Microseconds timed(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::steady_clock::now() - begin;
}

AppId appOf(int job) { return AppId{fmt::format("com.example.app{:03}", job % apps)}; }

Manifest manifestOf(int app) {
    Manifest manifest{.package = appOf(app)};
    manifest.services["Jobs"] = {.name = "Jobs", .command = {"/bin/true"}, .permission = std::string(bindJobService)};
    return manifest;
}

Device deviceOf(bool plugged) {
    Device device{.plugged = plugged, .charging = plugged};
    device.storageTotal = 100_GB;
    device.storageFree = 50_GB;
    return device;
}

/// Waits for the charger where `wantsPower`; else for the network, for nobody at the device, for both, or for next
/// week.
JobInfo infoOf(int job, bool wantsPower) {
    JobInfo::Builder info(JobId{job / apps}, "Jobs");
    info.setPriority(100 + 100 * (job / apps % 4));
    switch (job / apps % 4) {
    case 0:
        info.setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY);
        break;
    case 1:
        info.setRequiresDeviceIdle(true);
        break;
    case 2:
        info.setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED).setRequiresDeviceIdle(true);
        break;
    case 3:
        info.setMinimumLatency(std::chrono::hours{24 * 7});
        break;
    }
    if (wantsPower) info = JobInfo::Builder(JobId{job / apps}, "Jobs").setRequiresCharging(true);
    return *info.build();
}

/// A core with so many pending jobs, of which `ready` wait for the charger.
class Crowd {
public:
    Crowd(int jobs, int ready) : core_(raised()) {
        core_.restore({}, BootId{"boot"}, deviceOf(false), now());
        for (int app = 0; app < apps; ++app) {
            handle(AppInstalled{manifestOf(app)});
            handle(UsageReported{.call = {1}, .app = appOf(app)}); // else it may run nothing
        }
        std::vector<JobInfo> infos;
        const std::size_t empty = heap();
        for (int job = 0; job < jobs; ++job)
            infos.push_back(infoOf(job, isReady(job, jobs, ready)));
        const std::size_t built = heap();
        for (int job = 0; job < jobs; ++job) {
            const JobInfo& info = infos[static_cast<std::size_t>(job)];
            schedule(appOf(job), info);
            if (isReady(job, jobs, ready)) ready_.push_back(info);
        }
        infoBytes_ = static_cast<double>(built - empty) / jobs;
        coreBytes_ = static_cast<double>(heap() - built) / jobs;
    }

    double infoBytes() const { return infoBytes_; }
    double coreBytes() const { return coreBytes_; }
    std::size_t starts() const { return starts_; }

    /// The charger is plugged in; afterwards everything is again as it was.
    Microseconds plugIn() {
        now_ += 1min;
        const Event plug = DeviceChanged{{}, deviceOf(true)};
        Step step;
        const Microseconds taken = timed([&] { step = core_.handle(plug, now()); });
        now_ += 1min;
        handle(DeviceChanged{{}, deviceOf(false)});
        starts_ = 0;
        for (const Effect& effect : step.effects) {
            if (const auto* bind = std::get_if<Bind>(&effect)) replace(*bind);
        }
        return taken;
    }

    /// The least work that looks at each of the ready jobs.
    Microseconds walk() const {
        std::int64_t sum = 0;
        const Microseconds taken = timed([&] {
            for (const JobInfo& info : ready_)
                sum += info.getId().value;
        });
        if (sum < 0) std::abort(); // so that it is computed
        return taken;
    }

private:
    static Constants raised() {
        Constants constants;
        constants.maxJobsPerApp = 100'000'000;
        return constants;
    }
    // Spread over all apps and all ids.
    static bool isReady(int job, int jobs, int ready) {
        const int every = jobs / ready;
        return job % every == job / every % std::min(every, apps);
    }

    Now now() const { return {now_, WallTime{std::chrono::hours{24 * 365 * 56}} + now_.time_since_epoch()}; }
    Step handle(const Event& event) { return core_.handle(event, now()); }
    void schedule(const AppId& app, const JobInfo& info) { handle(Schedule{.call = {1}, .app = app, .info = info}); }

    // A run that has begun ends, and its job waits again.
    void replace(const Bind& bind) {
        ++starts_;
        const auto info = *JobInfo::Builder(bind.key.id, "Jobs").setRequiresCharging(true).build();
        handle(Cancel{.call = {1}, .app = bind.key.app, .space = "", .id = bind.key.id});
        handle(Connected{bind.run});
        schedule(bind.key.app, info);
    }

    Scheduler core_;
    Instant now_{1h};
    std::vector<JobInfo> ready_;
    std::size_t starts_ = 0;
    double infoBytes_ = 0;
    double coreBytes_ = 0;
};

struct Cost {
    double change = 0;
    double walk = 0;
    double bytes = 0;
};

Cost measure(int jobs, int ready, Table& table) {
    say(fmt::format("{} pending, {} ready", jobs, ready));
    Crowd crowd(jobs, ready);
    std::vector<Microseconds> changes, walks;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        changes.push_back(crowd.plugIn());
        walks.push_back(crowd.walk());
    }
    const Cost cost{median(changes), median(walks), crowd.coreBytes()};
    table.rows.push_back({fmt::format("{} pending, {} ready", jobs, ready), fmt::format("{}", crowd.starts()),
                          fmt::format("{:.1f}", cost.change), fmt::format("{:.1f}", cost.walk),
                          fmt::format("{:.0f}", cost.bytes), fmt::format("{:.0f}", crowd.infoBytes())});
    return cost;
}

} // namespace

int main() {
    Table table{"One device change, and what a job takes",
                {"jobs", "starts", "change µs", "a bare walk of the ready µs", "core B a job", "JobInfo B"},
                {}};
    const Cost few = measure(10'000, 100, table);
    measure(100'000, 100, table);
    const Cost many = measure(1'000'000, 100, table);
    measure(100'000, 1000, table);
    const Cost ready = measure(1'000'000, 10'000, table);
    Figures found;
    found.add(std::move(table));
    found.atMost("100 ready of 10⁶: × those of 10⁴", many.change / few.change, goalGrowth);
    found.atMost("1 % of 10⁶: × a bare walk of the ready", ready.change / ready.walk, goalWalk);
    found.atMost("bytes of the core a job, at 10⁶", many.bytes, goalBytes);
    found.print();
}
