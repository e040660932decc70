#include "push/mailbox/keeper.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <ranges>
#include <set>
#include <utility>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "contract/model/constants.hpp"

namespace stint::push {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds betweenTries = std::chrono::seconds(1);
constexpr std::chrono::milliseconds longestTries = std::chrono::minutes(1); ///< where there is no room
constexpr auto betweenLooks = std::chrono::seconds(30);                     ///< for what need not be kept any longer
constexpr auto betweenNotes = std::chrono::seconds(5); ///< of how far the streams of a cluster have come
constexpr int enoughReplicas = 3;

// A sender gets its answer within 5 s, and 2 of them may go by while nobody looks. A leader that is gone answers
// nobody, and the next may have the message: it has the same id.
constexpr auto directPatience = std::chrono::milliseconds(3'000);
constexpr auto untilSentAgain = std::chrono::milliseconds(1'200);
constexpr auto afterRefusal = std::chrono::milliseconds(200);
constexpr auto betweenDirect = std::chrono::milliseconds(50);
constexpr auto longestSilence = std::chrono::seconds(5); ///< of a stream that has messages to acknowledge

constexpr auto isThere = "the broker is there";

/// Leaves the last of each subject, as many as a stream keeps. A broker that fell knows only the ids of those that it
/// has; an older one, sent again, would be new to it, and take the place of one that a device has not fetched yet.
void dropOld(std::vector<const Posted*>& all, std::vector<std::int64_t>& dropped) {
    const std::int64_t most = Constants().pushStored;
    std::map<std::string_view, std::int64_t> counts;
    for (const Posted*& each : all | std::views::reverse)
        if (++counts[each->subject] > most) dropped.push_back(std::exchange(each, nullptr)->number);
    std::erase(all, nullptr);
}

} // namespace

struct Keeper::Shared {
    mutable std::mutex mutex;
    std::condition_variable woken, ended;
    std::vector<Wanted> wanted;
    std::vector<Told> told;
    std::vector<Unwanted> unwanted;
    bool isUp = false, changed = false, ends = false;
    std::map<std::string, Place> places;    ///< by shard
    std::map<std::string, Reached> reached; ///< by shard
    Held held;
    Latencies latencies;
};

Keeper::Keeper(Outbox outbox, const Broker& broker, Cluster* cluster, Hooks hooks)
    : outbox_(std::move(outbox)), broker_(broker), cluster_(cluster), hooks_(std::move(hooks)), told_(isThere),
      shared_(std::make_shared<Shared>()), thread_([this] { run(); }) {
    if (cluster_) tender_ = std::thread([this] { tend(); });
}

Keeper::~Keeper() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->ends = true;
    }
    shared_->woken.notify_one();
    shared_->ended.notify_one();
    thread_.join();
    if (tender_.joinable()) tender_.join();
}

void Keeper::keep(std::string subject, Headers headers, std::string body, std::function<void(Result<void>)> done) {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->wanted.push_back(
            {.posted = {.subject = std::move(subject), .headers = std::move(headers), .body = std::move(body)},
             .done = std::move(done),
             .since = SteadyClock::now()});
    }
    shared_->woken.notify_one();
}

void Keeper::takeBack(TakenBack what, std::function<void(Result<bool>)> done) {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->unwanted.push_back({.what = std::move(what), .done = std::move(done)});
    }
    shared_->woken.notify_one();
}

void Keeper::takenElsewhere(TakenBack what) {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->unwanted.push_back({.what = std::move(what), .done = nullptr});
    }
    shared_->woken.notify_one();
}

void Keeper::connected(bool up) {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->isUp = up;
        shared_->changed = true;
        shared_->places.clear();
    }
    shared_->woken.notify_one();
}

void Keeper::reopen() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->changed = true;
    }
    shared_->woken.notify_one();
}

// In a cluster another server may have begun an epoch since.
Result<Keeper::Place> Keeper::placeOf(const std::string& shard) const {
    Place place;
    {
        const std::lock_guard lock(shared_->mutex);
        const auto found = shared_->places.find(shard);
        if (found == shared_->places.end()) return fail(Errc::UNAVAILABLE, "the streams were not found yet");
        place = found->second;
    }
    if (cluster_) place.epochs = cluster_->epochs(shard, place.store);
    return place;
}

Keeper::Held Keeper::held() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->held;
}

Keeper::Latencies Keeper::latencies() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->latencies;
}

void Keeper::measure(Histogram Latencies::*in, SteadyTime since) {
    const std::chrono::duration<double> length = SteadyClock::now() - since;
    const std::lock_guard lock(shared_->mutex);
    (shared_->latencies.*in).add(length.count());
}

