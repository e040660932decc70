#include "fleet/agent/agent.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "base/sqlite/sqlite.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "base/version/version.hpp"
#include "contract/model/agent.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/document.hpp"
#include "fleet/document/telling.hpp"
#include "fleet/signing/sealing.hpp"
#include "fleet/trust/trust.hpp"

namespace stint::fleet {
namespace {

/// PROPOSAL: a command that is asked to end has this long before its errand takes it for hung: its own last words are
/// better.
constexpr Duration patience = commandGrace + std::chrono::seconds(5);

/// A campaign of which no document is there: it is refused, or has ended.
Campaign withoutDocument() {
    Campaign campaign;
    campaign.steps.resize(1);
    return campaign;
}

Campaign campaignOf(const Assignment& noted) {
    auto campaign = campaignIn(noted.order.document);
    return campaign.ok() ? *std::move(campaign) : withoutDocument();
}

Outcome endFor(Reason reason) {
    if (reason == Reason::Expired) return Outcome::Expired;
    return reason == Reason::Cancelled ? Outcome::Cancelled : Outcome::Rejected;
}

/// The job's end, for who follows it.
stint::Outcome endOf(const Kept& kept) {
    std::string text(wordOf(kept.outcome));
    const std::string words = kept.unsent ? kept.unsent->words : "";
    if (!words.empty()) text += ": " + (sealedIn(words).empty() ? words : "its words are sealed");
    return {kept.outcome == Outcome::Succeeded ? ends::ok : ends::failure, text.substr(0, text.find('\n'))};
}

} // namespace

Agent::Place Agent::Place::usual() {
    return {.fleet = Identity::directory(),
            .line = push::LineSettings::directory(),
            .owner = ownersFiles(),
            .config = baseDirectory("XDG_CONFIG_HOME", ".config") / "stint",
            .boot = bootId(),
            .version = std::string(ownBuild().version)};
}

// ---- The beginning ----

Result<void> Agent::open() {
    auto opened = openIdentity();
    if (opened.ok() && identity_) opened = openKeeping();
    if (!opened.ok() && isPassing(opened.error())) return opened;
    if (!opened.ok()) { // a person is to mend it; until then nothing is begun, and nothing goes
        identity_.reset();
        trouble_ = opened.error().message;
        wires_.complain(trouble_);
    }
    if (!identity_) return {};
    auto jobs = STINT_TRY(wires_.jobs());
    return begin(std::move(jobs));
}

Result<void> Agent::openKeeping() {
    std::vector<std::string> notices = identity_->troubles();
    auto keeping = Keeping::open(place_.fleet, fleetTime(), notices);
    for (const std::string& notice : notices)
        wires_.complain(notice);
    if (!keeping.ok()) return keeping.error();
    keeping_.emplace(*std::move(keeping));
    return {};
}

Result<void> Agent::openIdentity() {
    settings_ = STINT_TRY(push::LineSettings::read(place_.line));
    if (!settings_) return {};
    identity_ = STINT_TRY(Identity::open(place_.fleet, settings_->device, place_.boot, wires_.now()));
    return {};
}

void Agent::beginErrand(Going& going) {
    going.campaign = campaignOf(going.noted);
    going.part = partOf(going.campaign.plan.spread, going.noted.id, settings_->device);
    going.errand.emplace(going.campaign, going.noted.kept, place_.boot, going.part);
}

Result<void> Agent::begin(std::vector<Standing> jobs) {
    const auto has = [&](AgentJob::Kind kind) {
        return std::ranges::any_of(jobs, [&](const Standing& each) { return each.job.kind == kind; });
    };
    isWorkDue_ = has(AgentJob::Kind::Work);
    if (!has(AgentJob::Kind::Daily)) {
        const auto daily = STINT_TRY(dailyJob(fleetName()));
        wires_.schedule({AgentJob::Kind::Daily, {}}, daily);
    }
    const auto all = keeping_->all(); // saving one may forget others
    bool isWorkWanted = keeping_->desired() && !keeping_->desired()->isTold;
    for (const auto& [id, noted] : all) {
        isWorkWanted = isWorkWanted || isPending(noted) || noted.kept.unsent;
        if (noted.isOpen() ? noted.kept.sequence == 0 : !noted.kept.unsent) continue;
        Going& going = going_[id];
        going.noted = noted;
        beginErrand(going);
        const auto standing = std::ranges::find(jobs, AgentJob{AgentJob::Kind::Errand, id}, &Standing::job);
        if (noted.isOpen() && standing != jobs.end()) {
            const Rested rested = restedIn(standing->extras);
            going.isLate = rested.isLate;
            going.asks = rested.asks;
            if (rested.isOf(noted.kept)) continue; // it rests, and its job stands
        }
        const bool isGone = noted.isOpen() && standing == jobs.end();
        const auto job = isGone ? wires_.waiting({AgentJob::Kind::Errand, id}) : Waiting{};
        take(going, going.errand->begin(wires_.now()));
        if (job.ok() && job->isCancelled) cancelledHere(id);
        if (fault_) return *fault_;
    }
    for (const auto& [job, extras] : jobs) {
        const auto noted = all.find(job.campaign);
        if (job.kind != AgentJob::Kind::Errand || (noted != all.end() && noted->second.isOpen())) continue;
        if (auto cleared = wires_.clear(job.campaign); !cleared.ok()) wires_.complain(cleared.error().message);
        wires_.cancel(job);
    }
    if (isWorkWanted) wantWork();
    return {};
}

bool Agent::isPending(const Assignment& noted) const {
    return noted.kept.sequence == 0 ? noted.isOpen() : noted.round > noted.kept.round;
}

// ---- From outside ----

void Agent::start(const AgentRun& run) {
    if (fault_) return;
    if (!trouble_.empty() && run.job.kind != AgentJob::Kind::Leave)
        return wires_.finish(run.number, !isPersonsWord(nameOf(run.job).id), {ends::configuration, trouble_});
    switch (run.job.kind) {
    case AgentJob::Kind::Errand:
        return startErrand(run);
    case AgentJob::Kind::Work:
    case AgentJob::Kind::Daily:
        return startWork(run);
    case AgentJob::Kind::Join:
        return startJoin(run);
    case AgentJob::Kind::Leave:
        return startLeave(run);
    case AgentJob::Kind::Answer:
        return startAnswer(run);
    }
}

void Agent::startErrand(const AgentRun& run) {
    Going* const going = find(run.job.campaign);
    if (!going) {
        if (auto cleared = wires_.clear(run.job.campaign); !cleared.ok()) wires_.complain(cleared.error().message);
        return wires_.finish(run.number, false, {ends::ok, "it is over"});
    }
    const Rested rested = restedIn(run.extras);
    going->run = run.number;
    going->hasNews = false;
    going->unanswered = 0;
    going->isLate = going->isLate || rested.isLate;
    const Kept& kept = going->errand->kept();
    const bool isOver = kept.outcome != Outcome::None;
    if (!run.isDeadlineOver || !rested.endsWait || going->isLate || isOver || kept.isCommitted)
        return tryToBegin(*going);
    if (going->campaign.late.empty()) // fleet.md §4, `late`
        return happen(run.job.campaign, Errand::Refused{kept.round, Outcome::Failed,
                                                        fmt::format("its conditions did not come within {}",
                                                                    formatDuration(going->campaign.waitMax))});
    going->isLate = true;
    rest(*going, Duration(0), false);
}

void Agent::tryToBegin(Going& going) {
    const Kept& kept = going.errand->kept();
    if (kept.outcome == Outcome::None && !kept.isCommitted) {
        const Judgement judged = judge(going.noted);
        const bool isRefused = judged.reason && *judged.reason != Reason::OldList;
        if (isRefused) return refused(going, judged, kept.round);
        if (ownersHalt(going, Duration(0)).time > Duration(0)) return rest(going, Duration(0), false);
        if (judged.reason || !identity_->trust().mayBegin(going.campaign, going.noted.id, wires_.now()).ok()) {
            if (going.hasNews) return rest(going, restAfterNo, false);
            going.wantsNews = true;
            if (!pass_) beginPass();
            return;
        }
        noteFleetTime();
    }
    happen(going.noted.id, Errand::Run{});
}

void Agent::refused(Going& going, const Judgement& judged, std::uint8_t round) {
    const ReasonRow& row = reasons()[static_cast<std::size_t>(*judged.reason)];
    std::string words(row.word);
    if (!judged.words.empty()) words += ": " + judged.words;
    wires_.complain(fmt::format("{}, {}, is not done here: {}", going.noted.id, going.campaign.name, words));
    happen(going.noted.id, Errand::Refused{round, endFor(row.reason), std::move(words)});
}

bool Agent::stop(std::uint64_t run, bool isPersons) {
    if (joins_.erase(run) > 0) return true;
    if (const auto work = works_.find(run); work != works_.end()) {
        isWorkDue_ = isWorkDue_ || work->second == AgentJob::Kind::Work;
        works_.erase(work);
        const auto wants = [](const auto& each) { return each.second.wantsNews; };
        if (works_.empty() && std::ranges::none_of(going_, wants)) pass_.reset();
        return true;
    }
    const auto its = std::ranges::find_if(going_, [&](const auto& each) { return each.second.run == run; });
    if (its == going_.end()) return false;
    const std::string id = its->first;
    its->second.run.reset();
    its->second.hasNews = false;
    const bool isWaiting = std::exchange(its->second.wantsNews, false);
    // It is gone where it was cancelled, and stands where it was only paused.
    const auto job = isPersons ? wires_.waiting({AgentJob::Kind::Errand, id}) : Waiting{};
    if (job.ok() && !job->isThere) cancelledHere(id);
    if (!isWaiting) happen(id, Errand::Stop{});
    handOver();
    const Going* const after = find(id);
    return after && after->noted.isOpen();
}

/// A person at this device has cancelled the campaign's job. Behind the point of no return that comes too late: what is
/// left is done.
void Agent::cancelledHere(const std::string& campaign) {
    const Going* const going = find(campaign);
    if (!going) return;
    const Kept& kept = going->errand->kept();
    if (kept.isCommitted) return happen(campaign, Errand::Cancel{});
    happen(campaign, Errand::Refused{kept.round, Outcome::Cancelled, "a person cancelled it at the device"});
}

void Agent::heard(std::string_view text) {
    if (fault_) return;
    const auto order = orderIn(text);
    if (!order.ok()) return wires_.complain(order.error().message);
    if (!identity_) return;
    if (order->desired == 0 && !note(*order)) return;
    // fleet.md §1: job 1 might wait for the slot of the very job that a cancel is to stop.
    if (!pass_ && mayTalk()) return beginPass();
    wantWork();
}

/// True: the server is to be asked about it.
bool Agent::note(const OrderMessage& order) {
    const auto found = keeping_->all().find(order.campaign);
    const bool isKnown = found != keeping_->all().end();
    const bool isTold = isKnown && found->second.kept.sequence != 0;
    if (isTold && order.round <= found->second.round) {
        const Going* const going = find(order.campaign);
        if (!going || !order.again) return false;
        // It was cancelled, or there is a place: a hello brings the one, and a job that waits no more the other.
        if (!going->errand->isRunning()) happen(order.campaign, Errand::Offered{going->errand->kept().round});
        return !fault_;
    }
    if (isKnown && !isTold && found->second.isOpen() &&
        (order.enrolment < found->second.enrolment ||
         (order.enrolment == found->second.enrolment && order.round <= found->second.round)))
        return true; // it waits to be looked at
    Assignment noted = isKnown ? found->second : Assignment{.id = order.campaign};
    if (!isTold) noted.kept = {}; // one that came to nothing before
    noted.round = static_cast<std::uint8_t>(order.round);
    noted.enrolment = order.enrolment;
    noted.heard = fleetTime();
    if (noted.order.document.empty()) noted.until = noted.heard + longestLife;
    save(noted);
    return !fault_ && keeping_->all().contains(noted.id);
}

void Agent::save(const Assignment& noted) {
    const auto saved = keeping_->save(noted, fleetTime());
    if (saved.ok()) {
        if (Going* const going = find(noted.id)) going->noted = noted;
        return;
    }
    wires_.complain(saved.error().message);
    if (saved.error().code != Errc::ILLEGAL_STATE) fault_ = saved.error();
}

void Agent::tick() {
    const Instant now = wires_.now();
    std::vector<std::string> due;
    for (auto& [id, going] : going_) {
        const auto next = deadlineOf(going);
        if (!next || *next > now) continue;
        // From now on, for the device may have slept over that: the command is asked to end at the same moment.
        if (going.isCommandOn && !going.hungAt)
            going.hungAt = now + patience;
        else
            due.push_back(id);
    }
    for (const std::string& id : due)
        happen(id, Errand::Tick{});
}

std::optional<Instant> Agent::nextDeadline() const {
    std::optional<Instant> next;
    if (fault_) return next;
    for (const auto& [id, going] : going_)
        if (const auto its = deadlineOf(going)) next = next ? std::min(*next, *its) : *its;
    return next;
}

std::optional<Instant> Agent::deadlineOf(const Going& going) {
    return going.isCommandOn && going.hungAt ? going.hungAt : going.errand->nextDeadline();
}

// ---- Errands ----

void Agent::happen(const std::string& campaign, const Errand::Event& event) {
    Going* const going = find(campaign);
    if (going && !fault_) take(*going, going->errand->handle(event, wires_.now()));
}

/// Effects are done once their errand is written down. It may be the last of the campaign: nobody has `going` after it.
void Agent::take(Going& going, const std::vector<Errand::Effect>& effects) {
    const std::string id = going.noted.id;
    if (auto kept = keep(going); !kept.ok()) {
        wires_.complain(kept.error().message);
        fault_ = kept.error();
        return;
    }
    for (const Errand::Effect& effect : effects)
        std::visit([&](const auto& each) { perform(going, each); }, effect);
    if (!going.noted.isOpen() && !going.noted.kept.unsent && !going.run) going_.erase(id);
}

Result<void> Agent::keep(Going& going) {
    going.noted.kept = going.errand->kept();
    const auto known = keeping_->all().find(going.noted.id);
    if (known != keeping_->all().end() && known->second == going.noted) return {};
    return keeping_->save(going.noted, fleetTime());
}

void Agent::perform(Going& going, const Errand::Wait& wait) { rest(going, wait.after, wait.isFree); }

void Agent::rest(Going& going, Duration after, bool isFree) {
    const auto halt = std::exchange(going.halt, std::nullopt);
    if (halt) after = std::max(after, halt->time);
    const Duration waited = std::max(fleetTime() - going.noted.heard, Duration(0));
    const Halt owners = isFree ? Halt{} : ownersHalt(going, std::max(after, going.part - waited));
    std::string why = halt ? halt->why : "waits for its turn";
    if (owners.time > Duration(0)) why = "waits: " + owners.why;
    after = std::max(after, owners.time);
    finish(going, true, {ends::waits, std::move(why)});
    if (going.campaign.waitMax > Duration(0) && waited >= going.campaign.waitMax && !going.campaign.late.empty())
        going.isLate = true;
    const auto job = errandJob(going.campaign, fleetName(), going.errand->kept(),
                               {.after = after,
                                .isFree = isFree,
                                .isLate = going.isLate,
                                .waited = waited,
                                .spread = going.part,
                                .note = owners.why,
                                .asks = owners.asks});
    if (!job.ok()) return wires_.complain(within(going.noted.id, job.error()).message);
    going.asks = owners.asks;
    wires_.schedule({AgentJob::Kind::Errand, going.noted.id}, *job);
}

void Agent::finish(Going& going, bool again, stint::Outcome outcome) {
    going.wantsNews = going.hasNews = false;
    going.unanswered = 0;
    const auto run = std::exchange(going.run, std::nullopt);
    if (!run) return;
    handOver();
    wires_.finish(*run, again, std::move(outcome));
}

void Agent::perform(Going& going, const Errand::AskForSlot& question) {
    const std::string id = going.noted.id;
    const SlotQuestion asked{
        .campaign = id, .enrolment = going.noted.enrolment, .round = question.round, .slot = question.slot};
    wires_.ask("slot", textOf(asked), [this, id, question](const Result<std::string>& answer) {
        const auto reply = answer.ok() ? replyIn(*answer) : Result<Reply>(answer.error());
        if (reply.ok()) return happen(id, Errand::Answered{question.slot, question.asked, *reply});
        wires_.complain(within(id, reply.error()).message);
        Going* const its = find(id);
        if (its && its->run && ++its->unanswered >= mostUnanswered)
            halt(*its, {restUnanswered, "waits for the fleet's server: " + reply.error().message});
    });
}

/// The errand hears that its job is stopped.
void Agent::halt(Going& going, Halt halt) {
    const std::string id = going.noted.id;
    going.halt = std::move(halt);
    happen(id, Errand::Stop{});
    if (Going* const its = find(id)) its->halt.reset();
}

void Agent::perform(Going& going, const Errand::BeginStep& step) {
    const Step& its = going.campaign.steps[step.step];
    going.isCommandOn = !its.command.empty();
    going.hungAt.reset();
    const auto until = going.errand->nextDeadline(); // the step's time is over then, or the slot's
    const bool isTimed = going.isCommandOn && until;
    const Task task{.campaign = going.noted.id,
                    .number = step.step + 1,
                    .step = its,
                    .mostTime = isTimed ? std::max(*until - wires_.now(), Duration(1)) : Duration(0),
                    .before = bytesLeft(going.campaign, 0) - bytesLeft(going.campaign, step.step)};
    wires_.begin(task, owner(), [this, id = going.noted.id](Errand::StepEnded how) { stepEnded(id, std::move(how)); });
}

void Agent::stepEnded(const std::string& campaign, Errand::StepEnded how) {
    Going* const going = find(campaign);
    if (!going) return;
    if (going->isCommandOn && going->campaign.sealOutput) how.words = sealedFor(*going, how.words);
    going->isCommandOn = false;
    happen(campaign, how);
}

/// fleet.md §4.1: only the operators who have signed the campaign read it; where none of them is there any more,
/// nobody.
std::string Agent::sealedFor(const Going& going, std::string_view words) const {
    const auto& list = identity_->trust().operators();
    if (!list || words.empty()) return {};
    const auto readers = keysOfSigners(*list, going.noted.order, commentOf(going.campaign));
    const std::string whose = going.noted.id + " " + settings_->device;
    std::string text = sealed(fittingWords(words), whose, readers, longestWords - sealedMark.size());
    return text.empty() ? text : std::string(sealedMark) + text;
}

void Agent::perform(Going& going, const Errand::StopStep&) {
    going.isCommandOn = false;
    wires_.stop(going.noted.id);
}

void Agent::perform(Going&, const Errand::Send&) { tellNext(); }

void Agent::perform(Going& going, const Errand::Restart&) {
    wires_.restart([this, id = going.noted.id](const Error& refused) {
        Going* const its = find(id);
        if (!its || !its->run) return;
        wires_.complain(within("the device does not restart", refused).message);
        halt(*its, {restAfterNo, "waits for a restart of the device: " + refused.message});
    });
}

void Agent::perform(Going& going, const Errand::Over&) {
    const std::string& id = going.noted.id;
    if (auto cleared = wires_.clear(id); !cleared.ok()) wires_.complain(cleared.error().message);
    if (going.run) return finish(going, false, endOf(going.errand->kept()));
    wires_.cancel({AgentJob::Kind::Errand, id});
}

// ---- What it knows ----

Agent::Going* Agent::find(std::string_view campaign) {
    const auto found = going_.find(campaign);
    return found == going_.end() ? nullptr : &found->second;
}

Judgement Agent::judge(const Assignment& noted) const {
    Judgement judged = identity_->trust().judge(noted.order, noted.enrolment, place_.version, owner(), wires_.now());
    if (isCloned_) judged = {std::nullopt, Reason::Cloned, {}, std::move(judged.named)};
    return judged;
}

/// The fleet's time, or the latest that is certain.
WallTime Agent::fleetTime() const {
    if (!identity_) return {};
    const Trust& trust = identity_->trust();
    if (const auto time = trust.time(wires_.now())) return *time;
    WallTime latest{};
    if (trust.operators()) latest = std::max(latest, trust.operators()->made);
    if (trust.certificate()) latest = std::max(latest, trust.certificate()->made);
    return latest;
}

void Agent::noteFleetTime() {
    if (auto noted = identity_->keepTime(wires_.now()); !noted.ok()) wires_.complain(noted.error().message);
}

std::string Agent::fleetName() const { return identity_ ? identity_->fleet().name : std::string(); }

} // namespace stint::fleet
