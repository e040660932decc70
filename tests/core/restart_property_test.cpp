// Properties of a daemon that dies at any event and starts again on a device that has changed behind its back
// (jobs.md §12.5; docs/decisions/0015): it always starts, keeps what was accepted, and goes on as one that was told.
#include "contract/rules/device_state.hpp"
#include "core/timeline.hpp"

namespace stint {
namespace {

/// A while without a daemon, and what happens in it.
struct Absence {
    int length = 0;   ///< seconds
    unsigned how = 0; ///< bits that choose what is another afterwards; 0: nothing
};

std::ostream& operator<<(std::ostream& out, const Absence& absence) {
    return out << "{away " << absence.length << "s, how " << absence.how << "}";
}

rc::Gen<Absence> absences() {
    return rc::gen::build<Absence>(
        rc::gen::set(&Absence::length, rc::gen::element(0, 1, 60, 299, 600, 1900, 4300, 9000)),
        rc::gen::set(&Absence::how, rc::gen::oneOf(rc::gen::just(0U), rc::gen::inRange(0U, 1U << 12))));
}

/// Charging, screen, network, storage, heat, the choices of a person: each other with its bit.
void changeDevice(Stage& stage, unsigned how) {
    Device& device = stage.device;
    if (bit(how, 0)) device.plugged = !device.plugged;
    if (bit(how, 1)) device.charging = bit(how, 2) ? std::nullopt : std::optional(device.plugged);
    if (bit(how, 3)) device.screenOn = !device.screenOn;
    if (bit(how, 4)) device.network = device.network ? std::nullopt : std::optional(Stage::cellular());
    if (bit(how, 5)) device.storageForced = !device.storageForced.value_or(false);
    if (bit(how, 6)) device.thermal = device.thermal == Thermal::None ? Thermal::Severe : Thermal::None;
    if (bit(how, 7)) device.batterySaver = !device.batterySaver;
    if (bit(how, 8)) device.batteryPercent = device.batteryPercent > 50 ? 12 : 80;
}

void changeManifest(Stage& stage, unsigned how) {
    if (bit(how, 9)) stage.installed.version += "1";
    if (!bit(how, 10)) return;
    const std::string exact(scheduleExactAlarm);
    if (stage.installed.permissions.erase(exact) == 0) stage.installed.permissions.insert(exact);
}

/// The wall clock, which nothing of one boot goes by but alarms that ask for it.
void changeClock(Stage& stage, unsigned how) {
    if (bit(how, 11)) stage.wallAtStart += bit(how, 0) ? Duration{30h} : -Duration{30h};
}

std::set<int> acceptedBy(const Stage& stage) {
    std::set<int> ids;
    for (int id = 1; id <= 12; ++id)
        if (stage.tracked(id)) ids.insert(id);
    return ids;
}

/// Those that have run since, and are over by their app's own word: a restricted app's jobs may be stopped by the start
/// of its tenth (limits.md §5), and it may not want them again.
std::set<int> overSince(const Stage& stage, std::size_t logged, WallTime since) {
    std::set<int> ids;
    for (std::size_t n = logged; n < stage.log.size(); ++n) {
        const PastRun& run = stage.log[n].run;
        if (run.last && run.began && *run.began >= since) ids.insert(stage.log[n].job.id.value);
    }
    return ids;
}

/// Ready to be asked again, as the daemon would be at its next turn; the core may not spin.
void isSane(const Stage& stage) {
    RC_ASSERT(stage.core->staleVerdicts(stage.clock()) == std::vector<std::string>{}); // decision 0003
    const auto deadline = stage.core->nextDeadline();
    RC_ASSERT(!deadline || *deadline > stage.now.elapsed);
    for (int id = 1; id <= 12; ++id) {
        const auto view = stage.view(id);
        if (!view || view->state != JobView::State::Pending) continue;
        RC_ASSERT(!view->reasons.empty());
        RC_ASSERT(view->reasons != std::vector{PENDING_JOB_REASON_UNDEFINED}); // none is set aside
    }
}

void sameJobs(const Stage& told, const Stage& restarted) {
    for (int id = 1; id <= 12; ++id) {
        const auto one = told.view(id), other = restarted.view(id);
        const bool tracked = one && one->state != JobView::State::Finished;
        RC_ASSERT(tracked == (other && other->state != JobView::State::Finished));
        if (!tracked) continue;
        RC_ASSERT(other->state == one->state);
        RC_ASSERT(other->reasons == one->reasons);
        RC_ASSERT(other->failures == one->failures);
        RC_ASSERT(other->demoted == one->demoted);
        RC_ASSERT(other->earliest == one->earliest);
    }
}

/// The messages that wait, but for their numbers, which a restart gives out anew, and since when each is held, which
/// is counted from then.
std::vector<MessageView> waiting(const Stage& stage) {
    auto messages = stage.core->messages(stage.clock());
    for (MessageView& message : messages) {
        message.id = 0;
        for (MessageHoldView& hold : message.holds)
            hold.since = {};
    }
    return messages;
}

/// The device state as time alone leaves it by now: what no job waits for is looked at only when something happens
/// (jobs.md §3.6).
DeviceState agedState(const Stage& stage) {
    const Scheduler& core = *stage.core;
    return nextDeviceState(core.device(), core.deviceState(), stage.now.elapsed, core.constants());
}

void sameRest(const Stage& told, const Stage& restarted) {
    RC_ASSERT(agedState(restarted) == agedState(told));
    const AppView one = told.core->apps(told.clock()).front(), other = restarted.core->apps(restarted.clock()).front();
    RC_ASSERT(other.bucket == one.bucket);
    RC_ASSERT(other.networkAllowed == one.networkAllowed);
    RC_ASSERT(other.quota.used == one.quota.used);
    RC_ASSERT(other.expedited.used == one.expedited.used);
    const auto alarms = told.core->alarms(told.clock()), others = restarted.core->alarms(restarted.clock());
    RC_ASSERT(others.size() == alarms.size());
    for (std::size_t n = 0; n < alarms.size(); ++n) {
        RC_ASSERT(others[n].alarm.tag == alarms[n].alarm.tag);
        RC_ASSERT(others[n].latest == alarms[n].latest);
    }
    RC_ASSERT(waiting(restarted) == waiting(told));
}

bool clockWithin(const Stage& stage, const Absence& absence) {
    const Instant until = stage.now.elapsed + std::chrono::seconds{absence.length};
    const auto alarms = stage.core->alarms(stage.clock());
    return std::any_of(alarms.begin(), alarms.end(), [&](const AlarmView& view) {
        return view.alarm.kind == AlarmKind::Clock && view.alarm.requested <= until;
    });
}

} // namespace

TEST_CASE("a daemon that dies at any event starts again, whatever has changed, and keeps what was accepted") {
    holds("restarts", 500, [] { // jobs.md §12.5
        const auto timeline = *timelines(allKinds);
        const auto absent = *rc::gen::container<std::vector<Absence>>(20, absences());
        const auto every = *rc::gen::inRange<std::size_t>(1, 40);
        Stage stage;
        for (std::size_t n = 0; n < timeline.size(); ++n) {
            happen(stage, timeline[n]);
            if (n % every != 0) continue;
            const Absence& absence = absent[n % absent.size()];
            const std::set<int> accepted = acceptedBy(stage);
            stage.sleep(std::chrono::seconds{absence.length});
            changeDevice(stage, absence.how);
            changeManifest(stage, absence.how);
            changeClock(stage, absence.how);
            const std::size_t logged = stage.log.size();
            stage.restart();
            std::set<int> known = acceptedBy(stage);
            known.merge(overSince(stage, logged, stage.clock().wall));
            RC_ASSERT(known == accepted);
            isSane(stage);
        }
    });
}

TEST_CASE("a daemon that was restarted goes on as one that was told of what has changed") { // jobs.md §12.5
    holds("restarted or told", 500, [] {
        const auto timeline = *timelines(allKinds);
        const auto when = *rc::gen::inRange<std::size_t>(0, timeline.size());
        const Absence absence = *absences();
        Stage told, restarted;
        for (std::size_t n = 0; n < timeline.size(); ++n) {
            happen(told, timeline[n]);
            happen(restarted, timeline[n]);
            if (n < when) continue;
            if (n == when) {
                for (Stage* stage : {&told, &restarted}) {
                    endRuns(*stage);
                    // Events that came and went within an absence only a daemon that was there could know; so it is
                    // with Doze beside an alarm clock that is overdue.
                    if (clockWithin(*stage, absence)) return;
                    if (absence.length > 0)
                        stage->sleep(std::chrono::seconds{absence.length});
                    else
                        changeDevice(*stage, absence.how);
                    // One word at a time: told of one, a daemon that was there acts before it is told of the next.
                    if (absence.length > 0) changeManifest(*stage, absence.how);
                }
                if (absence.length == 0) told.event(DeviceChanged{{}, told.device}); // or it acts on what was before
                told.tell();
                restarted.restart();
            }
            sameJobs(told, restarted);
            sameRest(told, restarted);
        }
    });
}

} // namespace stint
