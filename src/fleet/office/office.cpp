#include "fleet/office/office.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "fleet/document/document.hpp"
#include "fleet/trust/trust.hpp"

namespace stint::fleet {
namespace {

constexpr auto betweenTries = std::chrono::seconds(1);
constexpr auto longestRest = std::chrono::minutes(1); ///< a clock may be set
constexpr std::size_t mostReports = 500, aPage = 1'000;
constexpr Duration statementLife = std::chrono::minutes(10); ///< PROPOSAL: a newer one is made after that

constexpr auto isGoing = "all is read; campaigns go";

const std::array<std::pair<std::string_view, Event>, 4> instructionEvents{{
    {"cancel", Cancel{}},
    {"pause", Pause{}},
    {"resume", Resume{}},
    {"retry", Retry{}},
}};

bool isOver(const Steering& campaign) { return campaign.rollout().state() == Rollout::State::Ended; }

} // namespace

class Office::Looking final : public Office::View {
public:
    explicit Looking(Office& office) : office_(office) {}
    Roster& roster() override { return office_.roster_; }
    const FleetKeys& keys() const override { return office_.enroller_.keys(); }
    std::vector<std::string> campaigns() const override {
        std::vector<std::string> ids;
        for (const auto& [id, running] : office_.campaigns_)
            ids.push_back(id);
        return ids;
    }
    std::optional<Standing> campaign(std::string_view id) const override {
        const auto found = office_.campaigns_.find(id);
        if (found == office_.campaigns_.end()) return std::nullopt;
        return Standing{found->second.campaign, found->second.steering};
    }
    bool isOpen() const override { return office_.isOpen_; }
    std::int64_t counted() const override { return office_.counted_; }
    std::int64_t passed(Passed why) const override { return office_.passed_.at(static_cast<std::size_t>(why)); }

private:
    Office& office_;
};

Office::Office(const push::Broker& broker, Settings settings, Roster roster, Enroller enroller, Wires wires)
    : broker_(broker), settings_(std::move(settings)), roster_(std::move(roster)), enroller_(std::move(enroller)),
      wires_(std::move(wires)), thread_([this] { run(); }) {}

Office::~Office() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    woken_.notify_one();
    thread_.join();
}

// ---- From any thread ----

void Office::leave(Work work) {
    {
        const std::lock_guard lock(mutex_);
        left_.push_back(std::move(work));
    }
    woken_.notify_one();
}

void Office::connected(bool up) {
    {
        const std::lock_guard lock(mutex_);
        isUp_ = up;
        hasChanged_ = true;
    }
    woken_.notify_one();
}

void Office::reported() {
    {
        const std::lock_guard lock(mutex_);
        hasReports_ = true;
    }
    woken_.notify_one();
}

void Office::ask(push::FleetWord word, std::string device, std::string question, Answered answered) {
    leave([this, word, device = std::move(device), question = std::move(question), answered = std::move(answered)] {
        if (!isOpen_) return; // it asks again
        if (word == push::FleetWord::Slot) return askForSlot(device, question, answered);
        if (std::string answer = answerTo(word, device, question); !answer.empty()) answered(std::move(answer));
    });
}

void Office::start(Signed document, bool all, std::function<void(Result<Started>)> done) {
    leave([this, document = std::move(document), all, done = std::move(done)] { done(started(document, all)); });
}

void Office::instruct(Signed instruction, Done done) {
    leave([this, instruction = std::move(instruction), done = std::move(done)] { done(instructed(instruction)); });
}

void Office::takeOperators(Signed list, Done done) {
    leave([this, list = std::move(list), done = std::move(done)] {
        done(enroller_.keys().takeOperators(settings_.data, list));
    });
}

void Office::remove(std::string device, Done done) {
    leave([this, device = std::move(device), done = std::move(done)] { done(removed(device)); });
}

void Office::look(std::function<void(View&)> looking) {
    leave([this, looking = std::move(looking)] {
        Looking its(*this);
        looking(its);
    });
}

// ---- The office's thread ----

