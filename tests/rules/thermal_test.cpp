// Work that heat lets run (limits.md §10.1), cell by cell; example 84.
#include <doctest/doctest.h>

#include "contract/rules/limit_gates.hpp"

using namespace stint;

namespace {

struct Work {
    JobClass kind;
    std::int32_t priority;
};
constexpr Work transferWork{JobClass::UserInitiated, JobInfo::PRIORITY_MAX},
    expeditedWork{JobClass::Expedited, JobInfo::PRIORITY_MAX}, high{JobClass::Regular, JobInfo::PRIORITY_HIGH},
    usual{JobClass::Regular, JobInfo::PRIORITY_DEFAULT}, low{JobClass::Regular, JobInfo::PRIORITY_LOW},
    least{JobClass::Regular, JobInfo::PRIORITY_MIN};

enum class Moment { First, Retry, Running, PastGuarantee };

bool runs(Thermal thermal, const Work& work, Moment moment, ProcessState shown = ProcessState::Background) {
    const Constants constants;
    const Device device{.thermal = thermal};
    const DeviceState state;
    const World world{constants, device, state, {}};
    App app;
    app.memory.pinned = shown;
    app.memory.usage.bucket = Bucket::Active;
    const GateKey gateKey{
        .kind = work.kind, .requested = work.kind, .retry = moment == Moment::Retry, .priority = work.priority};
    const RunFacts run{.kind = work.kind, .pastGuarantee = moment == Moment::PastGuarantee};
    const bool waits = moment == Moment::First || moment == Moment::Retry;
    return !thermallyRestricted({world, gateKey, &app, waits ? nullptr : &run});
}

} // namespace

TEST_CASE("heat holds small work first and a person's transfers last") { // §10.1, the table; example 84
    struct Row {
        Thermal thermal;
        Work work;
        bool first, retry, running, pastGuarantee;
    };
    using enum Thermal;
    // clang-format off
    for (const Row& row : {
             Row{None,     least,         true,  true,  true,  true},
             Row{None,     transferWork,  true,  true,  true,  true},
             Row{Light,    transferWork,  true,  true,  true,  true},
             Row{Light,    expeditedWork, true,  true,  true,  true},
             Row{Light,    high,          true,  true,  true,  true},
             Row{Light,    usual,         true,  true,  true,  true},
             Row{Light,    low,           false, false, true,  false},
             Row{Light,    least,         false, false, false, false},
             Row{Moderate, transferWork,  true,  true,  true,  true},
             Row{Moderate, expeditedWork, true,  false, true,  false},
             Row{Moderate, high,          false, false, true,  false},
             Row{Moderate, usual,         false, false, false, false},
             Row{Moderate, low,           false, false, false, false},
             Row{Moderate, least,         false, false, false, false}}) {
        // clang-format on
        CAPTURE(row.work.priority);
        CAPTURE(static_cast<int>(row.work.kind));
        CHECK(runs(row.thermal, row.work, Moment::First) == row.first);
        CHECK(runs(row.thermal, row.work, Moment::Retry) == row.retry);
        CHECK(runs(row.thermal, row.work, Moment::Running) == row.running);
        CHECK(runs(row.thermal, row.work, Moment::PastGuarantee) == row.pastGuarantee);
    }
}

TEST_CASE("from severe on nothing runs, transfers neither") { // §10.1; example 84
    for (const Thermal thermal : {Thermal::Severe, Thermal::Critical, Thermal::Emergency, Thermal::Shutdown})
        for (const Work& work : {transferWork, expeditedWork, high, usual, low, least})
            for (const Moment moment : {Moment::First, Moment::Retry, Moment::Running, Moment::PastGuarantee})
                CHECK_FALSE(runs(thermal, work, moment));
}

TEST_CASE("the app on top is spared at any heat, one with a foreground service at light only") { // §10.1
    using enum ProcessState;
    CHECK(runs(Thermal::Shutdown, least, Moment::First, Top));
    CHECK(runs(Thermal::Light, least, Moment::First, ForegroundService));
    CHECK_FALSE(runs(Thermal::Moderate, usual, Moment::First, ForegroundService));
    CHECK_FALSE(runs(Thermal::Light, least, Moment::First, Visible));
}
