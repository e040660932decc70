#include "bench/bound_phone.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>

#include "contract/model/device.hpp"
#include "contract/model/device_fields.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/model/job_info.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/quota_allowance.hpp"
#include "sim/world/world.hpp"

namespace stint::bench {
namespace {

[[noreturn]] void refuse(std::string_view what) {
    fmt::print(stderr, "the bound leaves that out: {}\n", what);
    std::exit(1);
}

void only(bool it, std::string_view otherwise) {
    if (!it) refuse(otherwise);
}

template <class Numbers> std::uint64_t bitsOf(const Numbers& numbers) {
    std::uint64_t bits = 0;
    for (auto number : numbers) {
        only(static_cast<unsigned>(number) < 64, "a transport with a large number");
        bits |= std::uint64_t{1} << static_cast<unsigned>(number);
    }
    return bits;
}

Constants constantsOf(const sim::Scenario& scenario) {
    Constants constants;
    only(bool(setConstant(constants, "policy_version", scenario.policy)), "that policy");
    for (const sim::Setting& setting : scenario.constants)
        only(bool(setConstant(constants, setting.key, setting.text)), "that constant");
    only(constants.policyVersion == Constants::android16, "the policy before Android 16");
    only(!constants.batching, "batches");
    only(constants.quotaCheckMinDelay == Duration{0}, "a spacing of returns");
    only(constants.bucketPredictor == 0, "a predictor of buckets");
    only(constants.minGuaranteeRegular < patience(JobClass::Regular, constants),
         "an extra slot for who waits too long");
    return constants;
}

class Translation {
public:
    explicit Translation(const sim::Scenario& scenario) : scenario_(scenario) {
        phone_.constants = constantsOf(scenario);
        phone_.start = scenario.start;
        only(scenario.until.has_value(), "a scenario without an end");
        phone_.until = scenario.until->count();
    }

    DensePhone run() {
        addApps();
        addLimits();
        applyWords(scenario_.device, sim::defaultNetwork(), device_);
        phone_.moves = device_.motion == Motion::Moving;
        first_ = device_;
        phone_.device = dense(device_);
        for (const sim::Entry& entry : scenario_.timeline)
            std::visit([&](const auto& action) { add(entry.at.count(), action); }, entry.action);
        only(std::ssize(phone_.jobs) <= mostJobs, "more than 512 jobs");
        only(std::ranges::max(phone_.slots) <= mostRuns, "more than 64 slots");
        only(std::ssize(phone_.columns) < appCap(JobClass::Regular, phone_.constants), "a cap of an app's runs");
        return std::move(phone_);
    }

private:
    void addApps() {
        only(scenario_.apps.size() <= mostApps, "more than 64 apps");
        for (const auto& [id, setup] : scenario_.apps) {
            only(setup.state == ProcessState::Background && !setup.bucket && !setup.lastUsed && !setup.system &&
                     setup.batteryUsage == "optimized" && !setup.permissions.contains(useExactAlarm),
                 "an app that is no plain one in the background");
            phone_.apps.push_back(id);
        }
    }

    void addLimits() {
        const App plain;
        for (const BucketRow& row : bucketTable) {
            const Allowance allowance = regularAllowance(row.bucket, plain, phone_.constants);
            const auto count = [](const std::optional<Duration>& time) { return time ? time->count() : never; };
            phone_.quotas[static_cast<std::size_t>(row.bucket)] = {.allowed = count(allowance.allowed),
                                                                   .window = allowance.window.count(),
                                                                   .dayCap = count(allowance.dayCap),
                                                                   .maxJobs = allowance.maxJobs,
                                                                   .maxSessions = allowance.maxSessions};
            const auto& [elapsed, screenOn] = row.timeout;
            if (!elapsed) continue;
            phone_.timeouts.push_back(
                {row.bucket, (phone_.constants.*elapsed).count(), (phone_.constants.*screenOn).count()});
        }
        for (std::size_t n = 1; n < phone_.timeouts.size(); ++n) {
            const auto& [a, b] = std::tie(phone_.timeouts[n - 1], phone_.timeouts[n]);
            only(a.elapsed <= b.elapsed && a.screenOn <= b.screenOn, "a deeper bucket that comes sooner");
        }
        for (const bool interactive : {false, true}) {
            const SlotTable table = slotTable(phone_.constants.slots, interactive, Memory::Normal);
            phone_.slots[interactive] = static_cast<int>(std::min(table.most[at(WorkType::Background)], table.total));
        }
    }

