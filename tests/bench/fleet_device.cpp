#include "bench/fleet_device.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/version/version.hpp"
#include "fleet/agent/jobs.hpp"
#include "fleet/enrolment/identity.hpp"
#include "fleet/questions/report.hpp"
#include "push/broker/broker.hpp"

namespace stint::bench {
namespace {

using namespace fleet;

constexpr std::string_view boot = "the only one";
constexpr Duration firstRest = std::chrono::seconds(10); ///< as stintd lets the agent's job rest that is to run again
constexpr Duration restNoNews = std::chrono::hours(1);
constexpr Duration patience = std::chrono::seconds(2); ///< push.md §4.2: twice as long after a silence
constexpr int mostSilent = 3;
constexpr Duration longestQuestion = std::chrono::seconds(15),
                   untilSentAgain = std::chrono::seconds(3); ///< push.md §4.2
constexpr Duration quiet = std::chrono::minutes(4); ///< push.md §4.1: then it asks whether anything is missing

/// The owner of none of these devices minds anything.
Owner anyOwner() { return {.kinds = {"get", "run", "verify", "policy", "app", "settings"}, .commands = {"any"}}; }

std::uint64_t sequenceOf(const push::StoredMessage& message) {
    const auto its = std::ranges::find(message.headers, push::sequenceHeader, &push::Headers::value_type::first);
    return its == message.headers.end() ? message.sequence : std::stoull(its->second);
}

} // namespace

FleetDevice::FleetDevice(Loop& loop, const Place& place, Device device, const Drawn& drawn, SharedSeen& seen)
    : loop_(loop), device_(std::move(device)), drawn_(drawn), seen_(seen), key_(SecretKey::make()),
      random_(static_cast<unsigned>(std::hash<std::string>()(device_.name))), brokers_(place.brokers()),
      line_(loop, place, device_,
            {.up = [this] { up(); },
             .lost =
                 [this](const std::string& why) {
                     if (auto done = std::exchange(connecting_, nullptr))
                         return done(fail(Errc::UNAVAILABLE, "{}", why));
                     seen_->trouble(why);
                     lost();
                 },
             .heard = [this](const push::StoredMessage& message) { heard(message); }}) {
    box_.wanted.set(placeOf(Urgency::Normal)); // as stint-push asks for the fleet's agent
}

Duration FleetDevice::draw(Duration least, Duration most) {
    return Duration(
        std::uniform_int_distribution<Duration::rep>(least.count(), std::max(least, most).count())(random_));
}

// ---- The line (push.md §4) ----

void FleetDevice::connect(Done done) {
    connecting_ = std::move(done);
    line_.connect();
}

void FleetDevice::up() {
    tries_ = 0;
    stayAlive(++connections_);
    if (const auto done = std::exchange(connecting_, nullptr)) return done({});
    ++seen_->returned;
    catchUp();
    std::vector<std::uint64_t> unsent;
    for (const auto& [which, one] : asked_)
        if (!one.isSent) unsent.push_back(which);
    for (const std::uint64_t which : unsent)
        send(which);
}

void FleetDevice::lost() {
    ++seen_->lost;
    fetches_ = 0;
    reconnect();
}

// The other brokers at once, as libnats has stint-push do it, and full jitter before each that has been tried.
void FleetDevice::reconnect() {
    const int rounds = ++tries_ / brokers_;
    if (tries_ % brokers_ != 0) return loop_.later([this] { line_.connect(); });
    loop_.after(draw(Duration(0), push::triesWithin(rounds)), [this] { line_.connect(); });
}

void FleetDevice::stayAlive(std::uint64_t connection) {
    loop_.after(quiet, [this, connection] {
        if (connection != connections_ || !line_.isUp()) return;
        catchUp();
        stayAlive(connection);
    });
}

/// Fetches what was missed.
void FleetDevice::catchUp() {
    if (std::exchange(isCatchingUp_, true)) return;
    line_.ask(subjectOf(push::Service::Box, device_.shard, device_.name), textOf(box_), patience * (1 << silent_),
              [this, since = steadyNow()](const Result<std::string>& text) {
                  isCatchingUp_ = false;
                  const auto answer = text.ok() ? push::boxAnswerIn(*text) : Result<push::BoxAnswer>(text.error());
                  if (!answer.ok()) {
                      const bool wasSilent = steadyNow() - since >= patience;
                      if (wasSilent && ++silent_ < mostSilent && line_.isUp()) return catchUp();
                      silent_ = 0;
                      loop_.after(push::untilTriedAgain(++fetches_), [this, of = connections_] {
                          if (of == connections_ && line_.isUp()) catchUp();
                      });
                      return;
                  }
                  silent_ = 0;
                  fetches_ = 0;
                  if (answer->store != box_.place.stream) box_.cursors.clear();
                  for (const push::Epoch& epoch : answer->epochs) {
                      box_.place.epoch = epoch.number;
                      for (auto& [prefix, cursors] : box_.cursors)
                          for (auto& cursor : cursors)
                              cursor = std::min(cursor, epoch.from);
                  }
                  box_.place.stream = answer->store;
                  for (const push::StoredMessage& message : answer->messages)
                      heard(message);
                  if (answer->more) catchUp();
              });
}

void FleetDevice::heard(const push::StoredMessage& message) {
    auto envelope = push::envelopeIn(message.subject, message.headers, message.body, device_.lineKey);
    if (!envelope.ok()) return seen_->trouble(envelope.error().message);
    auto& cursor =
        box_.cursors[envelope->to.registration.substr(0, push::prefixLength)].at(placeOf(envelope->to.urgency));
    const std::uint64_t sequence = sequenceOf(message);
    if (sequence == 0) return catchUp();
    if (sequence <= cursor) return;
    cursor = sequence;
    take(*std::move(envelope));
}

void FleetDevice::take(push::Envelope envelope) {
    const auto order = orderIn(envelope.body);
    if (!order.ok()) return seen_->trouble(order.error().message);
    if (order->again)
        ++seen_->campaigns[order->campaign].hints;
    else if (!orders_.contains(order->campaign) && !going_.contains(order->campaign))
        seen_->ordered(order->campaign, envelope.sent, wallNow());
    ordered(*order);
}

void FleetDevice::ask(push::FleetWord word, std::string question, FleetLine::Answered answered) {
    asked_.emplace(++number_, Asked{word, std::move(question), std::move(answered)});
    loop_.after(longestQuestion, [this, which = number_] {
        auto its = asked_.extract(which);
        if (!its) return;
        ++seen_->unanswered;
        its.mapped().answered(fail(Errc::UNAVAILABLE, "nobody has answered in time"));
    });
    if (line_.isUp()) send(number_);
}

void FleetDevice::send(std::uint64_t which) {
    Asked& asked = asked_.at(which);
    asked.isSent = true;
    line_.ask(push::fleetSubject(asked.word, device_.shard, device_.name), asked.question, longestQuestion,
              [this, which](Result<std::string> answer) {
                  const auto its = asked_.find(which);
                  if (its == asked_.end()) return;
                  if (!line_.isUp()) its->second.isSent = false;
                  if (!answer.ok()) return; // it is sent again
                  const auto answered = asked_.extract(its);
                  answered.mapped().answered(std::move(answer));
              });
    loop_.after(untilSentAgain * (1 << asked.times), [this, which, time = asked.times + 1] {
        const auto its = asked_.find(which);
        if (its != asked_.end() && its->second.isSent && its->second.times == time) send(which);
    });
    ++asked.times;
}

void FleetDevice::registerForPush(const push::PublicKey& server, const std::string& origin, Done done) {
    if (token_.empty()) token_ = push::newToken();
    const push::RegistrationQuestion question{.registration = *push::registrationOf(token_),
                                              .vapid = "",
                                              .encrypted = false,
                                              .sealedKey = push::sealed(device_.lineKey, server)};
    line_.ask(subjectOf(push::Service::Registrations, device_.shard, device_.name), textOf(question), longestQuestion,
              [this, origin, done = std::move(done)](const Result<std::string>& text) {
                  auto made = text.ok() ? push::registrationAnswerIn(*text) : Result<void>(text.error());
                  if (made.ok()) endpoint_ = origin + std::string(push::postPath) + token_;
                  done(std::move(made));
              });
}

// ---- Its place in the fleet (fleet.md §3) ----

void FleetDevice::join(const JoinCode& code, Done done) {
    const auto question = questionToJoin(key_,
                                         {.device = device_.name,
                                          .key = {},
                                          .user = device_.user.name(),
                                          .version = std::string(ownBuild().version),
                                          .invitation = {},
                                          .proof = {}},
                                         code);
    ask(push::FleetWord::Join, must(question), [this, code, done = std::move(done)](const Result<std::string>& answer) {
        done(answer.ok() ? joinBy(code, *answer) : Result<void>(answer.error()));
    });
}

Result<void> FleetDevice::joinBy(const JoinCode& code, const std::string& text) {
    const auto read = STINT_TRY(joinAnswerIn(text));
    const auto* const answer = std::get_if<JoinAnswer>(&read);
    if (!answer) return fail(Errc::REFUSED, "{}", std::get<Refusal>(read).error);
    const auto root = STINT_TRY(fleet::PublicKey::read(answer->root));
    if (fingerprintOf(root, answer->fleet) != code.fleet) return fail(Errc::SECURITY, "it is another fleet");
    trust_.emplace(root);
    const auto operators = STINT_TRY(signedIn(answer->operators));
    const auto certificate = STINT_TRY(signedIn(answer->certificate));
    STINT_TRY(trust_->takeOperators(operators));
    return trust_->takeCertificate(certificate, device_.name);
}

void FleetDevice::sayHello(Done done) { hello(done); }

void FleetDevice::hello(const Done& done) {
    Hello hello{.version = std::string(ownBuild().version), .endpoint = endpoint_};
    if (trust_->operators()) hello.operators = trust_->operators()->version;
    if (trust_->certificate()) {
        hello.enrolment = trust_->certificate()->enrolment;
        hello.certificate = trust_->certificate()->made;
    }
    if (trust_->statement()) hello.statement = trust_->statement()->made;
    for (const auto& [id, going] : going_)
        if (going.errand->kept().outcome == fleet::Outcome::None) hello.open.emplace(id, going.errand->kept().sequence);
    ask(push::FleetWord::Hello, textOf(hello), [this, done, asked = steadyNow()](const Result<std::string>& answer) {
        if (answer.ok()) seen_->hellos.add(steadyNow() - asked);
        loop_.later([this, done, answer] { done(answer.ok() ? heardHello(*answer) : Result<void>(answer.error())); });
    });
}

Result<void> FleetDevice::heardHello(const std::string& text) {
    const auto answer = STINT_TRY(helloAnswerIn(text));
    if (answer.operators) STINT_TRY(trust_->takeOperators(*answer.operators));
    if (answer.certificate) STINT_TRY(trust_->takeCertificate(*answer.certificate, device_.name));
    if (answer.statement) STINT_TRY(trust_->takeStatement(*answer.statement, bootNow()));
    brought_ = answer.documents;
    for (const std::string& id : answer.missing) { // it has not read that yet, or has lost it
        const Going& going = going_.at(id);
        if (going.errand->kept().unsent) continue; // it is told anyway
        ask(push::FleetWord::Report, reportOf(id, going.last), [this](const Result<std::string>&) { ++seen_->again; });
    }
    std::vector<std::string> cancelled;
    for (const auto& [id, going] : going_)
        if (trust_->statement() && std::ranges::binary_search(trust_->statement()->cancelled, id))
            cancelled.push_back(id);
    for (const std::string& id : cancelled)
        happen(id, Errand::Cancel{});
    return {};
}

// ---- Orders and errands, as fleet/agent has them ----

void FleetDevice::ordered(const OrderMessage& order) {
    const auto known = going_.find(order.campaign);
    if (known != going_.end() && order.round <= known->second.errand->kept().round) {
        if (!order.again) return;
        if (known->second.errand->isRunning()) return wantWork();
        return happen(order.campaign, Errand::Offered{known->second.errand->kept().round});
    }
    orders_.insert_or_assign(order.campaign, order);
    wantWork();
}

/// A conversation with the server: hello, documents, reports.
void FleetDevice::wantWork() {
    isAgain_ = true;
    if (isPassing_ || isResting_) return;
    isPassing_ = true;
    loop_.later([this] {
        isAgain_ = false;
        hello([this](const Result<void>& said) {
            if (said.ok()) {
                rest_ = Duration(0);
                return lookAtOrders();
            }
            seen_->trouble("hello: " + said.error().message);
            isPassing_ = false;
            isResting_ = true;
            rest_ = std::max(firstRest, rest_ * 2);
            loop_.laterAfter(rest_, [this] {
                isResting_ = false;
                wantWork();
            });
        });
    });
}

void FleetDevice::lookAtOrders() {
    if (orders_.empty()) return endPass();
    const OrderMessage order = orders_.begin()->second;
    if (auto its = brought_.extract(order.campaign); its && order.round == 0)
        return heardDocument(order, DocAnswer{std::move(its.mapped()), {}});
    ask(push::FleetWord::Doc, textOf(DocQuestion{order.campaign}), [this, order](const Result<std::string>& text) {
        heardDocument(order, text.ok() ? docAnswerIn(*text) : Result<DocAnswer>(text.error()));
    });
}

void FleetDevice::heardDocument(const OrderMessage& order, Result<DocAnswer> document) {
    loop_.later([this, order, document = std::move(document)] {
        orders_.erase(order.campaign);
        if (document.ok())
            consider(order, document->document);
        else
            seen_->trouble("doc: " + document.error().message);
        if (!document.ok() && document.error().code == Errc::UNAVAILABLE) orders_.emplace(order.campaign, order);
        lookAtOrders();
    });
}

void FleetDevice::consider(const OrderMessage& order, Signed document) {
    Judgement judged = trust_->judge(document, order.enrolment, ownBuild().version, anyOwner(), bootNow());
    if (!judged.campaign || judged.named->id != order.campaign)
        return seen_->trouble(
            fmt::format("an order is refused: {}",
                        judged.reason ? reasons()[static_cast<std::size_t>(*judged.reason)].word : "id"));
    Going& going = going_[order.campaign];
    going.campaign = *std::move(judged.campaign);
    going.document = std::move(document);
    going.enrolment = order.enrolment;
    if (!going.errand)
        going.errand.emplace(going.campaign, Kept{}, std::string(boot),
                             partOf(going.campaign.plan.spread, order.campaign, device_.name));
    going.began = 0;
    going.hasToldEnd = false;
    happen(order.campaign, Errand::Offered{static_cast<std::uint8_t>(order.round)});
}

void FleetDevice::endPass() {
    isPassing_ = false;
    tellNext();
    if (isAgain_) return wantWork();
    std::vector<std::string> waiting;
    for (auto& [id, going] : going_)
        if (std::exchange(going.wantsNews, false)) waiting.push_back(id);
    for (const std::string& id : waiting) {
        going_.at(id).hasNews = true;
        run(id);
    }
}

/// Its job runs.
void FleetDevice::run(const std::string& id) {
    Going& going = going_.at(id);
    const auto may = trust_->mayBegin(going.campaign, id, bootNow());
    if (may.ok()) return happen(id, Errand::Run{});
    if (!going.hasNews) {
        going.wantsNews = true;
        return wantWork();
    }
    seen_->trouble("it may not begin: " + may.error().message);
    perform(id, Errand::Wait{restNoNews, false});
}

void FleetDevice::happen(const std::string& id, const Errand::Event& event) {
    Going& going = going_.at(id);
    const bool wasRunning = going.errand->isRunning();
    const auto effects = going.errand->handle(event, bootNow());
    const bool isRunning = going.errand->isRunning();
    if (isRunning != wasRunning) seen_->campaigns[id].runs(isRunning ? 1 : -1);
    for (const Errand::Effect& effect : effects)
        std::visit([&](const auto& each) { perform(id, each); }, effect);
    setAlarm(id);
}

void FleetDevice::setAlarm(const std::string& id) {
    const Going& going = going_.at(id);
    const auto due = going.errand->nextDeadline();
    if (!due) return;
    loop_.laterAfter(std::max(*due - bootNow(), Duration(0)) + std::chrono::milliseconds(1), [this, id, due] {
        const auto its = going_.find(id);
        if (its != going_.end() && its->second.errand->nextDeadline() == due) happen(id, Errand::Tick{});
    });
}

void FleetDevice::perform(const std::string& id, const Errand::Wait& wait) {
    Going& going = going_.at(id);
    going.hasNews = false;
    const std::uint64_t job = ++going.job;
    const auto begin = [this, id, job] {
        if (going_.at(id).job == job) run(id);
    };
    if (wait.after > Duration(0)) return loop_.laterAfter(wait.after, begin);
    loop_.later(begin);
}

void FleetDevice::perform(const std::string& id, const Errand::AskForSlot& question) {
    const SlotQuestion asked{
        .campaign = id, .enrolment = going_.at(id).enrolment, .round = question.round, .slot = question.slot};
    ask(push::FleetWord::Slot, textOf(asked),
        [this, id, question, at = steadyNow()](const Result<std::string>& answer) {
            const auto reply = answer.ok() ? replyIn(*answer) : Result<Reply>(answer.error());
            if (!reply.ok()) return seen_->trouble("slot: " + reply.error().message); // its errand asks again
            seen_->campaigns[id].slots.add(steadyNow() - at);
            happen(id, Errand::Answered{question.slot, question.asked, *reply});
        });
}

void FleetDevice::perform(const std::string& id, const Errand::BeginStep& step) {
    Going& going = going_.at(id);
    seen_->campaigns[id].begins(wallNow());
    if (step.step == 0 && ++going.began == 2) ++seen_->campaigns[id].twice;
    const bool fails = std::uniform_real_distribution<>(0, 1)(random_) < drawn_.failing;
    loop_.laterAfter(draw(drawn_.least, drawn_.most), [this, id, fails] {
        seen_->campaigns[id].lastEnd = wallNow();
        happen(id, Errand::StepEnded{.code = fails ? 1 : 0, .isForGood = fails, .words = fails ? "it was drawn" : ""});
    });
}

/// None of these is asked for in a load's campaigns.
void FleetDevice::perform(const std::string& id, const Errand::Restart&) {
    seen_->trouble(fmt::format("{} wants a restart, which these devices have not", id));
}

std::string FleetDevice::reportOf(const std::string& id, const Telling& telling) const {
    const auto made = signedBy(key_, DeviceReport{.campaign = id,
                                                  .device = device_.name,
                                                  .enrolment = going_.at(id).enrolment,
                                                  .made = wallNow(),
                                                  .telling = telling});
    return textOf(must(made));
}

void FleetDevice::tellLater() {
    loop_.later([this] { tellNext(); });
}

void FleetDevice::tellNext() {
    if (isTelling_) return;
    const auto next =
        std::ranges::find_if(going_, [](const auto& each) { return each.second.errand->kept().unsent.has_value(); });
    if (next == going_.end()) return;
    const std::string& id = next->first;
    const Telling telling = *next->second.errand->kept().unsent;
    isTelling_ = true;
    ask(push::FleetWord::Report, reportOf(id, telling),
        [this, id, telling, at = steadyNow()](const Result<std::string>& text) {
            isTelling_ = false;
            const auto ack = text.ok() ? push::ackIn(*text) : Result<push::Ack>(text.error());
            if (!ack.ok()) {
                seen_->trouble("report: " + ack.error().message);
                return wantWork();
            }
            Going& going = going_.at(id);
            going.last = telling;
            seen_->reported(id, steadyNow() - at);
            happen(id, Errand::Acknowledged{telling.sequence});
            const Kept& kept = going.errand->kept();
            if (telling.phase == Phase::Ended && !kept.unsent && !std::exchange(going.hasToldEnd, true))
                seen_->ended(id, device_.name, kept.outcome);
            tellLater();
        });
}

} // namespace stint::bench
