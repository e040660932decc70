// Properties of the job contract on every timeline (architecture.md, the core), and of a restart.
#include "core/timeline.hpp"

namespace stint {
namespace {

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

/// The id that a sentence names, of a job of com.example.mail; 0: none.
int namedIn(const std::string& sentence) {
    const std::string before = mail.name.str() + "/";
    const auto at = sentence.find(before);
    return at == std::string::npos ? 0 : std::atoi(sentence.c_str() + at + before.size());
}

/// jobs.md §3.6: it waits for a slot only where a run has it, or another job that waits is to have it, and says which.
void othersHaveTheSlots(const Stage& stage, const std::vector<Blocker>& blockers) {
    for (const Blocker& blocker : blockers) {
        if (blocker.gate != "slots") continue;
        const int holder = namedIn(blocker.detail);
        const bool kept = blocker.detail.find("kept for") != std::string::npos;
        RC_ASSERT(holder != 0);
        RC_ASSERT((kept ? !stage.runs(holder) : stage.hasRun(holder)));
    }
}

void invariantsHold(const Stage& stage) {
    for (int id = 1; id <= 12; ++id) {
        const auto view = stage.view(id);
        if (!view || view->state == JobView::State::Finished) continue;
        const bool pending = view->state == JobView::State::Pending;
        const auto blockers = stage.core->explain(Stage::key(id), stage.clock());
        RC_ASSERT(pending == !view->reasons.empty()); // it waits with a reason, or runs
        RC_ASSERT(pending == !blockers.empty());
        othersHaveTheSlots(stage, blockers);
        RC_ASSERT(!view->earliest || *view->earliest > stage.clock().wall);
        constraintsHold(stage, *view);
    }
    RC_ASSERT(stage.core->staleVerdicts(stage.clock()) == std::vector<std::string>{}); // decision 0003
    const auto deadline = stage.core->nextDeadline();
    RC_ASSERT(!deadline || *deadline > stage.now.elapsed); // or the daemon would spin
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

/// Checks the parts of an app that outlive a restart. Some do not, because they would be written at every call or
/// start: how often it called schedule() within the last minute (jobs.md §2.4), and how much it ran of late (§3.5).
void sameApp(const AppView& one, const AppView& other) {
    RC_ASSERT(other.state == one.state);
    RC_ASSERT(other.bucket == one.bucket);
    RC_ASSERT(other.bucketReason == one.bucketReason);
    RC_ASSERT(other.batteryUse == one.batteryUse);
    RC_ASSERT(other.networkAllowed == one.networkAllowed);
    for (const auto quota : {&AppView::quota, &AppView::expedited}) {
        RC_ASSERT((other.*quota).used == (one.*quota).used);
        RC_ASSERT((other.*quota).left == (one.*quota).left);
        RC_ASSERT((other.*quota).free == (one.*quota).free);
        RC_ASSERT((other.*quota).returns == (one.*quota).returns);
    }
}

void sameAlarms(const std::vector<AlarmView>& one, const std::vector<AlarmView>& other) {
    RC_ASSERT(other.size() == one.size());
    for (std::size_t n = 0; n < one.size(); ++n) {
        RC_ASSERT(other[n].alarm == one[n].alarm);
        RC_ASSERT(other[n].earliest == one[n].earliest);
        RC_ASSERT(other[n].latest == one[n].latest);
    }
}

} // namespace

TEST_CASE("whatever happens, a job waits with a reason, runs rightly, or is gone") { // jobs.md §3.1, §9.1
    holds("invariants", 1000, [] {
        const auto timeline = *timelines();
        Stage stage;
        for (const Happening& h : timeline) {
            happen(stage, h);
            invariantsHold(stage);
        }
    });
}

TEST_CASE("the same of jobs whose start a person holds, sets, or makes wait for others") { // jobs.md §14
    holds("starts", 400, [] {
        const auto timeline =
            *timelinesOf(rc::gen::oneOf(rc::gen::inRange(0, kinds), rc::gen::inRange(kindsOfAlarms, kindsOfStarts)));
        Stage stage;
        for (const Happening& h : timeline) {
            happen(stage, h);
            invariantsHold(stage);
        }
    });
}

TEST_CASE("a ready job waits for a slot only while another job has it, and says which") { // jobs.md §3.6, §9.1
    for (const std::int64_t slots : {1, 2, 4, 8})
        holds("slots", 50, [&] {
            // More is scheduled, and ended, than else.
            const auto timeline = *timelinesOf(rc::gen::oneOf(rc::gen::inRange(0, 5), rc::gen::inRange(0, kinds)));
            Constants constants;
            constants.slots = slots;
            Stage stage(constants);
            for (const Happening& h : timeline) {
                happen(stage, h);
                invariantsHold(stage);
            }
        });
}

TEST_CASE("the same events give the same trace to the byte") { // architecture.md, the core
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

TEST_CASE("a forecast that nothing disturbs comes true to the millisecond") { // architecture.md, the core
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

TEST_CASE("a message that is foretold passes then, to the millisecond") { // push.md §4.2
    holds("messages", 300, [] {
        const auto timeline = *timelines(kindsOfLimits);
        Stage stage;
        for (const Happening& h : timeline)
            happen(stage, h);
        for (int n = 0; n < 4; ++n)
            stage.event(MessageArrived{.app = mail, .urgency = static_cast<Urgency>(n)});
        stage.behaves = {};
        for (const MessageView& message : stage.core->messages(stage.clock())) {
            RC_ASSERT(!message.held.empty());
            if (!message.passes) continue;
            const auto waits = [&] {
                const auto waiting = stage.core->messages(stage.clock());
                return std::ranges::find(waiting, message.id, &MessageView::id) != waiting.end();
            };
            const auto effectsBefore = stage.traces.size();
            const Duration when = *message.passes - stage.wallAtStart;
            stage.until(when - 1ms);
            if (stage.traces.size() != effectsBefore) return; // something disturbed it
            RC_ASSERT(waits());
            stage.until(when);
            RC_ASSERT(!waits());
            return;
        }
    });
}

TEST_CASE("to save, load and go on gives the same as going on") { // jobs.md §12.5; limits.md §12.7 example 99
    holds("restart", 200, [] {
        const auto timeline = *timelines(allKinds);
        Stage straight, restarted;
        for (const Happening& h : timeline) {
            happen(straight, h);
            happen(restarted, h);
        }
        endRuns(straight);
        endRuns(restarted);
        // Time alone changes what nobody waits for only when something happens (jobs.md §3.6: the 30 s after the
        // screen), and quota that comes back is used from its first second by whatever has jobs asked again
        // (limits.md §3.7), as a restart has.
        straight.install(Stage::manifestOf(mail));
        restarted.restart();
        sameApp(straight.core->apps(straight.clock()).front(), restarted.core->apps(restarted.clock()).front());
        sameAlarms(straight.core->alarms(straight.clock()), restarted.core->alarms(restarted.clock()));
        RC_ASSERT(restarted.core->deviceState() == straight.core->deviceState());
        for (int id = 1; id <= 12; ++id) {
            const auto one = straight.view(id), other = restarted.view(id);
            const bool waits = one && one->state == JobView::State::Pending;
            if (!waits) continue;
            RC_ASSERT(other.has_value());
            RC_ASSERT(other->state == one->state);
            RC_ASSERT(other->reasons == one->reasons);
            RC_ASSERT(other->failures == one->failures);
            RC_ASSERT(other->demoted == one->demoted);
            RC_ASSERT(other->earliest == one->earliest);
        }
    });
}

} // namespace stint
