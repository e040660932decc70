// An office's answers: to devices, and to operators.
#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "fleet/document/document.hpp"
#include "fleet/enrolment/words.hpp"
#include "fleet/office/office.hpp"
#include "fleet/trust/trust.hpp"

namespace stint::fleet {
namespace {

constexpr Duration mostAhead = std::chrono::minutes(5);      ///< PROPOSAL: so much may clocks differ
constexpr std::uint32_t numbersKept = 8;                     ///< PROPOSAL: each so many-th trace is in the bucket, too
constexpr Duration statementLife = std::chrono::minutes(10); ///< PROPOSAL: a newer one is made after that
/// PROPOSAL: a device's days change with each quarter of an hour, and the bucket has those of its last daily hello.
constexpr Duration daysLife = std::chrono::hours(12);

bool areDaysNews(const std::optional<WallTime>& kept, const std::string& days, WallTime now) {
    if (days.empty() || !kept) return days.empty() == kept.has_value();
    return now - *kept >= daysLife;
}

struct InstructionRow {
    std::string_view word;
    Act act;
    Event event;
};
const std::array instructionRows{
    InstructionRow{cancelWord, Act::Cancel, Cancel{}}, InstructionRow{pauseWord, Act::Pause, Pause{}},
    InstructionRow{resumeWord, Act::Resume, Resume{}}, InstructionRow{retryWord, Act::Retry, Retry{}}};

const InstructionRow* rowOf(std::string_view word) {
    const auto* const row = std::ranges::find(instructionRows, word, &InstructionRow::word);
    return row == instructionRows.end() ? nullptr : row;
}

bool isOver(const Steering& campaign) { return campaign.rollout().state() == Rollout::State::Ended; }

/// A device may ask about it yet (fleet.md §5.1): it has a slot, or has told no end, and the campaign has not expired.
bool isNamed(const Campaign& campaign, const Steering& steering, WallTime now) {
    const Rollout& rollout = steering.rollout();
    if (rollout.isCancelled() && !isOver(steering)) return true;
    return now < endOf(campaign) && (!isOver(steering) || rollout.presumed() > 0);
}

} // namespace

// ---- Devices ----

std::string Office::answerTo(push::FleetWord word, const std::string& device, const std::string& question) {
    const auto answer = [&]() -> Result<std::string> {
        switch (word) {
        case push::FleetWord::Join:
            return joined(device, question);
        case push::FleetWord::Hello:
            return hello(device, question);
        case push::FleetWord::Doc:
            return document(question);
        case push::FleetWord::Leave:
            return left(device, question);
        default:
            return fail(Errc::ILLEGAL_ARGUMENT, "nobody answers that here");
        }
    }();
    if (answer.ok()) return *answer;
    // Where the broker or the disk did not take something it is asked again.
    const bool isTheirs = answer.error().code != Errc::UNAVAILABLE && answer.error().code != Errc::STORAGE;
    if (!isTheirs) hold(answer.error());
    return isTheirs ? errorAnswer(answer.error().message) : std::string();
}

Result<std::string> Office::joined(const std::string& device, const std::string& question) {
    Known known;
    if (const auto entry = STINT_TRY(roster_.device(device))) {
        known.certificate = STINT_TRY(signedIn(entry->certificate));
        known.isRemoved = entry->isGone;
    }
    statement();
    const Enrolled enrolled = enroller_.answer(question, device, known, wallNow(), bootNow());
    if (!enrolled.trouble.empty()) lose(fail(Errc::STORAGE, "{}", enrolled.trouble));
    if (enrolled.made) {
        const Certificate made = STINT_TRY(certificateIn(enrolled.made->document));
        STINT_TRY(enter(Act::Certificate, std::string(theServer), device,
                        fmt::format("enrolment {}, {}", made.enrolment,
                                    enrolled.invitation.empty() ? "renewed" : "by invitation " + enrolled.invitation),
                        &*enrolled.made));
        STINT_TRY(certified(device, *enrolled.made));
    }
    return enrolled.answer;
}

/// The device has that certificate from now on.
Result<void> Office::certified(const std::string& device, const Signed& certificate) {
    const auto revision = STINT_TRY(broker_.put(devicesBucket, device, textOf(certificate)));
    STINT_TRY(roster_.put({&certificate, 1}));
    knows(devicesRead_, revision);
    note([&](News& news) {
        news.fleet = true;
        news.devices.insert(device);
    });
    return letIn(device);
}

/// Only the device itself, by the key of its present certificate.
Result<std::string> Office::left(const std::string& device, const std::string& question) {
    const Signed given = STINT_TRY(signedIn(question));
    const LeaveQuestion asked = STINT_TRY(leaveQuestionIn(given.document));
    const auto entry = STINT_TRY(roster_.device(device));
    if (!entry || entry->isGone) return leaveAnswer(); // its first question's answer was lost
    const Signed paper = STINT_TRY(signedIn(entry->certificate));
    const Certificate certificate = STINT_TRY(certificateIn(paper.document));
    if (asked.device != device || asked.enrolment != entry->enrolment ||
        !isSignedBy(given, certificate.key, commentOf(asked)))
        return fail(Errc::ILLEGAL_ARGUMENT, "the device does not say that itself");
    STINT_TRY(enter(Act::Leave, std::string(theDevice), device));
    STINT_TRY(takenOut(device));
    return leaveAnswer();
}

/// Campaigns of before it joined anew are none of its any more; those that are open may mean it.
Result<void> Office::letIn(const std::string& device) {
    const auto entry = STINT_TRY(roster_.device(device));
    const WallTime now = wallNow();
    const auto facts = STINT_TRY(roster_.facts(device, now));
    if (!entry || !facts || entry->isCloned) return {};
    for (auto& [id, running] : campaigns_) {
        if (isOver(running.steering)) continue;
        const auto number = running.steering.numberOf(device);
        const bool isThere = number && running.steering.rollout().targets()[*number].enrolment == entry->enrolment;
        if (isThere) continue;
        if (number) carryOut(id, running, running.steering.handle(Leave{*number}, now));
        const Campaign& campaign = running.campaign;
        if (!campaign.open || !campaign.targets || fleet::ask(*campaign.targets, *facts) != Answer::Yes) continue;
        carryOut(id, running, running.steering.join({{device, entry->enrolment}}, now));
    }
    return {};
}

Result<std::string> Office::hello(const std::string& device, const std::string& question) {
    const Hello hello = STINT_TRY(helloIn(question));
    const WallTime now = wallNow();
    HelloAnswer answer;
    const auto entry = STINT_TRY(roster_.device(device));
    if (entry && !entry->isGone) {
        // It was put back to before it joined anew, and says nothing of what it is by now.
        answer.isCloned = hello.enrolment != 0 && hello.enrolment < entry->enrolment;
        if (answer.isCloned) return textOf(answer);
        answer.isCloned = STINT_TRY(isCloned(*entry, hello));
        if (hello.trace.number == 0) answer.number = STINT_TRY(roster_.lastNumber(device));
    }
    const bool isNews = entry && (entry->endpoint != hello.endpoint || entry->version != hello.version ||
                                  areDaysNews(entry->daysKept, hello.days, now));
    const bool isNumbered = hello.trace.number % numbersKept == 0 && hello.trace.number != 0 && !answer.isCloned;
    const bool isKept = entry && !entry->isGone && (isNews || isNumbered);
    std::optional<std::uint64_t> revision;
    if (isKept) {
        const Hello kept{.version = hello.version,
                         .endpoint = hello.endpoint,
                         .enrolment = entry->enrolment,
                         .open = {},
                         .ended = {},
                         .trace = hello.trace,
                         .days = hello.days};
        revision = STINT_TRY(broker_.put(devicesBucket, device + std::string(helloEnd), textOf(kept)));
    }
    answer.missing = STINT_TRY(roster_.hello(device, hello, now));
    if (!hello.days.empty() || entry->daysKept)
        STINT_TRY(roster_.noteDays(device, hello.days, isKept ? now : entry->daysKept.value_or(now)));
    if (revision) knows(devicesRead_, *revision);
    if (hello.reported) {
        const std::pair<std::string, Signed> told{device, *hello.reported};
        const auto taken = STINT_TRY(roster_.takeStates({&told, 1}));
        if (taken > 0) {
            const auto stated =
                STINT_TRY(broker_.put(devicesBucket, device + std::string(reportedEnd), textOf(*hello.reported)));
            knows(devicesRead_, stated);
        }
    }
    const auto state = STINT_TRY(roster_.stateOf(device, now));
    const auto* const wanted = state ? desired().wantedOf(state->facts) : nullptr;
    const auto drift = state ? driftOf(wanted, state->state) : std::nullopt;
    if (wanted && drift && *drift != Drift::Changed && !answer.isCloned) answer.desired = wanted->paper;
    note([&](News& news) { news.devices.insert(device); });
    const FleetKeys& keys = enroller_.keys();
    if (hello.operators < keys.list.version) answer.operators = keys.operators;
    if (entry && std::tie(hello.enrolment, hello.certificate) < std::tie(entry->enrolment, entry->made))
        answer.certificate = STINT_TRY(signedIn(entry->certificate));
    if (const auto& made = statement(); made && hello.statement < said_.made) answer.statement = made;
    // Orders that it may never have got, for it had no endpoint, its line lost them, or its clock has made them old.
    std::size_t room = mostBrought;
    for (const auto& [id, running] : campaigns_) {
        const auto number = running.steering.numberOf(device);
        if (!number || answer.isCloned) continue;
        const Target& target = running.steering.rollout().targets()[*number];
        if (target.phase != Phase::Offered || target.hasEnded()) continue;
        const auto named = hello.open.find(id);
        if (named == hello.open.end() && answer.orders.size() < mostTold) answer.orders.emplace(id, target.round);
        // It has told nothing: it has no document yet. Of a round it asks for an operator's word, too.
        const bool isNew = target.round == 0 && (named == hello.open.end() || named->second == 0);
        const std::size_t size = running.document.document.size();
        if (!isNew || size > room || answer.documents.size() == mostTold) continue;
        room -= size;
        answer.documents.emplace(id, running.document);
    }
    return textOf(answer);
}

/// fleet.md §3.1. It says so from now on, whoever leads, until the device joins anew.
Result<bool> Office::isCloned(const DeviceEntry& entry, const Hello& hello) {
    if (entry.isCloned || hello.trace.number == 0) return entry.isCloned;
    const bool follows = STINT_TRY(roster_.follow(entry.id, hello.trace));
    if (follows) return false;
    STINT_TRY(enter(Act::Cloned, std::string(theServer), entry.id, fmt::format("enrolment {}", entry.enrolment)));
    const auto revision =
        STINT_TRY(broker_.put(devicesBucket, entry.id + std::string(clonedEnd), fmt::format("{}", entry.enrolment)));
    const Roster::Meaning found{entry.id, entry.enrolment};
    STINT_TRY(roster_.markCloned({&found, 1}));
    knows(devicesRead_, revision);
    note([](News& news) { news.fleet = true; });
    leaveCampaigns(entry.id);
    return true;
}

/// It is meant no more; where it has begun it is told to ask why.
void Office::leaveCampaigns(const std::string& device) {
    for (auto& [id, running] : campaigns_) {
        const auto number = running.steering.numberOf(device);
        if (!number) continue;
        const Target& target = running.steering.rollout().targets()[*number];
        if (target.holdsSlot()) order(id, running, {*number, target.round, true});
        carryOut(id, running, running.steering.handle(Leave{*number}, wallNow()));
    }
}

Result<std::string> Office::document(const std::string& question) const {
    const DocQuestion asked = STINT_TRY(docQuestionIn(question));
    const auto found = campaigns_.find(asked.campaign);
    if (found == campaigns_.end()) return fail(Errc::ILLEGAL_ARGUMENT, "there is no campaign {}", asked.campaign);
    const Signed* const retry = found->second.steering.retryOf(asked.round);
    return textOf(DocAnswer{found->second.document, retry ? std::optional(*retry) : std::nullopt});
}

void Office::askForSlot(const std::string& device, const std::string& question, Answered answered) {
    const auto asked = slotQuestionIn(question);
    if (!asked.ok()) return answered(errorAnswer(asked.error().message));
    const auto found = campaigns_.find(asked->campaign);
    const auto number = found == campaigns_.end() ? std::nullopt : found->second.steering.numberOf(device);
    if (!number) return answered(textOf(Reply{})); // it is over for whoever is not meant
    asking_[{asked->campaign, *number, asked->slot}] = std::move(answered);
    const Ask ask{*number, asked->enrolment, static_cast<std::uint8_t>(asked->round), asked->slot};
    carryOut(found->first, found->second, found->second.steering.handle(ask, wallNow()));
}

void Office::carryOut(const std::string& id, const Running& running, const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) {
        if (const auto* const to = std::get_if<Order>(&effect)) order(id, running, *to);
        if (const auto* const told = std::get_if<Told>(&effect)) {
            const auto waiting = asking_.extract({id, told->device, told->slot});
            if (!waiting.empty()) waiting.mapped()(textOf(told->reply));
        }
    }
}

