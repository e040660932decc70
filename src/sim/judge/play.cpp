#include "sim/judge/play.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "sim/judge/replay.hpp"
#include "sim/world/world.hpp"

namespace stint::sim {
namespace {

bool isExpectation(const Action& action) {
    return std::holds_alternative<action::ExpectJob>(action) || std::holds_alternative<action::ExpectWork>(action) ||
           std::holds_alternative<action::ExpectApp>(action) || std::holds_alternative<action::ExpectDevice>(action);
}

/// Performs the timeline, and checks its expectations of state.
class Player {
public:
    Player(World& world, Played& played) : world_(world), played_(played) {}

    void act(const Entry& entry) {
        location_ = entry.location;
        // scenario.md: a report that an app would make at the very instant at which it is stopped comes too late. An
        // expectation of that instant sees a device on which everything has happened.
        using enum World::Reports;
        world_.advance(entry.at, isExpectation(entry.action) ? Made : StillDue);
        std::visit([this](const auto& action) { this->act(action); }, entry.action);
        world_.advance(entry.at); // every consequence that falls at this instant (scenario.md, timeline)
    }

private:
    // The device.
    void act(const action::ChangeDevice& action) { world_.change(action.change); }
    void act(const action::Reboot& action) { world_.reboot(action.offFor, action.clock); }
    void act(const action::SetClock& action) { world_.setClock(action.to); }
    void act(const action::RestartDaemon&) { world_.restartDaemon(); }
    void act(const action::SwitchPolicy& action) { world_.switchPolicy(action.policy); }

    // Apps.
    void act(const action::ChangeApp& action) { world_.apps().change(action); }
    void act(const action::Use& action) {
        world_.tell(UsageReported{{}, action.app, usageKindNamed(action.kind).value_or(UsageKind::Interaction)}, {});
    }
    void act(const action::Restrict& action) {
        world_.tell(BucketForced{.app = action.app, .bucket = Bucket::Restricted, .bySystem = true}, {});
    }
    void act(const action::Predict& action) {
        world_.tell(BucketPredicted{{}, action.app, bucketNamed(action.bucket).value_or(Bucket::Active)}, {});
    }
    void act(const action::Tap& action) { world_.tell(AppTapped{action.app}, {}); }
    void act(const action::ForegroundService& action) {
        const std::string result = world_.apps().foregroundService(action.app, action.start);
        compare(fmt::format("foreground_service of {}", action.app.name), action.expect, result);
    }
    void act(const action::StopApp& action) { world_.tell(stint::StopApp{{}, action.app}, {}); }
    void act(const action::ForceStop& action) { world_.tell(stint::ForceStop{{}, action.app}, {}); }
    void act(const action::Crash& action) { world_.die(action.app, true); }
    void act(const action::Uninstall& action) { world_.apps().uninstall(action.app); }
    void act(const action::Update& action) { world_.apps().update(action.app); }
    void act(const action::Install& action) {
        for (const auto& [app, setup] : action.apps)
            world_.apps().add(app, setup);
    }

    // Jobs.
    void act(const action::Schedule& action) {
        compare("schedule " + textOf(action.job), action.expect, world_.runs().schedule(action));
    }
    void act(const action::ScheduleAll& action) {
        compare("schedule_all", action.expect, world_.runs().scheduleAll(action));
    }
    void act(const action::Enqueue& action) {
        compare("enqueue " + textOf(action.job), action.expect, world_.runs().enqueue(action));
    }
    void act(const action::Cancel& action) {
        world_.tell(stint::Cancel{.app = action.job.app, .space = action.job.space, .id = action.job.id}, {});
    }
    void act(const action::Hold& action) { world_.tell(HoldJob{.key = action.job, .on = true}, {}); }
    void act(const action::Resume& action) { world_.tell(HoldJob{.key = action.job, .on = false}, {}); }
    void act(const action::Move& action) { world_.tell(MoveJob{.key = action.job, .to = action.to}, {}); }
    void act(const action::Retry& action) { world_.tell(RetryJob{.key = action.job}, {}); }
    void act(const action::Edit& action) {
        world_.tell(EditJob{.key = action.job, .conditions = action.conditions}, {});
    }
    void act(const action::CancelAll& action) {
        world_.tell(stint::CancelAll{.app = action.app, .space = action.space}, {});
    }
    void act(const action::Finish& action) { world_.runs().finish(action); }
    void act(const action::CompleteWork& action) { world_.runs().completeWork(action); }
    void act(const action::ChangeContent& action) { world_.tell(ContentChanged{action.path}, {}); }
    void act(const action::Notify& action) { world_.runs().notify(action); }
    void act(const action::Dismiss& action) { world_.tell(NotificationDismissed{action.app, action.id}, {}); }
    void act(const action::TellBytes& action) { world_.runs().tellBytes(action); }

    // The work layer.
    void act(const action::EnqueueWork& action) {
        const std::string result = world_.work().enqueue(action);
        compare("work of " + action.app.name, action.expect.value_or("success"), result);
    }
    void act(const action::CancelWork& action) { world_.work().cancel(action); }
    void act(const action::ExpectWork& action) {
        Finding finding = world_.work().judge(action, world_.at());
        finding.location = location_;
        played_.findings.push_back(std::move(finding));
    }