void Keeper::run() {
    auto tried = SteadyClock::now() - betweenTries;
    auto forgot = tried;
    bool isUp = false, isKnown = false, ends = false;
    while (!ends) {
        std::vector<Wanted> wanted;
        std::vector<Told> told;
        std::vector<Unwanted> unwanted;
        {
            std::unique_lock lock(shared_->mutex);
            const auto something = [&] {
                return shared_->ends || shared_->changed || !shared_->wanted.empty() || !shared_->told.empty() ||
                       !shared_->unwanted.empty();
            };
            shared_->woken.wait_for(lock, pause(isUp, tried), something);
            wanted = std::exchange(shared_->wanted, {});
            told = std::exchange(shared_->told, {});
            unwanted = std::exchange(shared_->unwanted, {});
            isUp = shared_->isUp;
            ends = shared_->ends;
            if (std::exchange(shared_->changed, false)) {
                isOpen_ = false;
                betweenTries_ = betweenTries;
            }
            isKnown = !shared_->places.empty();
        }
        if (!isKnown) (void)hooks_.answer(false);
        for (const Told& one : told)
            if (one.number < 0) endDirect(one);
        std::erase_if(told, [](const Told& one) { return one.number < 0; });
        if (isReplicated_) keepDirect(std::exchange(wanted, {}));
        if (!wanted.empty() || !told.empty()) work(std::move(wanted), told);
        if (!unwanted.empty()) note(std::move(unwanted));
        settle();
        watchOver(SteadyClock::now());
        if (!isUp) tell(isReplicated_ ? "the broker is away" : "the broker is away; messages are kept here meanwhile");
        const auto now = SteadyClock::now();
        if (isUp && !isOpen_ && now - tried >= betweenTries_) {
            tried = now;
            const auto opened = reconnect();
            isOpen_ = opened.ok();
            noteRoom(opened);
            tell(!isOpen_ ? opened.error().message : refusal_.empty() ? isThere : refusal_);
        }
        if (now - forgot >= betweenLooks && outbox_.forget(wallNow() - Keeper::again).ok()) forgot = now;
        show();
    }
    for (const auto& [number, direct] : direct_)
        direct.wanted.done(fail(Errc::UNAVAILABLE, "this server ends"));
}

// Each try sends all of the outbox again, or fails at its own disk; where there was no room there may be none for long.
void Keeper::noteRoom(const Result<void>& opened) {
    const bool isFull = std::exchange(wasRefused_, false) || (!opened.ok() && opened.error().code == Errc::STORAGE);
    betweenTries_ = isFull ? std::min(betweenTries_ * 2, longestTries) : betweenTries;
}

std::chrono::milliseconds Keeper::pause(bool isUp, SteadyTime tried) const {
    if (!direct_.empty() || !unwanted_.empty()) return betweenDirect;
    if (isUp && !isOpen_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(tried + betweenTries_ - SteadyClock::now());
        return std::clamp(left, std::chrono::milliseconds(0), betweenTries_);
    }
    return cluster_ ? betweenNotes : betweenLooks;
}

void Keeper::keepDirect(std::vector<Wanted> wanted) {
    if (wanted.empty()) return;
    const auto now = SteadyClock::now();
    for (Wanted& one : wanted) {
        one.posted.number = --lastDirect_;
        direct_.emplace(lastDirect_, Direct{std::move(one), now + directPatience, now});
    }
    sendDirect(now);
}

// The later number is the earlier message.
void Keeper::sendDirect(SteadyTime now) {
    for (auto each = direct_.rbegin(); isOpen_ && each != direct_.rend(); ++each)
        if (each->second.next <= now) {
            each->second.next = now + untilSentAgain;
            send(each->second.wanted.posted);
        }
    std::erase_if(direct_, [now](auto& entry) {
        if (now < entry.second.until) return false;
        entry.second.wanted.done(fail(Errc::UNAVAILABLE, "the store has not acknowledged it in time"));
        return true;
    });
}

void Keeper::endDirect(const Told& told) {
    if (const auto stream = streams_.find(told.stream); told.ack.ok() && stream != streams_.end())
        stream->second.highest = std::max(stream->second.highest, told.ack->sequence);
    const auto found = direct_.find(told.number);
    if (found == direct_.end()) return; // it was acknowledged before, or not in time
    if (!told.ack.ok()) {
        found->second.next = SteadyClock::now() + afterRefusal;
        return;
    }
    if (told.ack->wasThere) tellDevice(found->second.wanted.posted);
    const auto done = std::move(found->second.wanted.done);
    measure(&Latencies::stream, found->second.wanted.since);
    direct_.erase(found);
    done({});
}

