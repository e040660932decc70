#include "sim/play.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/fail.hpp"
#include "base/overloaded.hpp"
#include "sim/world.hpp"

namespace stint::sim {
namespace {

// The constants in force: the spec's, the scenario's over them, a policy of the command line over both.
Result<Constants> constantsOf(const Scenario& scenario, const Options& options) {
    Policy policy;
    policy.constants.bootSettle = Duration{0}; // jobs.md §12.5: 0 in the simulator
    STINT_TRY(setConstant(policy.constants, "policy_version", scenario.policy));
    for (const Setting& setting : scenario.constants)
        STINT_TRY(setConstant(policy.constants, setting.key, setting.text));
    if (options.policy) policy = STINT_TRY(applyPolicy(std::move(policy), options.policy->toml, options.policy->file));
    return policy.constants;
}

bool isExpectation(const Deed& deed) {
    return std::holds_alternative<deed::ExpectJob>(deed) || std::holds_alternative<deed::ExpectApp>(deed) ||
           std::holds_alternative<deed::ExpectDevice>(deed);
}

/// Does what the timeline says, and judges what is expected at its moments.
class Player {
public:
    Player(World& world, Played& played) : world_(world), played_(played) {}

    void act(const Entry& entry) {
        place_ = entry.place;
        // scenario.md: what an app would report at the very instant at which it is stopped comes too late. What is
        // expected then is expected of a device on which everything has happened.
        using enum World::Reports;
        world_.advance(entry.at, isExpectation(entry.deed) ? Made : StillDue);
        std::visit([this](const auto& deed) { this->act(deed); }, entry.deed);
        world_.advance(entry.at); // every consequence that falls at this instant (scenario.md, timeline)
    }

private:
    // The device.
    void act(const deed::ChangeDevice& deed) { world_.change(deed.change); }
    void act(const deed::Reboot& deed) { world_.reboot(deed.offFor, deed.clock); }
    void act(const deed::SetClock& deed) { world_.setClock(deed.to); }
    void act(const deed::RestartDaemon&) { world_.restartDaemon(); }
    void act(const deed::SwitchPolicy& deed) { world_.switchPolicy(deed.policy); }

    // Apps.
    void act(const deed::ChangeApp& deed) { world_.apps().change(deed); }
    void act(const deed::Use& deed) {
        world_.tell(UsageReported{{}, deed.app, usageKindNamed(deed.kind).value_or(UsageKind::Interaction)}, {});
    }
    void act(const deed::Restrict& deed) {
        world_.tell(BucketForced{.app = deed.app, .bucket = Bucket::Restricted, .bySystem = true}, {});
    }
    void act(const deed::Predict& deed) {
        world_.tell(BucketPredicted{{}, deed.app, bucketNamed(deed.bucket).value_or(Bucket::Active)}, {});
    }
    void act(const deed::Tap& deed) { world_.tell(AppTapped{deed.app}, {}); }
    void act(const deed::ForegroundService& deed) {
        const std::string result = world_.apps().foregroundService(deed.app, deed.start);
        compare(fmt::format("foreground_service of {}", deed.app.name), deed.expect, result);
    }
    void act(const deed::StopApp& deed) { world_.tell(stint::StopApp{{}, deed.app}, {}); }
    void act(const deed::ForceStop& deed) { world_.tell(stint::ForceStop{{}, deed.app}, {}); }
    void act(const deed::Crash& deed) { world_.die(deed.app, true); }
    void act(const deed::Uninstall& deed) { world_.apps().uninstall(deed.app); }
    void act(const deed::Update& deed) { world_.apps().update(deed.app); }
    void act(const deed::Install& deed) {
        for (const auto& [app, setup] : deed.apps)
            world_.apps().add(app, setup);
    }

    // Jobs.
    void act(const deed::Schedule& deed) {
        compare("schedule " + textOf(deed.job), deed.expect, world_.runs().schedule(deed));
    }
    void act(const deed::Enqueue& deed) {
        compare("enqueue " + textOf(deed.job), deed.expect, world_.runs().enqueue(deed));
    }
    void act(const deed::Cancel& deed) {
        world_.tell(stint::Cancel{.app = deed.job.app, .space = deed.job.space, .id = deed.job.id}, {});
    }
    void act(const deed::CancelAll& deed) { world_.tell(stint::CancelAll{.app = deed.app, .space = deed.space}, {}); }
    void act(const deed::Finish& deed) { world_.runs().finish(deed); }
    void act(const deed::CompleteWork& deed) { world_.runs().completeWork(deed); }
    void act(const deed::ChangeContent& deed) { world_.tell(ContentChanged{deed.path}, {}); }
    void act(const deed::Notify& deed) { world_.runs().notify(deed); }
    void act(const deed::Dismiss& deed) { world_.tell(NotificationDismissed{deed.app, deed.id}, {}); }
    void act(const deed::TellBytes& deed) { world_.runs().tellBytes(deed); }

