#include "fleet/agent/service.hpp"

#include <algorithm>

#include <poll.h>
#include <sys/epoll.h>

#include "base/result/errors.hpp"
#include "base/sqlite/sqlite.hpp"
#include "base/time/clock.hpp"
#include "base/unix/ends.hpp"
#include "base/zone/zone.hpp"
#include "contract/model/agent.hpp"
#include "fleet/steps/desired.hpp"
#include "stint/job_scheduler.hpp"
#include "stint/push_manager.hpp"

namespace stint::fleet {
namespace {

constexpr const char *program = "stint-agent", *registrationName = "fleet";

/// So long an agent that is on its way out may have the device's errands.
constexpr Duration patienceWithTheLast = std::chrono::seconds(10), pause = std::chrono::milliseconds(100);

Result<JobScheduler> schedulerOf(Connection& connection, const JobName& name) {
    JobScheduler root(connection);
    if (name.space.empty()) return root;
    return root.forNamespace(name.space);
}

int ignore(sd_event_source*, int, std::uint32_t, void*) { return 0; }

} // namespace

AgentService::AgentService(sd_event* loop, Connection& connection)
    : loop_(loop), connection_(connection), buses_(loop), steps_(loop, ground()), timer_(loop) {}

Ground AgentService::ground() {
    Ground usual = Ground::usual();
    usual.arrived = [this](const std::string& campaign, Bytes inPlace) { arrived(campaign, inPlace); };
    return usual;
}

/// The campaign's job reports what it has moved: so a budget counts it, where nobody counts packets (limits.md §14).
void AgentService::arrived(const std::string& campaign, Bytes inPlace) {
    const auto run = std::ranges::find_if(runs_, [&](const auto& each) {
        const JobParameters& params = each.second;
        return jobNamed(params.getJobNamespace().value_or(""), params.getJobId()) ==
               AgentJob{AgentJob::Kind::Errand, campaign};
    });
    if (run != runs_.end()) updateTransferredNetworkBytes(run->second, inPlace, 0);
}

// ---- From stintd ----

bool AgentService::onStartJob(JobParameters params) {
    const auto job = jobNamed(params.getJobNamespace().value_or(""), params.getJobId());
    if (!job) return false;
    runs_.insert_or_assign(params.getRun(), params);
    agent_->start({.number = params.getRun(),
                   .job = *job,
                   .extras = params.getExtras(),
                   .isDeadlineOver = params.isOverrideDeadlineExpired()});
    return true;
}

bool AgentService::onStopJob(JobParameters params) {
    runs_.erase(params.getRun());
    return agent_->stop(params.getRun(), params.getStopReason() == JobParameters::STOP_REASON_USER);
}

void AgentService::onMessage(const RemoteMessage& message) {
    const auto& bytes = message.getBytes();
    agent_->heard({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void AgentService::onDeletedMessages() { agent_->wantWork(); }
void AgentService::onNewEndpoint(const std::string&, const std::string&) { agent_->wantWork(); }
void AgentService::onUnregistered(const std::string&) { agent_->wantWork(); }

// ---- From the agent ----

void AgentService::ask(std::string_view word, std::string question, Answered answered) {
    buses_.ask(word, question, std::move(answered));
}

Result<std::vector<Standing>> AgentService::jobs() {
    const auto pending = STINT_TRY(JobScheduler(connection_).getPendingJobsInAllNamespaces());
    std::vector<Standing> all;
    for (const auto& [space, some] : pending)
        for (const JobInfo& job : some)
            if (auto name = jobNamed(space, job.getId())) all.push_back({*std::move(name), job.getExtras()});
    return all;
}

void AgentService::schedule(const AgentJob& job, const JobInfo& info) { wishes_.push_back({job, info}); }
void AgentService::cancel(const AgentJob& job) { wishes_.push_back({job, std::nullopt}); }

Result<Waiting> AgentService::waiting(const AgentJob& job) {
    const JobName name = nameOf(job);
    return buses_.waiting({AppId{std::string(agentPackage)}, name.space, name.id});
}

Result<std::string> AgentService::days() { return buses_.days(wallNow()); }

void AgentService::finish(std::uint64_t run, bool again, stint::Outcome outcome) {
    const auto params = runs_.extract(run);
    if (!params.empty()) jobFinished(params.mapped(), again, std::move(outcome));
}

Result<std::string> AgentService::registerForPush() {
    return PushManager(connection_)
        .registerForPush(PushRegistration(registrationName, agentReceiver).setEncrypted(false));
}

Result<void> AgentService::unregisterForPush() { return PushManager(connection_).unregister(registrationName); }

void AgentService::begin(Task task, const Owner& owner, Ended ended) {
    steps_.begin(std::move(task), owner, std::move(ended));
}
void AgentService::stop(const std::string& campaign) { steps_.stop(campaign); }
Result<void> AgentService::clear(const std::string& campaign) { return steps_.clear(campaign); }
Errand::StepEnded AgentService::makeSo(const Desired& desired) { return fleet::makeSo(steps_.ground(), desired); }
Result<std::string> AgentService::changedSince(const Desired& desired) {
    return fleet::changedSince(steps_.ground(), desired);
}
void AgentService::restart(std::function<void(const Error&)> refused) { buses_.restart(std::move(refused)); }
Instant AgentService::now() { return bootNow(); }

Duration AgentService::untilHours(const DayHours& hours, Duration after) {
    constexpr std::chrono::days farthest{2}; // hours of the day are no farther away
    const WallTime then = wallNow() + after;
    const auto zone = zoneOfMachine(then, farthest);
    if (!zone.ok()) complain(zone.error().message + "; UTC it is");
    const HoursAt found = hoursAt(hours, zone.ok() ? *zone : TimeZone(), then);
    return found.isWithin ? Duration(0) : found.until - then;
}

void AgentService::complain(const std::string& sentence) { stint::complain(program, sentence); }

Result<void> AgentService::grant(const Wish& wish) {
    const JobName name = nameOf(wish.job);
    auto scheduler = STINT_TRY(schedulerOf(connection_, name));
    if (!wish.info) return scheduler.cancel(name.id);
    const auto result = STINT_TRY(scheduler.schedule(*wish.info));
    if (result != JobScheduler::RESULT_SUCCESS) return fail(Errc::REFUSED, "{}", result.getReason());
    return {};
}

void AgentService::grantWishes() {
    for (const Wish& wish : std::exchange(wishes_, {}))
        if (auto granted = grant(wish); !granted.ok()) complain(granted.error().message);
}

// ---- The loop ----

/// The last agent may still be on its way out.
Result<void> AgentService::openAgent() {
    for (const Duration until = steadyNow() + patienceWithTheLast;;) {
        agent_.emplace(Agent::Place::usual(), static_cast<Wires&>(*this));
        auto opened = agent_->open();
        if (opened.ok() || !isPassing(opened.error()) || steadyNow() >= until) return opened;
        ::poll(nullptr, 0, pollTimeout(pause));
    }
}

/// One turn; ends::ok: stintd has let go of the process. ends::waits: it goes on.
Result<int> AgentService::turn() {
    grantWishes();
    const bool isWanted = STINT_TRY(connection_.dispatch());
    grantWishes();
    if (agent_->fault()) return *agent_->fault();
    if (!isWanted) return ends::ok;
    timer_.clear();
    if (const auto next = agent_->nextDeadline())
        timer_.set(std::max(*next - bootNow(), Duration(0)), [this] { agent_->tick(); });
    const auto longest = connection_.timeout();
    const auto wait = longest ? static_cast<std::uint64_t>(std::chrono::microseconds(*longest).count()) : UINT64_MAX;
    if (sd_event_run(loop_, wait) < 0) return fail(Errc::SYSTEM, "the loop has failed");
    return ends::waits;
}

int AgentService::serve() {
    const auto failed = [this](const Error& error) {
        complain(error.message);
        return ends::unavailable;
    };
    if (auto opened = openAgent(); !opened.ok()) return failed(opened.error());
    if (auto hosted = connection_.host(agentService, static_cast<JobService&>(*this)); !hosted.ok())
        return failed(hosted.error());
    if (auto hosted = connection_.host(agentReceiver, static_cast<BroadcastReceiver&>(*this)); !hosted.ok())
        return failed(hosted.error());
    if (sd_event_add_io(loop_, nullptr, connection_.fd(), EPOLLIN, ignore, nullptr) < 0)
        return failed(fail(Errc::SYSTEM, "the line to stintd cannot be watched"));
    for (;;) {
        const auto code = turn();
        if (!code.ok()) return failed(code.error());
        if (*code != ends::waits) return *code;
    }
}

} // namespace stint::fleet