// The leader that kept it may have died before it told anybody, and whoever leads now never does. Without a sequence it
// has the device ask its mailbox.
void Keeper::tellDevice(const Posted& posted) const {
    if (const auto to = addressIn(posted.subject)) (void)broker_.tell(liveSubject(*to), posted.headers, posted.body);
}

// Streams with three replicas acknowledge by themselves, and no commit before tells how far they may come.
void Keeper::noteHighest() {
    std::map<std::string, std::uint64_t> highest;
    for (auto& [name, stream] : streams_)
        if (stream.highest > std::exchange(stream.noted, stream.highest)) highest[stream.store] = stream.highest;
    if (highest.empty()) return;
    const auto committed = outbox_.commit({}, {}, highest, wallNow());
    if (!committed.ok()) tell(committed.error().message);
}

// A thread of its own: where a leader is missing each of these waits, and the senders' answers must not.
void Keeper::tend() {
    std::map<std::string, Reached> noted;
    while (true) {
        std::map<std::string, Reached> reached;
        {
            std::unique_lock lock(shared_->mutex);
            shared_->ended.wait_for(lock, betweenNotes, [&] { return shared_->ends; });
            if (shared_->ends) return;
            if (!shared_->isUp) continue;
            reached = shared_->reached;
        }
        hooks_.refresh();
        for (const auto& [shard, its] : reached) {
            if (noted[shard] == its) continue;
            if (!cluster_->note(shard, its.store, its.highest).ok()) break; // the next time, then
            noted[shard] = its;
        }
    }
}

// A broker that is there is no leader: a stream's may be gone with messages that it never acknowledges.
void Keeper::watchOver(SteadyTime now) {
    if (!direct_.empty()) sendDirect(now);
    const bool isQuiet = std::ranges::all_of(streams_, [](const auto& entry) { return entry.second.sent.empty(); });
    if (isQuiet) acknowledged_ = now;
    if (now - acknowledged_ > longestSilence) {
        acknowledged_ = now;
        isOpen_ = false;
    }
    if (!cluster_ || !isOpen_ || now - refreshed_ < betweenNotes) return;
    refreshed_ = now;
    if (isReplicated_) noteHighest();
}

// The numbers that streams have acknowledged. The others are still in the outbox, and all of it is looked at again.
std::vector<std::int64_t> Keeper::noted(const std::vector<Told>& told) {
    std::vector<std::int64_t> numbers;
    for (const Told& one : told) {
        Stream& stream = streams_.at(one.stream);
        const auto sent = stream.sent.extract(one.number);
        acknowledged_ = SteadyClock::now();
        if (!one.ack.ok()) {
            isOpen_ = false;
            if (one.ack.error().code == Errc::LIMIT_EXCEEDED) {
                wasRefused_ = true;
                tell(refusal_ = one.ack.error().message);
            }
            continue;
        }
        if (sent) measure(&Latencies::stream, sent.mapped());
        refusal_.clear();
        numbers.push_back(one.number);
        stream.highest = std::max(stream.highest, one.ack->sequence);
    }
    return numbers;
}

// The highest sequence that each of the streams can give out, once these are sent, too; a message that comes a second
// time gets none, so a promise is lowered again when it is acknowledged.
std::map<std::string, std::uint64_t> Keeper::promisesFor(const std::vector<const Posted*>& posted,
                                                         const std::vector<Told>& told) const {
    std::map<std::string, std::uint64_t> promises;
    if (streams_.empty()) return promises; // nothing is sent before they are open
    const auto promiseOf = [&](const std::string& name) -> std::uint64_t& {
        const Stream& stream = streams_.at(name);
        return promises.try_emplace(stream.store, stream.highest + stream.sent.size()).first->second;
    };
    for (const Told& one : told)
        if (one.ack.ok()) promiseOf(one.stream);
    for (const Posted* const one : posted)
        ++promiseOf(streamOfSubject(one->subject));
    return promises;
}

void Keeper::work(std::vector<Wanted> wanted, const std::vector<Told>& told) {
    const auto numbers = noted(told);
    std::vector<Posted*> posted;
    std::vector<const Wanted*> asked;
    Bytes left = room - outbox_.size();
    for (Wanted& one : wanted) {
        left -= Outbox::sizeOf(one.posted);
        if (left < 0) {
            one.done(fail(Errc::UNAVAILABLE, "the broker is away, and the outbox is full"));
            continue;
        }
        posted.push_back(&one.posted);
        asked.push_back(&one);
    }
    const auto committed =
        outbox_.commit(posted, numbers, promisesFor({posted.begin(), posted.end()}, told), wallNow());
    if (!committed.ok()) tell(committed.error().message);
    for (const Wanted* const one : asked) {
        if (committed.ok()) measure(&Latencies::outbox, one->since);
        one->done(committed);
    }
    if (!committed.ok() || !isOpen_) return;
    for (const Posted* const one : posted)
        send(*one);
}

