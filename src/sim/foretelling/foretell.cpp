#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "contract/model/reasons.hpp"
#include "sim/foretelling/births.hpp"
#include "sim/foretelling/drawn.hpp"
#include "sim/foretelling/foretold.hpp"
#include "sim/foretelling/own_cores.hpp"
#include "sim/foretelling/phones.hpp"

namespace stint::foretelling {
namespace {

using What = Agenda::What;

/// PROPOSAL: a server that dies is followed by the next one within this.
constexpr Duration successorIn = std::chrono::seconds(20);
constexpr std::size_t mostSamples = 400;
constexpr Duration sampleStep = std::chrono::minutes(10);

std::string wordsOf(Why why) {
    if ((why & deviceIsOff) != 0) return "the device is off";
    std::string words;
    for (const PendingRow& row : pendingRows())
        if ((why & whyOf(row.reason)) != 0) words += fmt::format("{}{}", words.empty() ? "" : ", ", row.name);
    return words;
}

// ---- The server, and the store behind it ----

class Campaign final : public Office {
public:
    Campaign(const FleetFile& fleet, Mission mission)
        : fleet_(fleet), mission_(std::move(mission)), chance_(fleet.seed) {}

    Result<Foretold> play(Cores cores, unsigned threads);

    std::optional<Duration> backAt() const override { return rollout_ ? std::nullopt : std::optional(upAt_); }
    void ask(Nth device, const fleet::Errand::AskForSlot& asked, Duration delay) override;
    void report(Nth device, const fleet::Telling& telling) override;

private:
    /// A question that is on its way, or its answer.
    struct Flight {
        fleet::Ask ask;
        Instant asked;
        fleet::Reply reply;
    };
    struct Logged {
        fleet::Record record;
        WallTime at;
    };
    struct Arrived {
        fleet::Report report;
        WallTime at;
    };

    Result<void> settle(Cores cores, unsigned threads);
    Result<void> drawLives(unsigned threads);
    Result<void> giveCores();
    void planOutages();
    void run();
    void happen(const Agenda::Item& item);
    std::uint32_t board(const Flight& flight);
    Flight land(std::uint32_t place);
    void serve(const fleet::Event& event, const Flight* flight = nullptr);
    void carryOut(const std::vector<fleet::Effect>& effects, const Flight* flight);
    void note(const fleet::Record& record);
    void noteSuccesses();
    void noteEnds();
    void planTick();
    void goDown(Duration until);
    void comeBack();
    void sample();
    void conclude();
    std::string waitsFor(Nth device, const fleet::Target& target) const;
    WallTime wall() const { return fleet_.start + agenda_.now(); }

    const FleetFile& fleet_;
    Mission mission_;
    Chance chance_;
    Agenda agenda_;
    std::unique_ptr<Ground> ground_;
    std::unique_ptr<Phones> phones_;

    std::optional<fleet::Rollout> rollout_; ///< none: the server is away
    Duration upAt_{0};
    std::vector<Duration> outages_; ///< the end of each
    std::vector<Logged> log_;
    std::vector<Arrived> reports_; ///< kept where a server is to read them again
    std::vector<Flight> flights_;
    std::vector<std::uint32_t> freeFlights_;
    std::optional<Duration> tick_;
    std::uint64_t mostDone_ = 0;

