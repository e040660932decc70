// What holds for every timeline (design.md, the core): random apps, jobs and device changes, 200 events at a time. A
// run that fails prints its seed; RapidCheck shrinks it to the events that matter.
#include <cstdlib>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "core/stage.hpp"

namespace stint {
namespace {

/// One thing that happens, and how long after the one before it.
struct Happening {
    int what = 0;
    int job = 1;      ///< 1 to 12
    unsigned how = 0; ///< bits that choose among variants
    int pause = 0;    ///< seconds
};

std::ostream& operator<<(std::ostream& out, const Happening& h) {
    return out << "{" << h.what << ", job " << h.job << ", how " << h.how << ", after " << h.pause << "s}";
}

constexpr int kinds = 14;         ///< of the job contract
constexpr int kindsOfLimits = 20; ///< and of the limits

bool bit(unsigned bits, int n) { return (bits >> n) & 1U; }

JobInfo::Builder jobOf(const Stage& stage, const Happening& h) {
    const unsigned how = h.how;
    JobInfo::Builder job = stage.job(h.job);
    if (bit(how, 0))
        job.setRequiredNetworkType(bit(how, 1) ? JobInfo::NETWORK_TYPE_UNMETERED : JobInfo::NETWORK_TYPE_ANY);
    if (bit(how, 0) && bit(how, 2))
        return job.setUserInitiated(true).setPersisted(bit(how, 3)).setRequiresCharging(bit(how, 4));
    if (bit(how, 5)) return job.setExpedited(true);
    job.setPersisted(bit(how, 3)).setRequiresCharging(bit(how, 4)).setRequiresStorageNotLow(bit(how, 6));
    if (bit(how, 7)) return job.setPeriodic(std::chrono::minutes{15 + how % 50}, std::chrono::minutes{how % 60});
    if (bit(how, 8)) job.setMinimumLatency(std::chrono::seconds{how % 900});
    if (bit(how, 9)) job.setOverrideDeadline(30min + std::chrono::seconds{how % 3600});
    return job;
}

void happen(Stage& stage, const Happening& h) {
    stage.until(stage.now.elapsed - at(0s) + std::chrono::seconds{h.pause});
    const bool running = stage.runs(h.job);
    switch (h.what) {
    case 0:
    case 1:
    case 2:
        stage.schedule(jobOf(stage, h), bit(h.how, 10));
        break;
    case 3:
        stage.event(Cancel{{1}, mail, "", JobId{h.job}, bit(h.how, 0)});
        break;
    case 4:
        if (running) stage.finish(h.job, bit(h.how, 0));
        break;
    case 5:
        if (running) stage.crash(h.job);
        break;
    case 6:
        stage.change([&](Device& d) {
            d.network.reset();
            if (bit(h.how, 0)) d.network = bit(h.how, 1) ? Stage::wifi() : Stage::cellular();
        });
        break;
    case 7:
        stage.change([&](Device& d) { d.charging = d.plugged = bit(h.how, 0); });
        break;
    case 8:
        stage.change([&](Device& d) { d.screenOn = bit(h.how, 0); });
        break;
    case 9:
        stage.change([&](Device& d) { d.storageForced = bit(h.how, 0); });
        break;
    case 10:
        stage.see(mail, bit(h.how, 0));
        break;
    case 11:
        stage.ask(StopApp{{1}, mail});
        break;
    case 12:
        stage.behaves = {.connects = h.how % 7 != 0,
                         .answersStart = h.how % 5 != 0,
                         .notifies = h.how % 11 != 0,
                         .answersStop = h.how % 3 != 0,
                         .wantsRetry = bit(h.how, 4)};
        break;
    case 13:
        stage.event(RunJob{{1}, Stage::key(h.job), bit(h.how, 0) ? Override::Full : Override::Soft});
        break;
    case 14:
        stage.event(BucketForced{.app = mail, .bucket = static_cast<Bucket>(h.how % 7)});
        break;
    case 15:
        stage.change([&](Device& d) {
            d.plugged = bit(h.how, 0);
            d.charging.reset();
            d.screenOn = bit(h.how, 1);
            d.motion = bit(h.how, 2) ? Motion::Moving : Motion::Still;
        });
        break;
    case 16:
        stage.event(UsageReported{{}, mail, bit(h.how, 0) ? UsageKind::Interaction : UsageKind::NotificationSeen});
        break;
    case 17:
        stage.event(BatteryUseSet{{}, mail, static_cast<BatteryUse>(h.how % 3)});
        break;
    case 18:
        stage.event(MessageArrived{.app = mail, .high = bit(h.how, 0)});
        break;
    case 19:
        stage.change([&](Device& d) {
            d.batterySaver = bit(h.how, 0);
            d.dataSaver = bit(h.how, 1);
            d.thermal = bit(h.how, 2) ? static_cast<Thermal>(h.how % 5) : Thermal::None;
        });
        break;
    }
}

/// In no state may a job run without what it asked for, once it was asked to stop for it.
void constraintsHold(const Stage& stage, const JobView& view) {
    if (view.state != JobView::State::Running || view.runState != RunState::Executing) return;
    const JobInfo& info = *view.info;
    if (info.getOverrideDeadline()) return; // it may be overdue
    if (!stage.overridden.empty()) return;  // `run -f` passes all of this
    RC_ASSERT(!info.isRequireCharging() || stage.device.charging);
    RC_ASSERT(!info.isRequireStorageNotLow() || !stage.device.storageForced.value_or(false));
    RC_ASSERT(!info.getRequiredNetwork() || stage.device.network.has_value());
}

void invariantsHold(const Stage& stage) {
    for (int id = 1; id <= 12; ++id) {
        const auto view = stage.view(id);
        if (!view || view->state == JobView::State::Finished) continue;
        const bool pending = view->state == JobView::State::Pending;
        const auto blockers = stage.core->explain(Stage::key(id), stage.clock());
        RC_ASSERT(pending == !view->reasons.empty()); // it waits with a reason, or runs
        RC_ASSERT(pending == !blockers.empty());
        RC_ASSERT(!view->earliest || *view->earliest > stage.clock().wall);
        constraintsHold(stage, *view);
    }
    const auto deadline = stage.core->nextDeadline();
    RC_ASSERT(!deadline || *deadline > stage.now.elapsed); // or the daemon would spin
}

/// limits.md §3.5, §9: what runs is within its limits, and what the table frees is free.
void limitsHold(const Stage& stage) {
    const AppView app = stage.core->apps(stage.clock()).front();
    const bool charging = stage.core->deviceState().charging;
    if (charging && app.bucket < Bucket::Restricted) RC_ASSERT(app.quota.free);
    for (int id = 1; id <= 12; ++id) {
        const auto view = stage.view(id);
        if (!view || view->state != JobView::State::Running || view->runState != RunState::Executing) continue;
        if (stage.overridden.contains(Stage::key(id)) || view->kind == JobClass::UserInitiated) continue;
        if (view->kind != JobClass::Regular || app.quota.free || !app.quota.left) continue;
        RC_ASSERT(*app.quota.left >= Duration{0} || app.bucket == Bucket::Restricted);
    }
}

/// limits.md §8.5: a message that is not urgent waits while the device dozes.
void messagesWait(const Stage& stage, std::size_t from) {
    for (std::size_t i = from; i < stage.traces.size(); ++i) {
        const auto& [when, trace] = stage.traces[i];
        if (trace.what != Trace::What::Message || trace.high.value_or(true) || when != stage.now.elapsed) continue;
        RC_ASSERT(!stage.core->deviceState().doze.idle());
    }
}

rc::Gen<std::vector<Happening>> timelines(int of = kinds) {
    const auto happening = rc::gen::build<Happening>(
        rc::gen::set(&Happening::what, rc::gen::inRange(0, of)), rc::gen::set(&Happening::job, rc::gen::inRange(1, 13)),
        rc::gen::set(&Happening::how, rc::gen::inRange(0U, 1U << 11)),
        rc::gen::set(&Happening::pause, rc::gen::element(0, 0, 1, 7, 30, 60, 600, 4000)));
    return rc::gen::container<std::vector<Happening>>(200, happening);
}

std::string traceOf(const Stage& stage) {
    std::string text;
    for (const auto& [when, trace] : stage.traces) {
        text += std::to_string(when.time_since_epoch().count()) + ' ' + std::string(nameOf(trace.what));
        if (trace.job) text += ' ' + textOf(*trace.job);
        if (trace.reason) text += ' ' + std::string(nameOf(*trace.reason));
        text += '\n';
    }
    return text;
}

/// `./bench soak` asks for more runs than ./test has time for.
int soakFactor() {
    const char* factor = std::getenv("STINT_SOAK");
    return factor ? std::max(std::atoi(factor), 1) : 1;
}

template <class Property> void holds(const char* sentence, int runs, Property property) {
    rc::detail::TestMetadata metadata{.id = sentence, .description = sentence};
    rc::detail::TestParams params;
    params.seed = rc::detail::configuration().testParams.seed;
    params.maxSuccess = runs * soakFactor();
    params.disableShrinking = rc::detail::configuration().testParams.disableShrinking;
    const auto result = rc::detail::checkTestable(property, metadata, params);
    if (result.template is<rc::detail::SuccessResult>()) return;
    std::ostringstream told;
    told << "seed " << params.seed << ": ";
    rc::detail::printResultMessage(result, told);
    FAIL(told.str());
}

} // namespace

TEST_CASE("whatever happens, a job waits with a reason, runs rightly, or is gone") { // jobs.md §3.1, §9.1
    holds("invariants", 2000, [] {
        const auto timeline = *timelines();
        Stage stage;
        for (const Happening& h : timeline) {
            happen(stage, h);
            invariantsHold(stage);
        }
    });
}

TEST_CASE("whatever happens, what runs is within its limits") { // limits.md §3.5, §8.5, §9
    holds("limits", 300, [] {
        const auto timeline = *timelines(kindsOfLimits);
        Stage stage;
        for (const Happening& h : timeline) {
            const std::size_t before = stage.traces.size();
            happen(stage, h);
            limitsHold(stage);
            messagesWait(stage, before);
        }
    });
}

TEST_CASE("the same events give the same trace to the byte") { // design.md, the core
    holds("determinism", 100, [] {
        const auto timeline = *timelines();
        Stage one, two;
        for (const Happening& h : timeline) {
            happen(one, h);
            happen(two, h);
        }
        RC_ASSERT(traceOf(one) == traceOf(two));
    });
}

TEST_CASE("a forecast that nothing disturbs comes true to the millisecond") { // design.md, the core
    holds("forecast", 300, [] {
        const auto timeline = *timelines(kindsOfLimits);
        Stage stage;
        for (const Happening& h : timeline)
            happen(stage, h);
        stage.behaves = {};
        for (int id = 1; id <= 12; ++id) {
            const auto view = stage.view(id);
            if (!view || !view->earliest) continue;
            const Duration when = *view->earliest - stage.wallAtStart;
            const auto effectsBefore = stage.traces.size();
            stage.until(when - 1ms);
            if (stage.traces.size() != effectsBefore) return; // another start or end disturbed it
            RC_ASSERT(!stage.runs(id));
            stage.until(when);
            RC_ASSERT(stage.times(id, Trace::What::Started).back() == when);
            return;
        }
    });
}

TEST_CASE("to save, load and go on gives the same as going on") { // jobs.md §12.5
    holds("restart", 200, [] {
        const auto timeline = *timelines();
        Stage straight, restarted;
        for (const Happening& h : timeline) {
            happen(straight, h);
            happen(restarted, h);
        }
        // One on screen is seen again a moment after its jobs may start: what they use up meanwhile is no difference to
        // look for here.
        straight.see(mail, false);
        restarted.see(mail, false);
        for (int id = 1; id <= 12; ++id) // a run under way is lost by a restart, so none may be
            if (straight.runs(id)) {
                straight.finish(id, true);
                restarted.finish(id, true);
            }
        restarted.restart();
        for (int id = 1; id <= 12; ++id) {
            const auto one = straight.view(id), other = restarted.view(id);
            const bool waits = one && one->state == JobView::State::Pending;
            if (!waits) continue;
            RC_ASSERT(other.has_value());
            RC_ASSERT(other->failures == one->failures);
            RC_ASSERT(other->demoted == one->demoted);
            // What a restart means for sessions under way is example 99's (limits.md §12.7), not this property's.
            const auto waitsForQuota = [](const JobView& view) {
                return std::ranges::find(view.reasons, PendingReason::Quota) != view.reasons.end();
            };
            if (waitsForQuota(*one) || waitsForQuota(*other)) continue;
            RC_ASSERT(other->earliest == one->earliest || other->state == JobView::State::Running);
        }
    });
}

} // namespace stint