void Keeper::send(const Posted& posted) {
    const std::string stream = streamOfSubject(posted.subject);
    if (posted.number > 0) streams_.at(stream).sent[posted.number] = SteadyClock::now();
    broker_.keep(posted.subject, posted.headers, posted.body,
                 [shared = shared_, number = posted.number, stream](Result<Ack> ack) {
                     {
                         const std::lock_guard lock(shared->mutex);
                         shared->told.push_back({number, stream, std::move(ack)});
                     }
                     shared->woken.notify_one();
                 });
}

// It may only lack what was never sent: then every cursor is below, and the epoch changes nothing.
Result<std::vector<Epoch>> Keeper::epochsOf(const std::string& shard, const StreamState& state) {
    const auto promised = STINT_TRY(outbox_.promised(state.store));
    const bool wentBack = promised && state.last < *promised;
    if (!cluster_) {
        if (wentBack) STINT_TRY(outbox_.beginEpoch(state.store, state.last));
        return outbox_.epochs(state.store);
    }
    auto epochs = STINT_TRY(cluster_->opened(shard, state, promised.value_or(0)));
    if (wentBack) STINT_TRY(outbox_.commit({}, {}, {{state.store, state.last}}, wallNow()));
    return epochs;
}

Result<std::map<std::string, Keeper::Stream>> Keeper::openStreams() {
    std::map<std::string, Stream> streams;
    const int replicas = cluster_ ? cluster_->replicas() : 1;
    int fewest = replicas;
    for (const std::string_view name : shards) {
        const std::string shard(name);
        const StreamState state = STINT_TRY(broker_.openStream(shard, replicas));
        fewest = std::min(fewest, state.replicas);
        auto epochs = STINT_TRY(epochsOf(shard, state));
        places_[shard] = {state.store, std::move(epochs)};
        streams[streamOf(shard)] = {
            .shard = shard, .store = state.store, .highest = state.last, .noted = state.last, .sent = {}};
    }
    isReplicated_ = fewest >= enoughReplicas;
    return streams;
}

// The streams as they are now, before anything is sent to them; then all again that they may not have.
Result<void> Keeper::reconnect() {
    if (cluster_) STINT_TRY(cluster_->open());
    streams_ = STINT_TRY(openStreams());
    STINT_TRY(hooks_.alsoOpen());
    refreshed_ = acknowledged_ = SteadyClock::now();
    const auto rows = STINT_TRY(outbox_.since(wallNow() - again));
    const auto unwanted = STINT_TRY(outbox_.takenBack());
    if (cluster_)
        for (const auto& [one, since] : unwanted)
            STINT_TRY(cluster_->taken().note(one, since));
    std::vector<const Posted*> all;
    std::vector<std::int64_t> dropped;
    std::set<TakenBack> gone;
    for (const auto& [one, since] : unwanted)
        gone.insert(one);
    for (const Posted& one : rows) {
        const TakenBack its{one.subject, std::string(idOf(one.headers))};
        if (unwanted.contains(its) || (cluster_ && cluster_->taken().has(its, one.kept))) {
            dropped.push_back(one.number);
            gone.insert(its);
        } else {
            all.push_back(&one);
        }
    }
    dropOld(all, dropped);
    STINT_TRY(outbox_.commit({}, dropped, promisesFor(all, {}), wallNow()));
    for (const TakenBack& one : gone)
        STINT_TRY(deleted(one));
    STINT_TRY(outbox_.tellTaken({gone.begin(), gone.end()}));
    for (const Posted* const one : all)
        send(*one);
    // Devices are answered from now on: what was taken back may have been there again, and its epoch not yet begun.
    STINT_TRY(hooks_.answer(true));
    const std::lock_guard lock(shared_->mutex);
    if (!shared_->changed) shared_->places = places_;
    return {};
}

void Keeper::tell(const std::string& sentence) {
    if (sentence != std::exchange(told_, sentence)) hooks_.tell(sentence);
}

void Keeper::show() {
    Held held{.waiting = direct_.size(), .bytes = outbox_.size(), .isReplicated = isReplicated_, .isOpen = isOpen_};
    std::map<std::string, Reached> reached;
    for (const auto& [name, stream] : streams_) {
        held.waiting += stream.sent.size();
        if (cluster_) reached[stream.shard] = {stream.store, stream.highest};
    }
    const std::lock_guard lock(shared_->mutex);
    shared_->held = held;
    shared_->reached = std::move(reached);
}

} // namespace stint::push