    // Alarms and messages.
    void act(const deed::Alarm& deed) {
        compare(fmt::format("alarm {} of {}", deed.tag, deed.app.name), deed.expect, world_.setAlarm(deed));
    }
    void act(const deed::CancelAlarm& deed) { world_.tell(AlarmCancelled{{}, deed.app, deed.tag}, {}); }
    void act(const deed::Message& deed) {
        world_.tell(MessageArrived{.app = deed.app,
                                   .high = deed.priority == "high",
                                   .data = deed.notifies ? std::string(notifyingMessage) : std::string{}},
                    {});
    }

    void act(const deed::RunVerb& deed) {
        const VerbAnswer answer = world_.shell(deed.words);
        if (!deed.expectExit) return;
        const int code = answer.code & 0xFF; // jobs.md §8: the low byte of the return
        Finding finding{.place = place_,
                        .expected = fmt::format("{}: exit {}", fmt::join(deed.words, " "), *deed.expectExit),
                        .at = world_.at()};
        std::string said = answer.err.empty() ? answer.out : answer.err;
        std::ranges::replace(said, '\n', ' ');
        if (code != *deed.expectExit) finding.happened = fmt::format("exit {}: {}", code, said);
        played_.findings.push_back(std::move(finding));
    }

    // A recording's.
    void act(const deed::Tick&) { world_.tick(); }
    void act(const deed::Connected& deed) { world_.runs().connected(deed.job); }
    void act(const deed::Answer& deed) { world_.runs().answer(deed); }
    void act(const deed::Lost& deed) { world_.runs().lost(deed.job); }

    // Expectations of state.
    void act(const deed::ExpectJob& deed) { played_.findings.push_back(judge(deed, moment())); }
    void act(const deed::ExpectApp& deed) { played_.findings.push_back(judge(deed, moment())); }
    void act(const deed::ExpectDevice& deed) { played_.findings.push_back(judge(deed, moment())); }

    Moment moment() const { return {world_.core(), world_.now(), world_.now().elapsed - world_.at(), place_}; }
    void compare(const std::string& call, const std::optional<std::string>& expected, const std::string& result) {
        if (!expected) return;
        Finding finding{.place = place_, .expected = fmt::format("{}: {}", call, *expected), .at = world_.at()};
        if (result != *expected) finding.happened = result;
        played_.findings.push_back(std::move(finding));
    }

    World& world_;
    Played& played_;
    Place place_;
};

} // namespace

bool Played::passed() const { return std::ranges::all_of(findings, &Finding::held); }

Duration endOf(const Scenario& scenario) {
    if (scenario.until) return *scenario.until;
    Duration end{0};
    for (const Entry& entry : scenario.timeline) {
        const auto* reboot = std::get_if<deed::Reboot>(&entry.deed);
        end = std::max(end, entry.at + (reboot ? reboot->offFor : Duration{0}));
    }
    for (const ExpectedEffect& effect : scenario.trace)
        if (effect.at) end = std::max(end, effect.at->to);
    for (const ExpectedTotal& total : scenario.totals)
        if (total.within) end = std::max(end, total.within->to);
    return end;
}

Result<Played> play(const Scenario& scenario, const Options& options) {
    Constants constants = STINT_TRY(constantsOf(scenario, options));
    if (scenario.from) {
        return fail(Errc::IllegalArgument, "{}: from: a recording's snapshot cannot be read yet", scenario.file);
    }
    Played played;
    const Duration end = options.until.value_or(endOf(scenario));
    World world(std::move(constants), scenario.start, scenario.device, scenario.recordedTicks);
    world.begin(scenario.apps);
    world.advance(Duration{0});
    Player player(world, played);
    for (const Entry& entry : scenario.timeline) {
        if (entry.at <= end)
            player.act(entry);
        else if (isExpectation(entry.deed))
            played.findings.push_back({entry.place, "an expectation of state", "the run ended before it", end});
    }
    world.advance(end);
    std::ranges::move(judgeTrace(scenario.trace, world.history()), std::back_inserter(played.findings));
    for (const ExpectedTotal& total : scenario.totals)
        played.findings.push_back(judge(total, world.history(), end));
    played.events = world.events();
    played.history = world.takeHistory();
    return played;
}

} // namespace stint::sim