    DenseDevice dense(const Device& device) {
        Device other = device;
        other.screenOn = first_.screenOn;
        other.plugged = first_.plugged;
        other.charging = first_.charging;
        other.batteryPercent = first_.batteryPercent;
        other.network = first_.network;
        only(other == first_, "a device of which more changes than screen, power and network");
        only(device.charging.has_value(), "a battery that nobody speaks for");
        only(!device.locked && !device.batterySaver && !device.dataSaver && !device.dreaming && !device.dozeForce &&
                 device.memory == Memory::Normal && device.thermal == Thermal::None && device.storageForced == false,
             "a device that is locked, saves, dreams, is hot, or short of room");
        DenseDevice dense{.screenOn = device.screenOn,
                          .plugged = device.plugged,
                          .charging = *device.charging,
                          .battery = static_cast<std::int8_t>(device.batteryPercent)};
        if (!device.network) return dense;
        const auto known = std::ranges::find(networks_, *device.network);
        dense.network = static_cast<std::int8_t>(known - networks_.begin());
        if (known == networks_.end()) add(*device.network);
        return dense;
    }

    void add(const Network& network) {
        networks_.push_back(network);
        phone_.networks.push_back({.capabilities = bitsOf(network.capabilities),
                                   .transports = bitsOf(network.transports),
                                   .usable = network.has(NET_CAPABILITY_NOT_SUSPENDED),
                                   .unmetered = network.has(NET_CAPABILITY_NOT_METERED)});
    }

    void add(Ms at, const sim::action::ChangeDevice& action) {
        applyWords(action.change, sim::defaultNetwork(), device_);
        phone_.timeline.push_back({.at = at, .device = dense(device_)});
    }

    void add(Ms at, const sim::action::Schedule& action) {
        const auto info = JobInfoAccess::requested(action.asked);
        only(bool(info), "a job that its builder refuses");
        only(std::ranges::none_of(keys_, [&](const JobKey& key) { return key == action.job; }), "a replaced job");
        keys_.push_back(action.job);
        const JobInfo job = JobInfoAccess::adjusted(*info, phone_.constants);
        const auto app = std::ranges::find(phone_.apps, action.job.app);
        DenseJob dense{.app = static_cast<std::uint8_t>(app - phone_.apps.begin()),
                       .watches = !job.getTriggerContentUris().empty(),
                       .id = action.job.id};
        if (!dense.watches) describe(job, action, dense);
        phone_.timeline.push_back({.at = at, .job = static_cast<int>(phone_.jobs.size())});
        phone_.jobs.push_back(dense);
    }

    template <class Other> void add(Ms, const Other&) { refuse("an entry that schedules no job and is no device's"); }

    void describe(const JobInfo& job, const sim::action::Schedule& action, DenseJob& dense) {
        only(!job.isUserInitiated() && !job.isExpedited() && job.getPriority() == JobInfo::PRIORITY_DEFAULT &&
                 job.isPeriodic() && !job.isRequireStorageNotLow() && action.job.space == SharedText{},
             "a job that is no plain periodic one");
        only(job.getEstimatedNetworkDownloadBytes() < 0 && job.getEstimatedNetworkUploadBytes() < 0 &&
                 job.getMinimumNetworkChunkBytes() < 0,
             "a payload");
        const sim::Behaviour& behaves = action.behaves;
        only(behaves.works && behaves.resumes && behaves.then == sim::Behaviour::Then::Done &&
                 behaves.start == sim::Behaviour::Start::Ok && behaves.onStop == sim::Behaviour::OnStop::Retry &&
                 behaves.connectsAfter == Duration{0} && behaves.answersAfter == Duration{0} && !behaves.crashAfter &&
                 !behaves.notifies && !behaves.payload && !behaves.external && action.items.empty(),
             "an app that does more than work, finish and stop");
        const Constants& c = phone_.constants;
        only(*behaves.works < std::min(c.durationStamp, c.minGuaranteeRegular), "a run as long as its guarantee");
        const JobInfo::Period period = *job.getPeriod();
        dense.interval = std::min(period.interval, c.maxPeriod).count();
        dense.flex = std::min(period.flex.count(), dense.interval);
        dense.works = behaves.works->count();
        const bool asked = job.hasExplicitBackoff();
        dense.backoff = std::max(asked ? job.getInitialBackoff() : c.defaultBackoff, c.minBackoff).count();
        dense.linear = (asked ? job.getBackoffPolicy() : c.defaultBackoffPolicy) == JobInfo::BACKOFF_POLICY_LINEAR;
        dense.column = columnFor(asksOf(job), dense.app);
    }