void Office::run() {
    while (true) {
        std::deque<Work> work;
        bool isUp = false, hasReports = false;
        {
            std::unique_lock lock(mutex_);
            woken_.wait_for(lock, rest(), [&] { return ends_ || hasChanged_ || hasReports_ || !left_.empty(); });
            if (ends_) return;
            if (std::exchange(hasChanged_, false)) isOpen_ = false; // what was told may be gone
            work.swap(left_);
            isUp = isUp_;
            hasReports = std::exchange(hasReports_, false);
        }
        if (!isUp) lose("the broker is away");
        if (isUp && !isOpen_) {
            if (const auto opened = open(); !opened.ok()) lose(opened.error().message);
        } else if (isOpen_ && hasReports) {
            if (const auto read = readReports(); !read.ok()) lose(read.error().message);
        }
        for (const Work& one : work)
            one();
        turn();
    }
}

std::chrono::milliseconds Office::rest() const {
    if (!isOpen_) return betweenTries;
    std::optional<WallTime> next;
    for (const auto& [id, running] : campaigns_)
        if (const auto its = running.steering.nextDeadline()) next = next ? std::min(*next, *its) : *its;
    if (!next) return longestRest;
    return std::clamp<std::chrono::milliseconds>(*next - wallNow(), std::chrono::milliseconds(0), longestRest);
}

/// What time brings, and an entry of each log.
void Office::turn() {
    for (auto& [id, running] : campaigns_) {
        if (!isOpen_) return;
        const auto due = running.steering.nextDeadline();
        if (due && *due <= wallNow()) carryOut(id, running, running.steering.handle(Tick{}, wallNow()));
        if (const auto appended = append(id, running); !appended.ok()) return lose(appended.error().message);
    }
}

Result<void> Office::append(const std::string& id, Running& running) {
    while (const Entry* const next = running.steering.begin()) {
        const Entry entry = *next;
        STINT_TRY(ledger_->append(id, running.steering.number(), entry));
        const auto effects = running.steering.appended();
        STINT_TRY(noted(id, running, entry));
        carryOut(id, running, effects);
    }
    return {};
}

/// All that was read is thrown away: somebody else may have written. Nobody who waits for an answer gets one.
void Office::lose(const std::string& why) {
    isOpen_ = false;
    asking_.clear();
    if (why == told_) return;
    told_ = why;
    wires_.tell(why);
}

// ---- What it reads ----

Result<void> Office::open() {
    campaigns_.clear();
    STINT_TRY(broker_.openBucket(devicesBucket, settings_.replicas));
    ledger_ = STINT_TRY(Ledger::open(broker_, settings_.replicas));
    STINT_TRY(readDevices());
    STINT_TRY(readCampaigns());
    STINT_TRY(readReports());
    for (auto& [id, running] : campaigns_)
        STINT_TRY(hearKept(id, running));
    isOpen_ = true;
    for (auto& [id, running] : campaigns_)
        carryOut(id, running, running.steering.lead());
    if (told_ != isGoing) wires_.tell(isGoing);
    told_ = isGoing;
    wires_.opened();
    return {};
}

// A device that has been let out has an empty value.
Result<void> Office::readDevices() {
    std::vector<Signed> certificates;
    Result<void> done = {};
    const auto put = [&] {
        if (done.ok()) done = roster_.put(certificates);
        certificates.clear();
    };
    const std::string prefix = push::subjectOfKey(devicesBucket, "");
    const auto read = [&](const push::Stored& value) {
        if (!done.ok()) return;
        const std::string device = value.subject.substr(prefix.size());
        if (value.body.empty()) {
            put();
            if (done.ok()) done = roster_.leave(device);
            return;
        }
        auto certificate = signedIn(value.body);
        if (!certificate.ok() || !certificateIn(certificate->document).ok())
            return wires_.tell(fmt::format("the certificate of {} is none, and is passed over", printable(device)));
        certificates.push_back(std::move(*certificate));
        if (certificates.size() == aPage) put();
    };
    devicesRead_ = STINT_TRY(broker_.readValues(devicesBucket, ">", devicesRead_ + 1, read));
    put();
    return done;
}

