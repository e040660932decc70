#include "agent/world.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "contract/model/agent.hpp"
#include "fleet/document/document.hpp"
#include "push/keys/nkey.hpp"

namespace stint::fleet {

World::World() {
    list = server.list;
    list.version = 8;
    list.operators.front().kinds = {"get", "run", "verify", "policy", "settings"};
    FleetKeys keys = server.keys();
    sure(keys.takeOperators(server.place.path(), sure(signedBy(server.root, list))));
    enroller_.emplace(std::move(keys), server.invitations());
    newest = {.made = today, .operators = 8, .alive = {}, .cancelled = {}};
    enroller_->hand(sure(signedBy(server.statement, newest)));

    push::LineSettings settings{.origin = url,
                                .brokers = {"nats://127.0.0.1:4222"},
                                .serverKey = {},
                                .device = push::newDevice(),
                                .shard = "0a",
                                .lineKey = {},
                                .credentials = {}};
    agentPlace = {.fleet = place / "fleet",
                  .line = place / "push",
                  .owner = {place / "fleet.toml", place / "etc.toml"},
                  .config = place / "config",
                  .boot = "boot 1",
                  .version = "0.1.0"};
    const auto user = push::Nkey::make(push::Nkey::Role::User);
    const auto account = push::Nkey::make(push::Nkey::Role::Account);
    sure(settings.write(agentPlace.line,
                        push::credentialsOf(push::signedJwt(account, user.name(), settings.device, then,
                                                            nlohmann::ordered_json{{"type", "user"}, {"version", 2}}),
                                            user)));
    overwrite(place / "fleet.toml", "kinds = [\"get\", \"run\", \"verify\"]\ncommands = [\"any\"]\n");
}

Campaign World::campaign(std::string_view steps, std::string_view more) {
    return sure(
        campaignFromFile(fmt::format("name = \"firmware\"\ntargets = \"all\"\nexpires = \"30d\"\n{}\n{}", more, steps),
                         "night.toml", then + 1h));
}

// ---- Turns ----

template <class Do> void World::guarded(Do what) {
    try {
        what();
    } catch (const Died&) {
        die();
    }
    afterTurn();
}

/// Where it could not write, the process ends.
void World::afterTurn() {
    if (agent && agent->fault()) die();
}

void World::start() {
    if (agent) return;
    guarded([&] {
        agent.emplace(agentPlace, static_cast<Wires&>(*this));
        sure(agent->open());
    });
}

/// Questions, steps and runs are lost with it; its jobs are stintd's, and run again.
void World::die() {
    asked_.clear();
    steps_.clear();
    runs.clear();
    agent.reset();
}

void World::restartDevice() {
    die();
    agentPlace.boot = fmt::format("boot {}", ++boots);
    time = Instant(1min); // the clock that counts from the boot
    hasRestarted = false;
}

std::uint64_t World::run(const AgentJob& which, bool isDeadlineOver) {
    REQUIRE(has(which));
    start();
    const std::uint64_t number = ++lastRun_;
    if (!agent || !has(which)) return number; // it has died, or cancelled that
    runs.emplace(number, which);
    const JobInfo info = job(which);
    guarded([&] { agent->start({number, which, info.getExtras(), isDeadlineOver}); });
    return number;
}

void World::cancelHere(const std::string& campaign) {
    const AgentJob its{AgentJob::Kind::Errand, campaign};
    standing.erase(keyOf(its));
    cancelled.insert(campaign);
    const auto run = std::ranges::find(runs, its, &std::pair<const std::uint64_t, AgentJob>::second);
    if (run != runs.end()) stopRun(run->first, true);
}

bool World::stopRun(std::uint64_t number, bool isPersons) {
    bool again = true;
    const AgentJob which = runs.at(number);
    runs.erase(number);
    guarded([&] { again = agent->stop(number, isPersons); });
    if (!again) standing.erase(keyOf(which));
    return again;
}

void World::hear(const OrderMessage& message) {
    start();
    if (agent) guarded([&] { agent->heard(textOf(message)); });
}

std::string World::order(const Campaign& campaign, bool isAlive) {
    const std::string id = idOf(campaign);
    documents[id] = sure(signedBy(server.ann, campaign));
    if (isAlive) newest.alive.push_back(id);
    sayNews();
    hear({.campaign = id, .enrolment = 1, .round = 0, .again = false});
    return id;
}

Desired World::want(std::uint32_t version, const std::string& policy, const std::string& targets) {
    const Desired desired{.version = version, .made = today, .targets = targets, .policy = policy, .settings = {}};
    wanted = sure(signedBy(server.ann, desired));
    newest.desired = {sha256Of(wanted->document)};
    sayNews();
    hear({.campaign = {}, .enrolment = 1, .desired = version});
    return desired;
}

void World::wantNothing() {
    wanted.reset();
    newest.desired.clear();
    sayNews();
}

void World::look() {
    start();
    if (agent) guarded([&] { agent->wantWork(); });
    goOn();
}

void World::sayNews() {
    newest.made = today += 1min;
    std::ranges::sort(newest.alive);
    std::ranges::sort(newest.cancelled);
    enroller_->hand(sure(signedBy(server.statement, newest)));
}

stint::Outcome World::join(const std::string& code) {
    const AgentJob which{AgentJob::Kind::Join, {}};
    standing.insert_or_assign(keyOf(which), sure(JobInfo::Builder(nameOf(which).id, "Errand")
                                                     .setExtras(PersistableBundle().putString(agentCodeExtra, code))
                                                     .build()));
    const std::uint64_t number = run(which);
    answerAll();
    return ends.contains(number) ? ends.at(number).second : stint::Outcome{-1, "it goes on"};
}

void World::settle() {
    REQUIRE(join().exitCode == 0);
    goOn();
    did.clear();
    hellos.clear();
}

stint::Outcome World::personSays(const std::string& campaign, bool isYes) {
    const AgentJob which{AgentJob::Kind::Answer, campaign};
    standing.insert_or_assign(keyOf(which), sure(agentAnswer(campaign, isYes).build()));
    const std::uint64_t number = run(which);
    return ends.contains(number) ? ends.at(number).second : stint::Outcome{-1, "it goes on"};
}

void World::pass(Duration by) {
    const Instant until = time + by;
    today += by;
    while (agent) {
        const auto next = agent->nextDeadline();
        time = next && *next < until ? std::max(time, *next) : until;
        guarded([&] { agent->tick(); });
        if (time == until) break;
    }
    time = until;
}

void World::endStep(const std::string& campaign, Errand::StepEnded how) {
    auto step = steps_.extract(campaign);
    REQUIRE(!step.empty());
    guarded([&] { step.mapped().second(std::move(how)); });
}

Assignment World::noted(const std::string& campaign) const {
    std::vector<std::string> notices;
    REQUIRE(!agent); // it has the file
    return sure(Keeping::open(agentPlace.fleet, then, notices)).all().at(campaign);
}

// ---- The server ----

std::deque<std::pair<std::string, std::string>> World::questions() const {
    std::deque<std::pair<std::string, std::string>> all;
    for (const Asked& each : asked_)
        all.emplace_back(each.word, each.text);
    return all;
}

std::string World::answer() {
    REQUIRE(!asked_.empty());
    const Asked asked = std::move(asked_.front());
    asked_.pop_front();
    const auto text = answerTo(asked);
    guarded([&] { asked.answered(text); });
    return asked.word;
}

void World::answerAll() {
    for (int most = 1'000; !asked_.empty() && most > 0; --most)
        answer();
    REQUIRE(asked_.empty());
}

void World::lose() {
    REQUIRE(!asked_.empty());
    const Asked asked = std::move(asked_.front());
    asked_.pop_front();
    guarded([&] { asked.answered(Error{Errc::UNAVAILABLE, "nobody answers"}); });
}

void World::answerBy(const std::string& text) {
    REQUIRE(!asked_.empty());
    const Asked asked = std::move(asked_.front());
    asked_.pop_front();
    guarded([&] { asked.answered(text); });
}

Result<std::string> World::answerTo(const Asked& asked) {
    const std::string device = sure(push::LineSettings::read(agentPlace.line))->device;
    if (asked.word == "join") {
        Enrolled enrolled = enroller_->answer(asked.text, device, known, today, time);
        if (enrolled.made) known = {std::move(enrolled.made), false};
        return enrolled.answer;
    }
    if (asked.word == "hello") {
        const Hello hello = sure(helloIn(asked.text));
        hellos.push_back(hello);
        HelloAnswer answer;
        if (hello.operators < list.version) answer.operators = sure(signedBy(server.root, list));
        if (hello.enrolment == 0) answer.certificate = known.certificate;
        if (hello.statement < newest.made) answer.statement = sure(signedBy(server.statement, newest));
        answer.isCloned = isCloned;
        answer.missing = std::exchange(missing, {});
        answer.orders = std::exchange(orders, {});
        answer.documents = std::exchange(brought, {});
        if (hello.reported) hearState(*hello.reported, device);
        const bool isSo = wanted && !states.empty() && states.back().hash == sha256Of(wanted->document) &&
                          (states.back().holding == Holding::Applied || states.back().holding == Holding::Changed);
        if (!isSo) answer.desired = wanted;
        return textOf(answer);
    }
    if (asked.word == "leave") {
        const Signed given = sure(signedIn(asked.text));
        const LeaveQuestion question = sure(leaveQuestionIn(given.document));
        const Certificate certificate = sure(certificateIn(known.certificate->document));
        hasLeft = question.device == device && isSignedBy(given, certificate.key, commentOf(question));
        return leaveAnswer();
    }
    if (asked.word == "doc") {
        const DocQuestion question = sure(docQuestionIn(asked.text));
        const auto found = documents.find(question.campaign);
        if (found == documents.end()) return errorAnswer("there is no such campaign");
        DocAnswer answer{found->second, {}};
        const Instruction retry{question.campaign, "retry", today, question.round};
        if (question.round != 0 && !lacksRetries) answer.retry = sure(signedBy(server.ann, retry));
        return textOf(answer);
    }
    if (asked.word == "slot") {
        const SlotQuestion question = sure(slotQuestionIn(asked.text));
        const auto found = replies.find(question.campaign);
        return textOf(found == replies.end() ? Reply{Reply::Word::Begin, 24h} : found->second);
    }
    REQUIRE(asked.word == "report");
    const Signed given = sure(signedIn(asked.text));
    const DeviceReport report = sure(deviceReportIn(given.document));
    const Certificate certificate = sure(certificateIn(known.certificate->document));
    if (report.device != device || !isSignedBy(given, certificate.key, commentOf(report))) ++refusedReports;
    auto& its = reports[report.campaign];
    if (its.empty() || its.back().sequence < report.telling.sequence) its.push_back(report.telling);
    return fmt::format("{{\"stream\":\"STINT_FLEET_R\",\"seq\":{}}}", ++sequence_);
}

void World::hearState(const Signed& paper, const std::string& device) {
    const DeviceState state = sure(deviceStateIn(paper.document));
    const Certificate certificate = sure(certificateIn(known.certificate->document));
    CHECK(state.device == device);
    CHECK(isSignedBy(paper, certificate.key, commentOf(state)));
    if (states.empty() || state.since > states.back().since) states.push_back(state);
}

// ---- The agent's hands ----

template <class Say> auto World::say(const std::string& word, Say said) {
    did += (did.empty() ? "" : " ") + word;
    const bool isLast = spoken++ == diesAt;
    if (isLast && diesBefore) throw Died{};
    if constexpr (std::is_void_v<decltype(said())>) {
        said();
        if (isLast) throw Died{};
    } else {
        auto result = said();
        if (isLast) throw Died{};
        return result;
    }
}

void World::ask(std::string_view word, std::string question, Answered answered) {
    say(std::string(word), [&] { asked_.push_back({std::string(word), std::move(question), std::move(answered)}); });
}

Result<std::vector<Standing>> World::jobs() {
    std::vector<Standing> all;
    for (const auto& [key, info] : standing)
        all.push_back({*jobNamed(key.substr(0, key.find('#')), info.getId()), info.getExtras()});
    return all;
}

void World::schedule(const AgentJob& job, const JobInfo& info) {
    say("schedule", [&] {
        for (const auto& [number, which] : runs)
            if (!hasRestarted) CHECK(which != job); // stintd would stop it
        CHECK(info.getService().name == "Errand");
        CHECK_FALSE(info.isUserInitiated());
        CHECK_FALSE(info.isExpedited());
        CHECK(info.isPersisted());
        standing.insert_or_assign(keyOf(job), info);
    });
}

void World::cancel(const AgentJob& job) {
    say("cancel", [&] { standing.erase(keyOf(job)); });
}

/// It changes nothing, so nobody dies at it.
Result<Waiting> World::waiting(const AgentJob& job) {
    const auto found = waits.find(job.campaign);
    Waiting its = found == waits.end() || !has(job) ? Waiting{} : found->second;
    its.isThere = has(job);
    its.isCancelled = cancelled.contains(job.campaign) && !its.isThere;
    return its;
}

/// In UTC.
Duration World::untilHours(const DayHours& hours, Duration after) {
    const HoursAt found = hoursAt(hours, TimeZone(), today + after);
    return found.isWithin ? Duration(0) : found.until - (today + after);
}

void World::finish(std::uint64_t run, bool again, stint::Outcome outcome) {
    say("finish", [&] {
        const auto its = runs.find(run);
        if (its == runs.end()) return; // it was stopped
        if (!again && its->second.kind != AgentJob::Kind::Daily) standing.erase(keyOf(its->second));
        ends.insert_or_assign(run, std::pair(again, std::move(outcome)));
        runs.erase(its);
    });
}

Result<std::string> World::registerForPush() {
    return say("register", [&] { return Result<std::string>(url + "/push/v1/TOKEN"); });
}

Result<void> World::unregisterForPush() {
    return say("unregister", [&] { return Result<void>(); });
}

void World::begin(Task task, const Owner&, Ended ended) {
    say("begin", [&] {
        CHECK_FALSE(steps_.contains(task.campaign));
        ++begun[fmt::format("{}/{}", task.campaign, task.number)];
        const std::string id = task.campaign;
        mostTime = task.mostTime;
        steps_.insert_or_assign(id, std::pair(std::move(task), std::move(ended)));
    });
}

void World::stop(const std::string& campaign) {
    say("stop", [&] { steps_.erase(campaign); });
}

Result<void> World::clear(const std::string&) {
    return say("clear", [&] { return Result<void>(); });
}

Errand::StepEnded World::makeSo(const Desired& desired) {
    return say("make", [&] {
        if (cannotBe) return *cannotBe;
        madeSo.push_back(desired.policy);
        changes.clear();
        return Errand::StepEnded{};
    });
}

/// It changes nothing, so nobody dies at it.
Result<std::string> World::changedSince(const Desired& desired) {
    CHECK(madeSo.back() == desired.policy);
    return changes;
}

void World::restart(std::function<void(const Error&)> refused) {
    say("restart", [&] {
        hasRestarted = !keepsOn;
        if (keepsOn)
            asked_.push_back({"restart", "",
                              [this, refused = std::move(refused)](const Result<std::string>&) { refused(*keepsOn); }});
    });
}

// ---- On its own ----

bool World::goOnOnce() {
    if (hasRestarted) {
        restartDevice();
        return true;
    }
    if (agent && runs.empty()) die(); // stintd lets a process go with its last run
    if (!asked_.empty()) {
        if (asked_.front().word == "restart")
            answerBy("");
        else
            answer();
        return true;
    }
    if (!steps_.empty()) {
        endStep(steps_.begin()->first);
        return true;
    }
    for (const auto& [key, info] : standing) {
        const auto which = *jobNamed(key.substr(0, key.find('#')), info.getId());
        const bool isOn = std::ranges::any_of(runs, [&](const auto& each) { return each.second == which; });
        if (isOn || which.kind == AgentJob::Kind::Daily) continue;
        run(which);
        return true;
    }
    return false;
}

void World::goOn() {
    int most = 500;
    while (goOnOnce())
        REQUIRE(--most > 0);
}

} // namespace stint::fleet