    static Asks asksOf(const JobInfo& job) {
        Asks asks{.charging = job.isRequireCharging(),
                  .idle = job.isRequireDeviceIdle(),
                  .batteryNotLow = job.isRequireBatteryNotLow()};
        if (const auto& network = job.getRequiredNetwork()) {
            only(!network->getNetworkSpecifier(), "a network by its name");
            asks.network = true;
            asks.capabilities = bitsOf(network->getCapabilities());
            asks.transports = bitsOf(network->getTransportTypes());
        }
        return asks;
    }

    std::uint8_t columnFor(const Asks& asks, int app) {
        const Apps bit = Apps{1} << app;
        std::size_t column = 0;
        while (column < taken_.size() && (phone_.columns[column] != asks || (taken_[column] & bit)))
            ++column;
        only(column < mostColumns, "more kinds of jobs than there are columns");
        if (column == taken_.size()) {
            taken_.push_back(0);
            phone_.columns.push_back(asks);
        }
        taken_[column] |= bit;
        return static_cast<std::uint8_t>(column);
    }

    const sim::Scenario& scenario_;
    DensePhone phone_;
    Device device_ = sim::defaultDevice();
    Device first_;
    std::vector<Network> networks_;
    std::vector<JobKey> keys_;
    std::vector<Apps> taken_; ///< of each column, by apps with a job in it
};

std::string text(std::string_view word) { return std::string(word); }

std::string accessName(std::uint16_t access) {
    return access == Record::Standby ? "standby" : access == Record::Doze ? "doze" : "";
}

template <class State> void addChange(sim::Happening& happening, const Record& record) {
    happening.fields.push_back({"from", text(nameOf(static_cast<State>(record.from)))});
    happening.fields.push_back({"to", text(nameOf(static_cast<State>(record.number)))});
}

} // namespace

DensePhone densePhone(const sim::Scenario& scenario) { return Translation(scenario).run(); }

sim::Happening spelled(const Record& record, const DensePhone& phone) {
    sim::Happening happening{.at = Duration{record.at}, .wall = phone.start + Duration{record.at}};
    auto& fields = happening.fields;
    const auto say = [&](Trace::What what) { happening.what = nameOf(what); };
    const auto ofJob = [&](Trace::What what) {
        say(what);
        const DenseJob& job = phone.jobs[record.number];
        happening.app = phone.apps[job.app];
        happening.job = JobKey{phone.apps[job.app], {}, job.id};
    };
    switch (record.what) {
    case Record::What::Scheduled:
        ofJob(Trace::What::Scheduled);
        fields = {{"result", text("success")}};
        break;
    case Record::What::Started:
        ofJob(Trace::What::Started);
        fields = {{"overdue", false}, {"kind", text(nameOf(JobClass::Regular))}};
        break;
    case Record::What::Finished:
        ofJob(Trace::What::Finished);
        fields = {{"rescheduled", false}};
        break;
    case Record::What::Stopped:
        ofJob(Trace::What::Stopped);
        fields = {{"reason", text(nameOf(static_cast<StopReason>(record.more)))}, {"asked", true}};
        break;
    case Record::What::Rescheduled:
        ofJob(Trace::What::Rescheduled);
        fields = {{"earliest", Duration{record.at + record.more}}, {"failures", std::int64_t{0}}};
        break;
    case Record::What::NetworkChanged:
        ofJob(Trace::What::NetworkChanged);
        break;
    case Record::What::Network:
        say(Trace::What::Network);
        happening.app = phone.apps[record.from];
        fields = {{"is", text(record.number == Record::Allowed ? "allowed" : "blocked")},
                  {"because", accessName(record.number)}};
        break;
    case Record::What::Bucket:
        say(Trace::What::Bucket);
        happening.app = phone.apps[static_cast<std::size_t>(record.more)];
        addChange<Bucket>(happening, record);
        fields.push_back({"because", text(nameOf(BucketReason::Timeout))});
        if (record.number > record.from) fields.push_back({"until", std::string("it is used")});
        break;
    case Record::What::Deep:
    case Record::What::Light: {
        const bool deep = record.what == Record::What::Deep;
        say(Trace::What::Doze);
        fields = {{"machine", text(deep ? "deep" : "light")}};
        deep ? addChange<DeepState>(happening, record) : addChange<LightState>(happening, record);
        break;
    }
    }
    return happening;
}

} // namespace stint::bench