Result<void> Office::readReports() {
    const push::StreamState stream = STINT_TRY(broker_.openReports(settings_.replicas));
    std::uint64_t position = STINT_TRY(roster_.position(stream.store));
    if (position > stream.last) {
        STINT_TRY(roster_.goBack(stream.store, stream.last));
        position = stream.last;
    }
    while (true) {
        const auto some = STINT_TRY(broker_.read(push::reportsStream, ">", position + 1, mostReports));
        if (some.empty()) return {};
        std::vector<StreamedReport> batch;
        for (const push::Recorded& one : some) {
            const auto asker = push::fleetAskerIn(one.message.subject);
            if (!asker) continue;
            batch.push_back({.sequence = one.message.sequence,
                             .time = one.at,
                             .device = asker->asker.device,
                             .text = one.message.body});
        }
        const Taken taken = STINT_TRY(roster_.take(stream.store, batch));
        counted_ += static_cast<std::int64_t>(taken.reports.size());
        for (std::size_t why = 0; why < passed_.size(); ++why)
            passed_.at(why) += taken.passed.at(why);
        for (const Taken::Told& told : taken.reports) {
            const auto found = campaigns_.find(told.campaign);
            if (!isOpen_ || found == campaigns_.end()) continue; // before it is, the roster alone has them
            carryOut(found->first, found->second, found->second.steering.handle(told.report, wallNow()));
        }
        position = some.back().message.sequence;
    }
}

Result<void> Office::readCampaigns() {
    const WallTime now = wallNow();
    Result<void> done = {};
    const auto keep = [&](Result<void> result) {
        if (done.ok() && !result.ok()) done = std::move(result);
    };
    Ledger::Taker taker;
    taker.document = [&](const std::string& id, const Signed& document) {
        const auto campaign = campaignIn(document.document);
        STINT_CHECK(campaign.ok()); // the ledger has looked
        keep(roster_.putCampaign(document, now));
        campaigns_.insert_or_assign(id, Running{*campaign, document, Steering(*campaign)});
    };
    const auto giveUp = [&](const std::string& id, const Error& why) {
        wires_.tell(fmt::format("campaign {} goes on no more: {}", id, why.message));
        campaigns_.erase(id);
    };
    taker.entry = [&](const std::string& id, std::uint32_t, const Entry& entry) {
        const auto found = campaigns_.find(id);
        if (found == campaigns_.end()) return;
        if (const auto read = found->second.steering.read(entry); !read.ok()) return giveUp(id, read.error());
        keep(noted(id, found->second, entry));
    };
    taker.damaged = giveUp;
    Ledger::Place place;
    STINT_TRY(ledger_->read(place, taker));
    return done;
}

/// The roster's part of an entry that is in the log.
Result<void> Office::noted(const std::string& id, Running& running, const Entry& entry) {
    if (!entry.names.empty()) {
        std::vector<Roster::Meaning> devices;
        const auto first = running.steering.members() - static_cast<Device>(entry.names.size());
        for (std::size_t n = 0; n < entry.names.size(); ++n)
            devices.push_back({entry.names[n], running.steering.rollout().targets()[first + n].enrolment});
        STINT_TRY(roster_.addTargets(id, first, devices));
    }
    for (const Record& record : entry.records) {
        if (const auto* const retried = std::get_if<Retried>(&record))
            STINT_TRY(roster_.beginRound(id, retried->round));
        running.isCancelled |= std::holds_alternative<Cancelled>(record);
    }
    return {};
}

/// The newest report of each of its devices.
Result<void> Office::hearKept(const std::string& id, Running& running) {
    const WallTime now = wallNow();
    for (Device from = 0;;) {
        const auto page = STINT_TRY(roster_.results(id, {}, from, aPage, now));
        for (const ResultEntry& one : page)
            if (one.telling.sequence != 0) running.steering.hear({one.target, one.enrolment, one.telling}, one.at);
        if (page.size() < aPage) return {};
        from = page.back().target + 1;
    }
}

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
        default:
            return fail(Errc::ILLEGAL_ARGUMENT, "nobody answers that here");
        }
    }();
    if (answer.ok()) return *answer;
    // What the broker or the disk did not take is asked again.
    const bool isTheirs = answer.error().code != Errc::UNAVAILABLE && answer.error().code != Errc::STORAGE;
    if (!isTheirs) lose(answer.error().message);
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
    if (enrolled.made) {
        STINT_TRY(broker_.put(devicesBucket, device, textOf(*enrolled.made)));
        STINT_TRY(roster_.put({&*enrolled.made, 1}));
        STINT_TRY(letIn(device));
    }
    return enrolled.answer;
}