void Office::order(const std::string& id, const Running& running, const Order& order) {
    const auto endpoint = roster_.endpointOf(std::string(running.steering.nameOf(order.device)));
    if (!endpoint.ok()) return heed(endpoint.error());
    if (endpoint->empty()) return; // it gets it when it says hello
    const Enrolment enrolment = running.steering.rollout().targets()[order.device].enrolment;
    wires_.post(*endpoint, {.campaign = id, .enrolment = enrolment, .round = order.round, .again = order.again});
}

/// The newest, which is a few minutes old at most. nullopt: it cannot be signed.
const std::optional<Signed>& Office::statement() {
    const WallTime now = wallNow();
    Statement made{.made = now,
                   .operators = enroller_.keys().list.version,
                   .alive = {},
                   .cancelled = {},
                   .desired = desired().hashes()};
    for (const auto& [id, running] : campaigns_)
        if (isNamed(running.campaign, running.steering, now))
            (running.steering.rollout().isCancelled() ? made.cancelled : made.alive).push_back(id);
    const bool isSame = statement_ && made.alive == said_.alive && made.cancelled == said_.cancelled &&
                        made.desired == said_.desired && made.operators == said_.operators &&
                        now - said_.made < statementLife && now >= said_.made;
    if (isSame) return statement_;
    auto next = signedBy(enroller_.keys().statement, made);
    if (!next.ok()) return statement_;
    said_ = std::move(made);
    statement_ = std::move(*next);
    enroller_.hand(statement_);
    return statement_;
}

