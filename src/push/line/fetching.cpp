#include "push/line/fetching.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "base/unix/ends.hpp"

namespace stint::push {
namespace {

constexpr Duration atOnce{0};                         ///< with all the others of one answer
constexpr Duration patience = 2s, checkPatience = 5s; ///< the first is twice as long after a silence
constexpr std::size_t mostLive = 100;                 ///< in a batch
constexpr int mostSilent = 3;
constexpr Duration freshConnection = 10s; ///< one that was begun since then is not begun anew for a question
constexpr std::size_t mostNetworks = 64;  ///< a device that has seen more begins anew

std::set<Subject> wantedIn(const wire::LineView& line) {
    std::set<Subject> wanted;
    for (const wire::LineEntry& one : line.entries)
        for (std::size_t n = 0; n < urgencyWords.size(); ++n)
            if (!one.ended && one.fetched[n]) wanted.insert({one.name, static_cast<Urgency>(n)});
    return wanted;
}

} // namespace

void Troubles::add(const std::string& reason) {
    ++unreported_[reason];
    ++untold_[reason];
    if (!minute_.isSet()) minute_.set(atOnce, [this] { report(); });
    if (!hour_.isSet()) hour_.set(atOnce, [this] { tell(); });
}

void Troubles::report() {
    if (unreported_.empty()) return;
    std::vector<LeftOut> what;
    for (const auto& [reason, count] : std::exchange(unreported_, {}))
        what.push_back({reason, count});
    gate_.passedOver(what);
    minute_.set(std::chrono::minutes(1), [this] { report(); });
}

void Troubles::tell() {
    if (untold_.empty()) return;
    std::string list;
    for (const auto& [reason, count] : std::exchange(untold_, {}))
        list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", reason, count);
    complain("stint-push", fmt::format("messages were left out: {}", list));
    hour_.set(std::chrono::hours(1), [this] { tell(); });
}

Result<std::unique_ptr<Fetching>> Fetching::open(sd_event* loop, const LineSettings& settings, Gate& gate,
                                                 Follower follower) {
    std::unique_ptr<Fetching> made(new Fetching(loop, settings, gate, std::move(follower)));
    Fetching* const it = made.get();
    made->carrier_ = STINT_TRY(Carrier::open(loop, {.changed = [it](bool up) { it->changed(up); },
                                                    .ended = [it](const std::string& why) { it->ended(why); },
                                                    .givenUp = [it] { it->givenUp(); },
                                                    .heard = [it] { it->go(); },
                                                    .others = [it](const auto& places) { it->learned(places); }}));
    return made;
}

Fetching::Fetching(sd_event* loop, const LineSettings& settings, Gate& gate, Follower follower)
    : settings_(settings), gate_(gate), follower_(std::move(follower)), troubles_(loop, gate),
      reading_({settings.shard, settings.device}, settings.lineKey,
               [this](const std::string& reason) { troubles_.add(reason); }),
      retry_(loop), trim_(loop) {}

void Fetching::replace(const wire::LineView& line) {
    const auto before = wantedIn(reading_.line());
    const std::string network = reading_.line().network;
    const LinePlace place = reading_.line().place;
    reading_.replace(line);
    const auto wanted = wantedIn(line);
    const bool isMore = !std::ranges::includes(before, wanted);
    if (isMore || line.place != place) isBehind_ = true;
    if (!fetches() && !isHeld_) return disconnect();
    if (!isWanted_ || (!fetches() && isReported_)) return connect();
    const auto subjects = reading_.subjects();
    if (subjects != subjects_) carrier_->listenOnlyTo(subjects);
    subjects_ = subjects;
    // On another network the connection may be dead, and the next try far off.
    if (line.network != network && !line.network.empty()) return check();
    go();
}

void Fetching::connect() {
    lost("no broker has answered yet");
    isWanted_ = true;
    isAsking_ = false;
    begun_ = steadyNow();
    carrier_->connect({.urls = settings_.brokers, .credentials = settings_.credentials, .device = settings_.device});
    subjects_ = reading_.subjects();
    carrier_->listenOnlyTo(subjects_);
}

void Fetching::disconnect() {
    lost("");
    if (std::exchange(isWanted_, false)) carrier_->disconnect();
    isAsking_ = false;
    retry_.clear();
}

// The daemon asks for no connection where nothing is fetched, and is told of none.
void Fetching::lost(const std::string& trouble, bool isOver) {
    ++connections_;
    isConnected_ = false;
    checked_.reset();
    const bool wasUp = std::exchange(isReported_, false);
    isOver_ = isOver;
    why_ = trouble;
    const std::string told = fetches() ? trouble : "";
    if (std::exchange(trouble_, told) != told || wasUp) gate_.report({.up = false, .trouble = told});
    follower_.lost(trouble, isOver);
}

void Fetching::reportUp() {
    gate_.report({.up = true,
                  .keepAlive = keepAlive_.length(reading_.line().network),
                  .server = settings_.origin,
                  .roundTrip = roundTrip_});
}

void Fetching::changed(bool up) {
    if (isOver_) return;       // why, was told
    if (!up && isConnected_) { // whoever comes after it is another
        tries_ = 0;
        retry_.clear();
    }
    lost(up ? "the server has not answered yet" : "no broker is reached; it is tried again");
    isConnected_ = up;
    if (!up) return;
    isBehind_ = true;
    heard_ = bootNow();
    follower_.connected();
    go(); // after a silent server once it is time for the next try
}

// Any of a cluster's brokers may be gone for good when this device comes again.
void Fetching::learned(const std::vector<std::string>& places) {
    if (!settings_.learn(places)) return;
    if (const auto kept = settings_.keepBrokers(LineSettings::directory()); !kept.ok())
        complain("stint-push", kept.error().message);
}

void Fetching::ended(const std::string& why) {
    const auto trouble = fmt::format("{}; it is tried again on another network, or when the device asks", why);
    lost(trouble, true);
    if (fetches()) complain("stint-push", trouble); // who asks is told
}

void Fetching::givenUp() {
    lost("the broker takes the connection, and says nothing; it is tried again", true);
    retry_.set(untilTriedAgain(++tries_), [this] { connect(); });
}

void Fetching::check() {
    if (!isWanted_) return;
    retry_.clear();
    if (!isConnected_ || !fetches()) return connect();
    isBehind_ = true;
    if (!isAsking_) checked_ = bootNow() - heard_;
    go();
}

void Fetching::later() {
    isBehind_ = true;
    retry_.set(untilTriedAgain(++tries_), [this] { go(); });
}

// One question, or one batch, at a time: live messages wait meanwhile, and are compared with the cursors after it.
void Fetching::go() {
    if (!isConnected_ || !fetches() || isAsking_ || isSending_ || retry_.isSet()) return;
    if (carrier_->hasLost()) isBehind_ = true;
    if (isBehind_) return askBox();
    takeLive();
}

void Fetching::askBox() {
    isBehind_ = false;
    isAsking_ = true;
    const auto check = std::exchange(checked_, std::nullopt);
    const Duration longest = check ? checkPatience : patience * (1 << silent_);
    const auto asked = [this, check, longest, of = connections_, since = steadyNow()](const Result<std::string>& text) {
        isAsking_ = false;
        if (of != connections_) { // another connection has begun meanwhile
            isBehind_ = true;
            return go();
        }
        if (!text.ok()) return unanswered(steadyNow() - since >= longest * 9 / 10, check.has_value());
        roundTrip_ = std::max<Duration>(steadyNow() - since, 1ms);
        answered(*text, check.value_or(0ms));
    };
    carrier_->ask(subjectOf(Service::Box, settings_.shard, settings_.device), textOf(reading_.question()), longest,
                  asked);
}

// A server that is slow is asked again with more patience, for an answer that came too late would be asked for in vain,
// and again. A broker that is silent may be gone; one that knows of no server says so at once.
void Fetching::unanswered(bool wasSilent, bool wasCheck) {
    if (!wasSilent) return later();
    if (wasCheck) keepAlive_.died(reading_.line().network);
    if (++silent_ < mostSilent && !wasCheck) {
        isBehind_ = true;
        return go();
    }
    silent_ = 0;
    later();
    connect();
}

void Fetching::answered(const Result<std::string>& text, Duration silence) {
    heard_ = bootNow();
    silent_ = 0;
    const std::string& network = reading_.line().network;
    const Duration before = keepAlive_.length(network);
    keepAlive_.answered(network, silence);
    learned(before);
    const auto answer = boxAnswerIn(*text);
    auto fetched = answer.ok() ? reading_.fetched(*answer) : Result<Reading::Fetched>(answer.error());
    if (!fetched.ok()) {
        troubles_.add("an answer that is none");
        return later();
    }
    const auto next = [this, isMore = fetched->again, isNews = fetched->isNews] {
        if (!isMore) return caughtUp();
        if (!isNews) return later();
        isBehind_ = true;
        go();
    };
    const LineRead& batch = fetched->batch;
    if (batch.isEmpty() && batch.stream == store()) return next();
    // An answer takes a megabyte or two while it is read, and for hours there may be no other.
    send(batch, [this, next] {
        trim_.set(0ms, [] { ::malloc_trim(0); });
        next();
    });
}

void Fetching::takeLive() {
    auto live = carrier_->take(mostLive);
    if (live.empty()) return;
    heard_ = bootNow();
    LineRead batch{.stream = store()};
    for (const Stored& message : live)
        if (reading_.heard(message, batch) == Reading::Live::Behind) {
            isBehind_ = true;
            break;
        }
    if (batch.messages.empty()) return go();
    send(batch, [this] { go(); });
}

void Fetching::send(const LineRead& batch, std::function<void()> then) {
    isSending_ = true;
    gate_.arrived(batch, [this, batch, then = std::move(then)](const Result<void>& taken) {
        isSending_ = false;
        if (!taken.ok()) {
            reading_.notTaken();
            complain("stint-push", fmt::format("stintd does not take messages: {}", taken.error().message));
            return later();
        }
        reading_.taken(batch);
        tries_ = 0;
        then();
    });
}

void Fetching::caughtUp() {
    tries_ = 0;
    if (isConnected_ && !std::exchange(isReported_, true)) reportUp();
    follower_.caughtUp();
    go();
}

void Fetching::learned(Duration before) {
    if (isReported_ && keepAlive_.length(reading_.line().network) != before) reportUp();
}

void Fetching::ask(const RegistrationQuestion& question, std::function<void(Result<void>)> then) {
    carrier_->ask(subjectOf(Service::Registrations, settings_.shard, settings_.device), textOf(question), patience,
                  [then = std::move(then)](const Result<std::string>& text) {
                      then(text.ok() ? registrationAnswerIn(*text) : Result<void>(text.error()));
                  });
}

// Whoever asks again and again does not have it tried as often.
Result<void> Fetching::hold() {
    isHeld_ = true;
    const bool isFresh = isWanted_ && steadyNow() - begun_ < freshConnection;
    if (isConnected_) return {};
    if (isFresh && isOver_) return fail(Errc::UNAVAILABLE, "{}", why_);
    if (isFresh) return {};
    if (isOver_) retry_.clear(); // which would begin it
    connect();
    return {};
}

void Fetching::letGo() {
    isHeld_ = false;
    if (!fetches()) disconnect();
}

void Fetching::askBeside(std::string subject, std::string question, Duration patience, Carrier::Answered answered) {
    carrier_->ask(std::move(subject), std::move(question), patience, std::move(answered));
}

void Fetching::doubt() {
    if (isConnected_) check();
}

Duration KeepAlive::length(const std::string& network) const {
    const auto found = learned_.find(network);
    return found == learned_.end() ? first : found->second;
}

void KeepAlive::answered(const std::string& network, Duration silence) {
    const Duration now = length(network);
    if (silence * 5 < now * 4) return; // it proves nothing of this length
    learn(network, std::min(now + step, longest));
}

void KeepAlive::died(const std::string& network) { learn(network, std::max(length(network) / 2, shortest)); }

void KeepAlive::learn(const std::string& network, Duration length) {
    if (learned_.size() >= mostNetworks && !learned_.contains(network)) learned_.clear();
    learned_[network] = length;
}

} // namespace stint::push