/// Campaigns of before it joined anew are none of its any more; those that are open may mean it.
Result<void> Office::letIn(const std::string& device) {
    const auto entry = STINT_TRY(roster_.device(device));
    const WallTime now = wallNow();
    const auto facts = STINT_TRY(roster_.facts(device, now));
    if (!entry || !facts) return {};
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
    answer.missing = STINT_TRY(roster_.hello(device, hello, now));
    const FleetKeys& keys = enroller_.keys();
    if (hello.operators < keys.list.version) answer.operators = keys.operators;
    const auto entry = STINT_TRY(roster_.device(device));
    if (entry && hello.enrolment < entry->enrolment) answer.certificate = STINT_TRY(signedIn(entry->certificate));
    if (const auto& made = statement(); made && hello.statement < said_.made) answer.statement = made;
    // Orders that it may never have got, for it had no endpoint, or its line lost them.
    for (auto& [id, running] : campaigns_) {
        const auto number = running.steering.numberOf(device);
        if (!number || hello.open.contains(id)) continue;
        const Target& target = running.steering.rollout().targets()[*number];
        if (target.phase == Phase::Offered && !target.hasEnded()) order(id, running, {*number, target.round, false});
    }
    return textOf(answer);
}

Result<std::string> Office::document(const std::string& question) const {
    const DocQuestion asked = STINT_TRY(docQuestionIn(question));
    const auto found = campaigns_.find(asked.campaign);
    if (found == campaigns_.end()) return fail(Errc::ILLEGAL_ARGUMENT, "there is no campaign {}", asked.campaign);
    return textOf(found->second.document);
}

void Office::askForSlot(const std::string& device, const std::string& question, Answered answered) {
    const auto asked = slotQuestionIn(question);
    if (!asked.ok()) return answered(errorAnswer(asked.error().message));
    const auto found = campaigns_.find(asked->campaign);
    const auto number = found == campaigns_.end() ? std::nullopt : found->second.steering.numberOf(device);
    if (!number) return answered(textOf(Reply{})); // it is over for whoever is not meant
    asking_[{asked->campaign, *number, asked->slot}].push_back(std::move(answered));
    const Ask ask{*number, asked->enrolment, static_cast<std::uint8_t>(asked->round), asked->slot};
    carryOut(found->first, found->second, found->second.steering.handle(ask, wallNow()));
}

void Office::carryOut(const std::string& id, const Running& running, const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) {
        if (const auto* const to = std::get_if<Order>(&effect)) order(id, running, *to);
        if (const auto* const told = std::get_if<Told>(&effect)) {
            const auto waiting = asking_.extract({id, told->device, told->slot});
            if (waiting.empty()) continue;
            for (const Answered& answered : waiting.mapped())
                answered(textOf(told->reply));
        }
    }
}

void Office::order(const std::string& id, const Running& running, const Order& order) {
    const auto device = roster_.device(std::string(running.steering.nameOf(order.device)));
    if (!device.ok() || !*device || (*device)->endpoint.empty()) return; // it gets it when it says hello
    const Enrolment enrolment = running.steering.rollout().targets()[order.device].enrolment;
    wires_.post((*device)->endpoint,
                {.campaign = id, .enrolment = enrolment, .round = order.round, .again = order.again});
}

/// The newest, which is a few minutes old at most. nullopt: it cannot be signed.
const std::optional<Signed>& Office::statement() {
    const WallTime now = wallNow();
    Statement made{.made = now, .operators = enroller_.keys().list.version, .alive = {}, .cancelled = {}};
    for (const auto& [id, running] : campaigns_) {
        if (running.isCancelled)
            made.cancelled.push_back(id);
        else if (now < endOf(running.campaign))
            made.alive.push_back(id);
    }
    const bool isSame = statement_ && made.alive == said_.alive && made.cancelled == said_.cancelled &&
                        made.operators == said_.operators && now - said_.made < statementLife && now >= said_.made;
    if (isSame) return statement_;
    auto signed_ = signedBy(enroller_.keys().statement, made);
    if (!signed_.ok()) return statement_;
    said_ = std::move(made);
    statement_ = std::move(*signed_);
    enroller_.hand(statement_);
    return statement_;
}