// ---- Operators ----

Result<void> Office::enter(Act act, std::string by, std::string of, std::string words, const Signed* paper) {
    STINT_CHECK(audit_.has_value()); // all is read before anybody does anything
    return audit_->write({.at = wallNow(),
                          .by = std::move(by),
                          .act = std::string(wordOf(act)),
                          .of = std::move(of),
                          .words = std::move(words),
                          .paper = paper ? sha256Of(paper->document) : ""});
}

std::string Office::keyOfList(std::uint32_t version) { return fmt::format("{}{:08}", listPart, version); }

Result<void> Office::takenOperators(const Signed& given) {
    STINT_TRY(checkOpen());
    FleetKeys& keys = enroller_.keys();
    const Operators list = STINT_TRY(keys.checkNewer(given));
    STINT_TRY(enter(Act::Operators, "root", fmt::format("{}", list.version), counted(list.operators.size(), "operator"),
                    &given));
    // It is the fleet's before it is this server's.
    const auto kept = broker_.writeOnce(houseBucket, keyOfList(list.version), textOf(given));
    if (!kept.ok()) {
        lose(kept.error());
        return kept.error();
    }
    note([](News& news) { news.fleet = true; });
    STINT_TRY(keys.takeOperators(settings_.data, given));
    knows(houseRead_, *kept);
    return {};
}