    // Alarms and messages.
    void act(const action::SetAlarm& action) {
        compare(fmt::format("alarm {} of {}", action.tag, action.app.name), action.expect, world_.setAlarm(action));
    }
    void act(const action::CancelAlarm& action) { world_.tell(AlarmCancelled{{}, action.app, action.tag}, {}); }
    void act(const action::Push& action) {
        if (action.viaLine) return world_.line().post(action);
        world_.tell(MessageArrived{.app = action.app,
                                   .urgency = urgencyNamed(action.priority).value(),
                                   .ttl = action.ttl,
                                   .topic = action.topic,
                                   .data = action.notifies ? std::string(notifyingMessage) : std::string{}},
                    {});
    }

    void act(const action::ChangeLine& action) { world_.line().change(action); }
    void act(const action::ChangeServer& action) { world_.line().setServer(action.up); }

    void act(const action::RunVerb& action) {
        const VerbAnswer answer = world_.shell(action.words);
        if (!action.expectExit) return;
        const int code = answer.code & 0xFF; // jobs.md §8: the low byte of the return
        Finding finding{.location = location_,
                        .expected = fmt::format("{}: exit {}", fmt::join(action.words, " "), *action.expectExit),
                        .at = world_.at()};
        std::string text = answer.err.empty() ? answer.out : answer.err;
        std::ranges::replace(text, '\n', ' ');
        if (code != *action.expectExit) finding.happened = fmt::format("exit {}: {}", code, text);
        played_.findings.push_back(std::move(finding));
    }

    void act(const action::Recorded&) {} // the reader has refused it

    // Answers of an app whose runs are external.
    void act(const action::Tick&) { world_.tick(); }
    void act(const action::Connected& action) { world_.runs().connected(action.job); }
    void act(const action::AnswerCall& action) { world_.runs().answer(action); }
    void act(const action::Lost& action) { world_.runs().lost(action.job); }

    // Expectations of state.
    void act(const action::ExpectJob& action) {
        played_.findings.push_back(judge(action, moment()));
        const Now now = world_.now();
        const auto job = action.why ? world_.core().job(action.job, now) : std::nullopt;
        if (job) played_.explained.push_back({world_.at(), now.wall, *job, world_.core().explain(action.job, now)});
    }
    void act(const action::ExpectApp& action) { played_.findings.push_back(judge(action, moment())); }
    void act(const action::ExpectDevice& action) { played_.findings.push_back(judge(action, moment())); }

    Moment moment() const { return {world_.core(), world_.now(), world_.now().elapsed - world_.at(), location_}; }
    void compare(const std::string& call, const std::optional<std::string>& expected, const std::string& result) {
        if (!expected) return;
        Finding finding{.location = location_, .expected = fmt::format("{}: {}", call, *expected), .at = world_.at()};
        if (result != *expected) finding.happened = result;
        played_.findings.push_back(std::move(finding));
    }

    World& world_;
    Played& played_;
    SourceLocation location_;
};

} // namespace

Result<Constants> constantsOf(const Scenario& scenario, const Options& options) {
    Policy policy;
    policy.constants.bootSettle = Duration{0}; // jobs.md §12.5: 0 in the simulator
    STINT_TRY(setConstant(policy.constants, "policy_version", scenario.policy));
    for (const Setting& setting : scenario.constants)
        STINT_TRY(setConstant(policy.constants, setting.key, setting.text));
    policy.constants.networkBudgets = scenario.budgets;
    if (options.policy) policy = STINT_TRY(applyPolicy(std::move(policy), options.policy->toml, options.policy->file));
    return policy.constants;
}

void perform(World& world, const Entry& entry) {
    Played nobodys;
    Player(world, nobodys).act(entry);
}

bool Played::passed() const { return std::ranges::all_of(findings, &Finding::held); }

Duration endOf(const Scenario& scenario) {
    if (scenario.until) return *scenario.until;
    Duration end{0};
    for (const Entry& entry : scenario.timeline) {
        const auto* reboot = std::get_if<action::Reboot>(&entry.action);
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
    if (scenario.from && options.whatIf) {
        const Constants seen = STINT_TRY(constantsOf(scenario, {}));
        return whatIf(scenario, seen, constants);
    }
    if (scenario.from && options.policy)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "{}: a recording is played again under its own policy; --diff says what another would have done",
                    scenario.file);
    if (scenario.from) return replay(scenario, std::move(constants), options);
    Played played;
    const Duration end = options.until.value_or(endOf(scenario));
    World world(std::move(constants), scenario.start, scenario.device, scenario.recordedTicks);
    world.commitsBefore(options.witness);
    world.begin(scenario.apps);
    world.advance(Duration{0});
    Player player(world, played);
    for (const Entry& entry : scenario.timeline) {
        if (entry.at <= end)
            player.act(entry);
        else if (isExpectation(entry.action))
            played.findings.push_back({entry.location, "an expectation of state", "the run ended before it", end});
    }
    world.advance(end);
    std::ranges::move(judgeTrace(scenario.trace, world.history()), std::back_inserter(played.findings));
    for (const ExpectedTotal& total : scenario.totals)
        played.findings.push_back(judge(total, world.history(), end));
    played.events = world.events();
    played.moved = world.runs().moved();
    played.wakeUps = world.wakeUps();
    played.history = world.takeHistory();
    return played;
}

} // namespace stint::sim