// ---- Operators ----

Result<Office::Started> Office::started(const Signed& document, bool all) {
    if (!isOpen_) return fail(Errc::UNAVAILABLE, "{}", told_);
    const Campaign campaign = STINT_TRY(campaignIn(document.document));
    const std::string id = idOf(campaign);
    const WallTime now = wallNow();
    if (now >= endOf(campaign)) return fail(Errc::ILLEGAL_STATE, "{} has expired", id);
    STINT_TRY(checkSigners(enroller_.keys().list, document, campaign));
    const auto members = STINT_TRY(membersOf(campaign, all));
    auto found = campaigns_.find(id);
    if (found == campaigns_.end()) {
        STINT_TRY(ledger_->begin(id, document));
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
        if (auto appended = append(id, running); !appended.ok()) {
            lose(appended.error().message);
            return std::move(appended).error();
        }
    }
    return Started{id, static_cast<std::uint32_t>(members.size())};
}

Result<std::vector<Member>> Office::membersOf(const Campaign& campaign, bool all) {
    std::vector<std::string> ids = campaign.ids;
    std::size_t others = 0;
    if (campaign.targets) {
        auto meant = STINT_TRY(roster_.meant(*campaign.targets, wallNow()));
        ids = std::move(meant.yes);
        others = meant.unknown.size() + meant.no.size();
    }
    std::vector<Member> members;
    for (const std::string& id : ids) {
        const auto entry = STINT_TRY(roster_.device(id));
        if (entry && !entry->isGone) members.push_back({id, entry->enrolment});
    }
    if (members.empty() && !campaign.open)
        return fail(Errc::ILLEGAL_ARGUMENT, "it means none of the fleet's devices; `stint fleet devices QUERY` lists "
                                            "those that a query means");
    if (campaign.targets && others == 0 && !all)
        return fail(Errc::ILLEGAL_ARGUMENT, "it means all {} devices of the fleet: --all says that this is so",
                    members.size());
    return members;
}

Result<void> Office::instructed(const Signed& given) {
    if (!isOpen_) return fail(Errc::UNAVAILABLE, "{}", told_);
    const Instruction instruction = STINT_TRY(instructionIn(given.document));
    STINT_TRY(checkSigners(enroller_.keys().list, given, instruction));
    const auto found = campaigns_.find(instruction.campaign);
    if (found == campaigns_.end()) return fail(Errc::REFUSED, "there is no campaign {}", instruction.campaign);
    Running& running = found->second;
    const auto* const event =
        std::ranges::find(instructionEvents, instruction.word, &std::pair<std::string_view, Event>::first);
    STINT_CHECK(event != instructionEvents.end());
    carryOut(found->first, running, running.steering.handle(event->second, wallNow()));
    if (auto appended = append(found->first, running); !appended.ok()) {
        lose(appended.error().message);
        return std::move(appended).error();
    }
    // Whoever has begun hears of it from a statement, for which this makes it ask.
    const auto targets = running.steering.rollout().targets();
    for (Device device = 0; running.isCancelled && device < targets.size(); ++device)
        if (targets[device].holdsSlot()) order(found->first, running, {device, targets[device].round, true});
    return {};
}

Result<void> Office::removed(const std::string& device) {
    if (!isOpen_) return fail(Errc::UNAVAILABLE, "{}", told_);
    const auto entry = STINT_TRY(roster_.device(device));
    if (!entry || entry->isGone) return fail(Errc::REFUSED, "no device {} is in the fleet", device);
    if (auto put = broker_.put(devicesBucket, device, ""); !put.ok()) {
        lose(put.error().message);
        return put;
    }
    STINT_TRY(roster_.leave(device));
    for (auto& [id, running] : campaigns_)
        if (const auto number = running.steering.numberOf(device))
            carryOut(id, running, running.steering.handle(Leave{*number}, wallNow()));
    return {};
}

} // namespace stint::fleet