Result<Office::Started> Office::started(const Signed& document, bool all) {
    STINT_TRY(checkOpen());
    const Campaign campaign = STINT_TRY(campaignIn(document.document));
    const std::string id = idOf(campaign);
    const WallTime now = wallNow();
    if (now >= endOf(campaign)) return fail(Errc::ILLEGAL_STATE, "{} has expired", id);
    STINT_TRY(checkSigners(enroller_.keys().list, document, campaign));
    const auto members = STINT_TRY(membersOf(campaign, all));
    auto found = campaigns_.find(id);
    if (found == campaigns_.end()) {
        const auto named = std::ranges::count_if(
            campaigns_, [&](const auto& one) { return isNamed(one.second.campaign, one.second.steering, now); });
        if (static_cast<std::size_t>(named) >= mostNamed)
            return fail(Errc::ILLEGAL_STATE, "{} campaigns go on, and a statement names no more; one has to end first",
                        mostNamed);
        STINT_TRY(enter(Act::Start, namesOfSigners(enroller_.keys().list, document, commentOf(campaign)), id,
                        fmt::format("{}, {}", campaign.name, counted(members.size(), "device")), &document));
        const auto revision = STINT_TRY(ledger_->begin(id, document));
        knowsOfLog(revision);
        STINT_TRY(roster_.putCampaign(document, now));
        found = campaigns_.emplace(id, Running{campaign, document, Steering(campaign)}).first;
    }
    Running& running = found->second;
    for (std::size_t first = 0; first < members.size(); first += mostInDecision) {
        const auto from = members.begin() + static_cast<std::ptrdiff_t>(first);
        const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(mostInDecision, members.size() - first));
        std::vector<Member> some;
        std::copy_if(from, from + count, std::back_inserter(some),
                     [&](const Member& one) { return !running.steering.numberOf(one.name); });
        carryOut(id, running, running.steering.join(some, now));
        STINT_TRY(append(id, running));
    }
    return Started{id, static_cast<std::uint32_t>(members.size())};
}