    Foretold told_;
};

Result<Foretold> Campaign::play(Cores cores, unsigned threads) {
    STINT_TRY(settle(cores, threads));
    told_.campaign = mission_.campaign.name;
    told_.devices = fleet_.devices;
    told_.until = fleet_.until;
    told_.atATime = mission_.campaign.plan.atATime;
    told_.waves.resize(mission_.campaign.plan.waves.size());
    told_.waves.front().opened = Duration(0);
    planOutages();
    rollout_.emplace(mission_.campaign.plan, fleet_.start + mission_.campaign.expires, false);
    for (Duration at{0}; at < fleet_.until;
         at += std::max<Duration>(sampleStep, std::chrono::ceil<std::chrono::minutes>(fleet_.until / mostSamples)))
        agenda_.at(at, What::Sampled);
    serve(fleet::Join{std::vector<fleet::Enrolment>(fleet_.devices, 1)});
    run();
    conclude();
    return std::move(told_);
}

Result<void> Campaign::settle(Cores cores, unsigned threads) {
    if (auto done = cores == Cores::Drawn ? drawLives(threads) : giveCores(); !done.ok()) return done;
    phones_ = std::make_unique<Phones>(fleet_, mission_, chance_, agenda_, *ground_, *this);
    return {};
}

Result<void> Campaign::drawLives(unsigned threads) {
    const Births births(fleet_, chance_, fleet_.lives);
    std::map<Name, std::uint32_t> places;
    for (Nth device = 0; device < fleet_.devices; ++device) {
        const Birth birth = births.of(device);
        places.emplace(Name{birth.kind, birth.life}, 0);
    }
    std::vector<Name> names;
    for (auto& [name, place] : places) {
        place = static_cast<std::uint32_t>(names.size());
        names.push_back(name);
    }
    auto lives = STINT_TRY(playAll(fleet_, mission_, chance_, names, threads));
    told_.lives = lives.size();
    std::vector<Drawn> devices(fleet_.devices);
    for (Nth device = 0; device < fleet_.devices; ++device) {
        const Birth birth = births.of(device);
        devices[device] = {places.at(Name{birth.kind, birth.life}), static_cast<std::uint32_t>(birth.shift.count())};
        if (!lives[devices[device].life].lets) ++told_.never;
    }
    ground_ = std::make_unique<DrawnGround>(agenda_, std::move(lives), devices);
    return {};
}

Result<void> Campaign::giveCores() {
    const Births births(fleet_, chance_, fleet_.devices);
    auto cores = std::make_unique<OwnCores>(agenda_, mission_);
    for (Nth device = 0; device < fleet_.devices; ++device) {
        const Birth birth = births.of(device);
        STINT_TRY(cores->add(daysOf(fleet_, birth.kind, birth.life, chance_), birth.shift));
    }
    told_.lives = fleet_.devices;
    ground_ = std::move(cores);
    return {};
}

void Campaign::planOutages() {
    std::vector<sim::Span> spans = fleet_.down;
    for (std::uint32_t nth = 0; nth < fleet_.deaths; ++nth) {
        const Duration at = chance_.between(Duration(1), fleet_.until, Draw::Death, nth);
        spans.push_back({at, at + successorIn});
    }
    for (const sim::Span& each : spans) {
        agenda_.at(each.from, What::Down, 0, static_cast<std::uint32_t>(outages_.size()));
        outages_.push_back(each.to);
    }
}

void Campaign::run() {
    while (!agenda_.isEmpty() && agenda_.next() <= fleet_.until)
        happen(agenda_.take());
    while (rollout_ && rollout_->nextDeadline() && *rollout_->nextDeadline() <= wall())
        serve(fleet::Tick{});
}

void Campaign::happen(const Agenda::Item& item) {
    switch (item.what) {
    case What::Wakes:
    case What::Starts:
    case What::Stops:
    case What::News:
    case What::SwitchedOff:
    case What::SwitchedOn:
        return ground_->happen(item, *phones_);
    case What::Ordered:
    case What::Read:
    case What::Told:
    case What::Timer:
    case What::StepEnds:
    case What::Dies:
        return phones_->happen(item);
    case What::Asked: {
        const Flight flight = land(item.number);
        ++told_.questions;
        return serve(flight.ask, &flight);
    }
    case What::Answered: {
        const Flight flight = land(item.number);
        return phones_->answered(item.device, flight.ask.slot, flight.asked, flight.reply);
    }
    case What::Ticks:
        if (tick_ != item.when) return;
        tick_.reset();
        return serve(fleet::Tick{});
    case What::Down:
        return goDown(outages_[item.number]);
    case What::Up:
        if (!rollout_ && item.when == upAt_) comeBack();
        return;
    case What::Sampled:
        return sample();
    }
}

void Campaign::ask(Nth device, const fleet::Errand::AskForSlot& asked, Duration delay) {
    const Flight flight{{device, 1, asked.round, asked.slot}, asked.asked, {}};
    agenda_.at(agenda_.now() + delay, What::Asked, device, board(flight));
}

/// It is on its way.
std::uint32_t Campaign::board(const Flight& flight) {
    if (freeFlights_.empty()) {
        flights_.push_back(flight);
        return static_cast<std::uint32_t>(flights_.size() - 1);
    }
    const std::uint32_t place = freeFlights_.back();
    freeFlights_.pop_back();
    flights_[place] = flight;
    return place;
}

Campaign::Flight Campaign::land(std::uint32_t place) {
    freeFlights_.push_back(place);
    return flights_[place];
}

/// The stream has it, whether the server is there or not.
void Campaign::report(Nth device, const fleet::Telling& telling) {
    ++told_.reports;
    const fleet::Report report{device, 1, telling};
    if (!outages_.empty()) reports_.push_back({report, wall()});
    serve(report);
}

// ---- The server ----

void Campaign::serve(const fleet::Event& event, const Flight* flight) {
    if (!rollout_) return;
    const fleet::Decision decision = rollout_->handle(event, wall());
    for (const fleet::Record& record : decision.records)
        note(record);
    carryOut(decision.effects, flight);
    noteSuccesses();
    noteEnds();
    planTick();
}

void Campaign::noteEnds() {
    for (std::size_t wave = 0; wave < told_.waves.size(); ++wave) {
        const std::uint32_t ended = rollout_->waves()[wave].ended;
        if (std::exchange(told_.waves[wave].ended, ended) != ended) told_.waves[wave].over = agenda_.now();
    }
}

/// The first moments at which so many devices have succeeded.
void Campaign::noteSuccesses() {
    const std::uint64_t done = rollout_->count(fleet::Outcome::Succeeded);
    if (done <= mostDone_) return; // a server that was made anew counts again
    mostDone_ = done;
    told_.latest = agenda_.now();
    for (auto [reached, share] : {std::pair(&told_.half, halfOf), std::pair(&told_.most, mostOf)})
        if (!*reached && done * fleet::wholeShare >= std::uint64_t{fleet_.devices} * share) *reached = agenda_.now();
}

void Campaign::note(const fleet::Record& record) {
    if (const auto* opened = std::get_if<fleet::WaveOpened>(&record))
        told_.waves.at(opened->wave - 1U).opened = agenda_.now();
    if (!outages_.empty()) log_.push_back({record, wall()});
}

void Campaign::carryOut(const std::vector<fleet::Effect>& effects, const Flight* flight) {
    for (const fleet::Effect& effect : effects) {
        if (const auto* order = std::get_if<fleet::Order>(&effect)) {
            phones_->order(order->device, order->round, order->again);
            continue;
        }
        const auto& answer = std::get<fleet::Told>(effect);
        if (!flight || flight->ask.device != answer.device) continue;
        Flight back = *flight;
        back.reply = answer.reply;
        agenda_.at(agenda_.now() + phones_->delay(answer.device), What::Answered, answer.device, board(back));
    }
}

void Campaign::planTick() {
    const auto next = rollout_->nextDeadline();
    if (!next) return;
    const Duration at = std::max(*next - fleet_.start, agenda_.now());
    if (tick_ && *tick_ <= at) return;
    tick_ = at;
    agenda_.at(at, What::Ticks);
}

void Campaign::goDown(Duration until) {
    rollout_.reset();
    tick_.reset();
    upAt_ = std::max(upAt_, until);
    agenda_.at(upAt_, What::Up);
}

/// Whoever leads now makes it again, of the log and of the reports, and goes on (fleet.md §5).
void Campaign::comeBack() {
    rollout_.emplace(mission_.campaign.plan, fleet_.start + mission_.campaign.expires, false);
    for (const Logged& logged : log_)
        STINT_CHECK(rollout_->apply(logged.record, logged.at).ok());
    for (const Arrived& arrived : reports_)
        rollout_->apply(arrived.report, arrived.at);
    carryOut(rollout_->lead(), nullptr);
    serve(fleet::Tick{});
    if (rollout_->targets().size() < fleet_.devices) // it died before the log had all of them
        serve(fleet::Join{std::vector<fleet::Enrolment>(fleet_.devices - rollout_->targets().size(), 1)});
}

// ---- What is told ----

void Campaign::sample() {
    if (!rollout_) return;
    Sample now{.at = agenda_.now(), .wave = rollout_->wave(), .ends = {}};
    for (const fleet::Target& target : rollout_->targets()) {
        if (target.hasEnded())
            ++now.ends.at(static_cast<std::size_t>(target.outcome));
        else if (target.holdsSlot())
            ++now.running;
        else if (target.isSeen())
            ++now.waiting;
        else if (target.phase == fleet::Phase::Offered)
            ++now.offered;
        else
            ++now.targeted;
    }
    told_.curve.push_back(now);
}

std::string Campaign::waitsFor(Nth device, const fleet::Target& target) const {
    if (target.phase == fleet::Phase::Targeted && !target.isSeen() && !target.hasEnded()) return "its turn";
    if (!phones_->hasHeard(device)) return "never seen";
    if (phones_->wasRefused(device)) return "a slot";
    const Why why = ground_->why(device, phones_->laneOf(device));
    return why == 0 ? "its turn" : wordsOf(why);
}

void Campaign::conclude() {
    if (!rollout_) comeBack();
    sample();
    for (std::size_t wave = 0; wave < told_.waves.size(); ++wave) {
        const fleet::Wave& its = rollout_->waves()[wave];
        WaveTold& told = told_.waves[wave];
        told.begun = its.begun;
        told.ok = its.ok;
        if (told.begun != told.ended) told.over.reset();
    }
    told_.state = rollout_->state();
    told_.mostAtOnce = phones_->mostRunning();
    for (Nth device = 0; device < rollout_->targets().size(); ++device) {
        const fleet::Target& target = rollout_->targets()[device];
        using enum fleet::Outcome;
        // The server's word may stand until the device's own comes.
        const bool isTold = target.hasEnded() && !target.isPresumed;
        if (isTold && target.outcome != phones_->outcome(device)) ++told_.differing;
        if (!target.hasEnded() || target.outcome == Expired || target.outcome == Unreachable)
            ++told_.rest[waitsFor(device, target)];
    }
}

} // namespace

Result<Foretold> foretell(const FleetFile& fleet, Cores cores, unsigned threads) {
    auto mission = STINT_TRY(Mission::of(fleet.campaign));
    return Campaign(fleet, std::move(mission)).play(cores, threads);
}

} // namespace stint::foretelling
