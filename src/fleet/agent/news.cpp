// A pass: what a device and its fleet's server have to say to each other, in one order: hello and the newest papers,
// the desired state, the documents of orders, the certificate's renewal, and all that is untold.
#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/ends.hpp"
#include "fleet/agent/agent.hpp"
#include "fleet/enrolment/enroller.hpp"
#include "fleet/questions/report.hpp"
#include "push/envelope/fleet.hpp"

namespace stint::fleet {

void Agent::wantWork() {
    if (pass_)
        pass_->isAgain = true;
    else
        scheduleWork();
}

/// The process goes with its last run: what it has yet to hear or to tell has a job of its own by then.
void Agent::handOver() {
    const bool isLast = works_.empty() && !runsCampaign();
    if (isLast && (pass_ || hasUntold())) scheduleWork();
}

void Agent::scheduleWork() {
    if (!identity_ || fault_ || isWorkDue_) return;
    const auto job = workJob(fleetName());
    if (!job.ok()) return wires_.complain(job.error().message);
    isWorkDue_ = true;
    wires_.schedule({AgentJob::Kind::Work, {}}, *job);
}

void Agent::startWork(const AgentRun& run) {
    if (run.job.kind == AgentJob::Kind::Work) isWorkDue_ = false;
    if (!identity_) {
        wires_.cancel({AgentJob::Kind::Daily, {}});
        return wires_.finish(run.number, false, {ends::ok, "this device is in no fleet"});
    }
    works_.emplace(run.number, run.job.kind);
    if (pass_)
        pass_->isAgain = true;
    else
        beginPass();
}

void Agent::beginPass() {
    pass_.emplace(Pass{.number = ++passes_});
    sayHello();
}

/// Asks in this pass. It ends where nobody answers; an answer to a pass that is over is not heard.
void Agent::askInPass(std::string_view word, std::string question, std::function<void(const std::string&)> answered) {
    wires_.ask(word, std::move(question),
               [this, number = pass_->number, answered = std::move(answered)](const Result<std::string>& answer) {
                   if (fault_ || !pass_ || pass_->number != number) return;
                   if (answer.ok()) return answered(*answer);
                   pass_->isLost = true;
                   pass_->words = answer.error().message;
                   endPass();
               });
}

void Agent::endPass() {
    if (std::exchange(pass_->isAgain, false) && !pass_->isLost) return beginPass();
    const Pass over = *std::exchange(pass_, std::nullopt);
    noteFleetTime();
    const auto works = std::exchange(works_, {});
    for (const auto& [run, kind] : works) {
        const bool isJoin = kind == AgentJob::Kind::Join;
        if (isJoin) {
            wires_.finish(run, false, {ends::ok, fmt::format("joined the fleet {}", fleetName())});
            continue;
        }
        isWorkDue_ = isWorkDue_ || (over.isLost && kind == AgentJob::Kind::Work);
        wires_.finish(run, over.isLost, {over.isLost ? ends::unavailable : ends::ok, over.words});
    }
    // Where there is no run of its own that is tried again.
    if (over.isLost || over.isAgain || hasUntold()) wantWork();
    std::vector<std::string> waiting;
    for (const auto& [id, going] : going_)
        if (going.wantsNews) waiting.push_back(id);
    for (const std::string& id : waiting) {
        Going* const going = find(id);
        if (!going || !std::exchange(going->wantsNews, false)) continue;
        going->hasNews = true;
        tryToBegin(*going);
    }
}

// ---- Hello ----

void Agent::sayHello() {
    const Trust& trust = identity_->trust();
    auto endpoint = wires_.registerForPush();
    if (!endpoint.ok()) wires_.complain(within("no orders can be pushed to this device", endpoint.error()).message);
    Hello hello{.version = place_.version, .endpoint = endpoint.ok() ? *endpoint : std::string()};
    if (trust.operators()) hello.operators = trust.operators()->version;
    if (trust.certificate()) {
        hello.enrolment = trust.certificate()->enrolment;
        hello.certificate = trust.certificate()->made;
    }
    if (trust.statement()) hello.statement = trust.statement()->made;
    hello.reported = signedState();
    if (owner().days) { // fleet.md §6.5
        auto days = wires_.days();
        if (days.ok())
            hello.days = *std::move(days);
        else
            wires_.complain(within("this device's days are not told", days.error()).message);
    }
    const WallTime now = fleetTime();
    for (const auto& [id, noted] : keeping_->all()) {
        auto& its = noted.isOpen() ? hello.open : hello.ended;
        if (its.size() < mostTold && (noted.isOpen() || noted.until > now)) its.emplace(id, noted.kept.sequence);
    }
    hello.trace = identity_->trace();
    askInPass("hello", textOf(hello), [this, said = hello.trace](const std::string& text) { heardHello(text, said); });
}

void Agent::heardHello(const std::string& text, const Trace& said) {
    auto answer = helloAnswerIn(text);
    if (answer.ok()) {
        pass_->brought = std::move(answer->documents);
        const auto next = identity_->takeTrace(said, answer->number);
        if (!next.ok()) wires_.complain(next.error().message); // it says the same once more
        isCloned_ = answer->isCloned;
        stateTold();
        takePapers(answer->operators, answer->certificate, answer->statement);
        for (const std::string& campaign : answer->missing)
            retell(campaign);
        const auto& certificate = identity_->trust().certificate();
        for (const auto& [campaign, round] : answer->orders) // they are looked at below
            if (certificate && !fault_) note({campaign, certificate->enrolment, round, false});
    } else {
        pass_->words = answer.error().message;
        wires_.complain(within("hello", answer.error()).message);
    }
    obeyStatement();
    if (isCloned_) rejectCloned();
    if (answer.ok() && !fault_) lookAtDesired(answer->desired);
    if (!fault_) lookAtOrders();
}

void Agent::takePapers(const std::optional<Signed>& operators, const std::optional<Signed>& certificate,
                       const std::optional<Signed>& statement) {
    const auto tell = [this](const Result<void>& taken) {
        if (!taken.ok()) wires_.complain(taken.error().message);
    };
    if (operators) tell(identity_->takeOperators(*operators));
    if (certificate) tell(identity_->takeCertificate(*certificate));
    if (statement) tell(identity_->takeStatement(*statement, wires_.now()));
    noteFleetTime();
}

/// Campaigns that the last statement has as cancelled; and those that may not begin any more.
void Agent::obeyStatement() {
    const Trust& trust = identity_->trust();
    const auto time = trust.time(wires_.now());
    std::vector<std::string> cancelled, expired;
    for (const auto& [id, going] : going_) {
        const Kept& kept = going.errand->kept();
        if (kept.outcome != Outcome::None) continue;
        const bool isOrdered = !going.noted.order.document.empty();
        if (trust.statement() && std::ranges::binary_search(trust.statement()->cancelled, id))
            cancelled.push_back(id);
        else if (isOrdered && time && *time >= endOf(going.campaign) && !kept.isSlotOpen && !kept.isCommitted)
            expired.push_back(id);
    }
    for (const std::string& id : cancelled)
        happen(id, Errand::Cancel{});
    for (const std::string& id : expired)
        happen(id, Errand::Refused{find(id)->errand->kept().round, Outcome::Expired, "its time is over"});
}

/// fleet.md §3.1: nothing runs here until the device has joined anew; behind the point of no return it is too late.
void Agent::rejectCloned() {
    std::vector<std::string> open;
    for (const auto& [id, going] : going_)
        if (const Kept& kept = going.errand->kept(); kept.outcome == Outcome::None && !kept.isCommitted)
            open.push_back(id);
    for (const std::string& id : open)
        if (Going* const going = find(id)) refused(*going, judge(going->noted), going->errand->kept().round);
}

/// The server lacks the last report: it is told again as it was, under its number.
void Agent::retell(const std::string& campaign) {
    const auto noted = keeping_->all().find(campaign);
    if (noted == keeping_->all().end()) return;
    const Kept& kept = noted->second.kept;
    if (kept.last) retold_.push_back({campaign, *kept.last}); // else it is told anyway
}

// ---- Orders ----

void Agent::lookAtOrders() {
    for (;;) {
        const auto& all = keeping_->all();
        const auto next = std::ranges::find_if(
            all, [this](const auto& each) { return isPending(each.second) && !pass_->looked.contains(each.first); });
        if (next == all.end()) return renew();
        Assignment noted = next->second;
        pass_->looked.insert(noted.id);
        auto brought = pass_->brought.extract(noted.id);
        if (brought && noted.order.document.empty()) noted.order = std::move(brought.mapped());
        if (noted.order.document.empty() || noted.round != 0) // a round is to be an operator's, too
            return askInPass("doc", textOf(DocQuestion{noted.id, noted.round}),
                             [this, id = noted.id](const std::string& text) { heardDocument(id, text); });
        consider(std::move(noted), std::nullopt);
        if (fault_) return;
    }
}

void Agent::heardDocument(const std::string& campaign, const std::string& text) {
    const auto found = keeping_->all().find(campaign);
    if (found != keeping_->all().end() && isPending(found->second)) {
        Assignment noted = found->second;
        auto given = docAnswerIn(text);
        if (given.ok()) {
            noted.order = std::move(given->document);
            consider(std::move(noted), given->retry);
        } else {
            wires_.complain(within(campaign, given.error()).message);
            if (given.error().code == Errc::ILLEGAL_ARGUMENT) forget(std::move(noted));
        }
    }
    if (!fault_) lookAtOrders();
}

/// fleet.md §6.3: an operator has begun its round.
bool Agent::hasBegun(const Assignment& noted, const std::optional<Signed>& retry) {
    if (noted.round == 0) return true;
    const auto word = retry ? identity_->trust().judge(*retry, place_.version)
                            : Result<Instruction>(fail(Errc::SECURITY, "the server has no operator's word for it"));
    const Instruction wanted{noted.id, std::string(retryWord), word.ok() ? word->made : WallTime{}, noted.round};
    if (word.ok() && *word == wanted) return true;
    wires_.complain(fmt::format("{}: round {} is none: {}", noted.id, noted.round,
                                word.ok() ? "its operator's word is another" : word.error().message));
    return false;
}

/// fleet.md §6.2: an order whose document is there.
void Agent::consider(Assignment noted, const std::optional<Signed>& retry) {
    const std::string id = noted.id;
    const Judgement judged = judge(noted);
    if (judged.named && judged.named->id != id) {
        wires_.complain(fmt::format("{}: the server's document is another campaign's", id));
        return forget(std::move(noted));
    }
    if (judged.reason == Reason::OldList) return; // it waits
    if (!hasBegun(noted, retry)) return forget(std::move(noted));
    if (judged.named) noted.until = judged.named->end;
    const bool isNew = find(id) == nullptr;
    Going& going = going_[id];
    going.noted = std::move(noted);
    going.isLate = false;
    if (isNew || !going.run) beginErrand(going); // else it has that document
    const std::uint8_t round = going.noted.round;
    if (!judged.campaign) return refused(going, judged, round);
    const auto effects = going.errand->handle(Errand::Offered{round}, wires_.now());
    const auto kept = keep(going);
    if (!kept.ok() && kept.error().code == Errc::ILLEGAL_STATE) { // so many are open; a later pass looks again
        wires_.complain(within(id, kept.error()).message);
        going_.erase(id);
        return;
    }
    take(going, effects);
}

/// The server has no such order: nothing came of it, and nothing is told.
void Agent::forget(Assignment noted) {
    noted.order = {};
    if (noted.kept.sequence == 0)
        noted.kept.outcome = Outcome::Expired;
    else
        noted.round = noted.kept.round;
    save(noted);
}

// fleet.md §3
void Agent::renew() {
    const Trust& trust = identity_->trust();
    const auto time = trust.time(wires_.now());
    if (!trust.certificate() || !time || *time < renewalOf(*trust.certificate())) return tellAll();
    auto words = ownWords();
    auto question = words.ok() ? questionToRenew(identity_->key(), *words) : Result<std::string>(words.error());
    if (!question.ok()) {
        wires_.complain(within("the certificate cannot be renewed", question.error()).message);
        return tellAll();
    }
    askInPass("join", *std::move(question), [this](const std::string& text) {
        const auto answer = joinAnswerIn(text);
        const auto* const given = answer.ok() ? std::get_if<JoinAnswer>(&*answer) : nullptr;
        if (given) {
            const auto paper = [](const std::string& of) {
                auto read = signedIn(of);
                return read.ok() ? std::optional(*std::move(read)) : std::nullopt;
            };
            takePapers(paper(given->operators), paper(given->certificate), paper(given->statement));
        } else {
            const auto* const refusal = answer.ok() ? std::get_if<Refusal>(&*answer) : nullptr;
            wires_.complain(
                fmt::format("the certificate is not renewed: {}", refusal ? refusal->error : answer.error().message));
        }
        tellAll();
    });
}

// ---- Reports ----

bool Agent::hasUntold() const {
    return std::ranges::any_of(going_, [](const auto& each) { return each.second.noted.kept.unsent.has_value(); });
}

bool Agent::runsCampaign() const {
    return std::ranges::any_of(going_, [](const auto& each) { return each.second.run.has_value(); });
}

bool Agent::mayTalk() const { return pass_ || runsCampaign(); }

void Agent::tellAll() {
    pass_->isTelling = true;
    tellNext();
    if (!isTelling_) endTelling();
}

/// All is told that was there: what there is to say of those that wait is told last, when stintd has their jobs.
void Agent::endTelling() {
    if (!std::exchange(pass_->hasLooked, true)) lookAtWaiting();
    if (!isTelling_ && !fault_) endPass();
}

/// fleet.md §4.1: it is asked where the agent is awake anyway.
void Agent::lookAtWaiting() {
    std::vector<std::string> waiting;
    for (const auto& [id, going] : going_)
        if (!going.run && going.errand->isWaiting()) waiting.push_back(id);
    for (const std::string& id : waiting) {
        auto its = wires_.waiting({AgentJob::Kind::Errand, id});
        if (!its.ok()) return wires_.complain(within(id, its.error()).message);
        if (its->isCancelled) cancelledHere(id);
        Going* const going = find(id);
        if (!going) continue;
        const bool asksNow = asks(*going, owner());
        if (asksNow != going->asks) { // fleet.md §6.4: its owner has changed that
            rest(*going, Duration(0), false);
            if (!asksNow) continue; // what stintd has said is of the job before
        }
        std::string words;
        if (asksNow) {
            its->blockers.resize(std::min<std::size_t>(its->blockers.size(), 1));
            for (ToldBlocker& only : its->blockers)
                only.reason = nameOf(PENDING_JOB_REASON_USER);
            its->forecast.reset();
            words = "its owner has not yet allowed it";
        }
        happen(id, Errand::Blocked{std::move(its->blockers), its->forecast, fleetTime(), std::move(words)});
    }
}

void Agent::tellNext() {
    if (isTelling_ || fault_ || !mayTalk()) return;
    const auto next =
        std::ranges::find_if(going_, [](const auto& each) { return each.second.noted.kept.unsent.has_value(); });
    Retold report;
    if (next != going_.end())
        report = {next->first, *next->second.noted.kept.unsent};
    else if (!retold_.empty())
        report = retold_.front();
    else
        return;
    const auto noted = keeping_->all().find(report.campaign);
    const DeviceReport paper{.campaign = report.campaign,
                             .device = settings_->device,
                             .enrolment = noted == keeping_->all().end() ? 0 : noted->second.enrolment,
                             .made = wallNow(),
                             .telling = report.telling};
    const auto made = signedBy(identity_->key(), paper);
    if (!made.ok()) return wires_.complain(within(report.campaign, made.error()).message);
    isTelling_ = true;
    wires_.ask("report", textOf(*made),
               [this, id = report.campaign, sequence = report.telling.sequence](const Result<std::string>& answer) {
                   told(id, sequence, answer);
               });
}

void Agent::told(const std::string& campaign, std::uint32_t sequence, const Result<std::string>& answer) {
    isTelling_ = false;
    if (fault_) return;
    const auto ack = answer.ok() ? push::ackIn(*answer) : Result<push::Ack>(answer.error());
    const bool isOfPass = pass_ && pass_->isTelling;
    if (!ack.ok()) {
        if (!isOfPass) return pass_ ? void() : wantWork();
        pass_->isLost = true;
        pass_->words = ack.error().message;
        return endPass();
    }
    std::erase_if(retold_,
                  [&](const Retold& each) { return each.campaign == campaign && each.telling.sequence <= sequence; });
    happen(campaign, Errand::Acknowledged{sequence});
    tellNext();
    if (isOfPass && !isTelling_ && !fault_) endTelling();
}

} // namespace stint::fleet