Result<std::vector<Member>> Office::membersOf(const Campaign& campaign, bool all) {
    std::vector<Member> members;
    std::size_t others = 0;
    const auto cloned = STINT_TRY(roster_.cloned());
    if (campaign.targets)
        STINT_TRY(roster_.eachState("", wallNow(), [&](const StateEntry& one) {
            if (fleet::ask(*campaign.targets, one.facts) != Answer::Yes)
                ++others;
            else if (!std::ranges::binary_search(cloned, one.facts.id))
                members.push_back({one.facts.id, one.enrolment});
            return true;
        }));
    for (const std::string& id : campaign.ids) {
        const auto entry = STINT_TRY(roster_.device(id));
        if (entry && !entry->isGone && !entry->isCloned) members.push_back({id, entry->enrolment});
    }
    if (members.empty() && !campaign.open)
        return fail(Errc::ILLEGAL_ARGUMENT, "it means none of the fleet's devices; `stint fleet devices QUERY` lists "
                                            "those that a query means");
    if (campaign.targets && others == 0 && !all) return meansAll(members.size());
    return members;
}

Error Office::meansAll(std::size_t devices) {
    return fail(Errc::ILLEGAL_ARGUMENT, "it means {} of the fleet: --all says that this is so",
                devices == 1 ? "the one device" : fmt::format("all {} devices", devices));
}

Result<Invitation> Office::invited(const Wanted& wanted) {
    STINT_TRY(checkOpen());
    auto made = enroller_.invitations().make(wanted.labels, wanted.uses, wanted.expires, wallNow());
    if (!made.ok()) return made;
    // Nobody has its secret before that.
    STINT_TRY(enter(Act::Invite, std::string(theServer), made->id,
                    fmt::format("for {} of them, within {}: {}", made->uses, formatDuration(wanted.expires),
                                fmt::join(made->labels, " "))));
    return made;
}

/// An operator's word of that campaign's, by the list that stood when it was made.
Result<Instruction> Office::judged(const std::string& id, const std::string& paper) {
    const Signed given = STINT_TRY(signedIn(paper));
    auto instruction = STINT_TRY(instructionIn(given.document));
    if (instruction.campaign != id) return fail(Errc::SECURITY, "it was said of {}", instruction.campaign);
    STINT_TRY(checkSigners(enroller_.keys().listAt(instruction.made), given, instruction));
    return instruction;
}

Result<void> Office::instructed(const Signed& given) {
    STINT_TRY(checkOpen());
    const Instruction instruction = STINT_TRY(instructionIn(given.document));
    STINT_TRY(checkSigners(enroller_.keys().list, given, instruction));
    const auto found = campaigns_.find(instruction.campaign);
    if (found == campaigns_.end()) return fail(Errc::REFUSED, "there is no campaign {}", instruction.campaign);
    Running& running = found->second;
    const std::string paper = textOf(given);
    if (paper.size() > longestPaper)
        return fail(Errc::ILLEGAL_ARGUMENT, "an instruction with its signatures has {} bytes at most", longestPaper);
    STINT_TRY(judged(found->first, paper)); // as whoever reads the log does
    if (instruction.made > wallNow() + mostAhead)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "it was made at a time that is yet to come; is the clock right where it was?");
    if (STINT_TRY(running.steering.isSaid(instruction))) return {}; // the answer was lost
    const InstructionRow* const row = rowOf(instruction.word);
    STINT_CHECK(row);
    STINT_TRY(checkWord(found->first, running.steering.rollout(), instruction.word, wallNow()));
    STINT_TRY(enter(row->act, namesOfSigners(enroller_.keys().list, given, commentOf(instruction)),
                    instruction.campaign, running.campaign.name, &given));
    carryOut(found->first, running, running.steering.handle(row->event, given, instruction, wallNow()));
    STINT_TRY(append(found->first, running));
    // Whoever has begun, or waits, hears of it from a statement, for which this makes it ask.
    const Rollout& rollout = running.steering.rollout();
    const auto targets = rollout.targets();
    for (Device device = 0; rollout.isCancelled() && device < targets.size(); ++device) {
        const Target& target = targets[device];
        const bool waits = target.isPresumed && target.sequence != 0;
        if (waits || target.holdsSlot()) order(found->first, running, {device, target.round, true});
    }
    return {};
}

Result<void> checkWord(const std::string& id, const Rollout& campaign, std::string_view word, WallTime now) {
    const InstructionRow* const row = rowOf(word);
    if (!row) return fail(Errc::ILLEGAL_ARGUMENT, "no operator says such a word");
    const std::string_view objection = campaign.objectionTo(row->event, now);
    if (!objection.empty()) return fail(Errc::ILLEGAL_STATE, "{} {}", id, objection);
    return {};
}

Result<void> Office::labelled(const std::string& device, const std::vector<std::string>& changes) {
    STINT_TRY(checkOpen());
    const auto entry = STINT_TRY(roster_.device(device));
    if (!entry || entry->isGone) return fail(Errc::REFUSED, "no device {} is in the fleet", device);
    const Signed had = STINT_TRY(signedIn(entry->certificate));
    const Signed made = STINT_TRY(enroller_.relabelled(had, changes, wallNow()));
    STINT_TRY(enter(Act::Label, std::string(theServer), device, fmt::format("{}", fmt::join(changes, " ")), &made));
    auto done = certified(device, made);
    if (!done.ok()) lose(done.error());
    return done;
}

Result<void> Office::removed(const std::string& device) {
    STINT_TRY(checkOpen());
    const auto entry = STINT_TRY(roster_.device(device));
    if (!entry || entry->isGone) return fail(Errc::REFUSED, "no device {} is in the fleet", device);
    STINT_TRY(enter(Act::Remove, std::string(theServer), device));
    return takenOut(device);
}

Result<void> Office::takenOut(const std::string& device) {
    const auto put = broker_.put(devicesBucket, device, "");
    if (!put.ok()) {
        lose(put.error());
        return put.error();
    }
    STINT_TRY(roster_.leave(device));
    knows(devicesRead_, *put);
    note([&](News& news) {
        news.fleet = true;
        news.devices.insert(device);
    });
    leaveCampaigns(device);
    return {};
}

} // namespace stint::fleet
