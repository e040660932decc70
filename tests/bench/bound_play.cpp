// The turn of the core, with the same order in it (core/scheduler.cpp), so that what happens at one instant is written
// in the same order. What changes is noted in bits, and only those bits are looked at.
#include "bench/bound_play.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "bench/bound_doze.hpp"
#include "bench/bound_ledger.hpp"
#include "bench/bound_queues.hpp"
#include "model/job.hpp"
#include "rules/order.hpp"

namespace stint::bench {
namespace {

constexpr int mostRuns = 64;

constexpr Apps bitOf(int app) { return Apps{1} << app; }

template <class Look> void eachBit(std::uint64_t bits, Look look) {
    for (; bits; bits &= bits - 1)
        look(std::countr_zero(bits));
}

/// Of a run, as the core has it.
enum class State : std::uint8_t { None, Binding, Starting, Executing, Stopping };

/// What of a job changes.
struct Life {
    State state = State::None;
    bool stops = false; ///< as soon as it can be asked to
    bool byIdlePath = false;
    std::int8_t network = -1; ///< its run was told of
    std::int16_t systemStops = 0;
    StopReason reason = StopReason::Undefined;
    Ms enqueued = 0;
    std::uint64_t sequence = 0;
    Ms windowEnd = 0;
    Ms worked = 0;
    Ms workBegan = -1;
};

/// Why a column's jobs wait, and what stops those that run.
enum Gate : std::uint8_t { DozeGate = 1, BatteryGate = 2, ChargingGate = 4, IdleGate = 8, NetworkGate = 16 };

struct Column {
    Apps waiting = 0;
    std::uint8_t asks = 0; ///< those gates that the device shuts, awake or not
    std::uint8_t shut = 0; ///< and Doze
    bool idlePath = false; ///< of the device: the idle path of the restricted bucket is open
    StopReason stops = StopReason::Undefined;
};

/// What the simulator's apps do next at this very instant, in order.
enum class Next : std::uint8_t { Connect, Answer, AnswerStop };

} // namespace

class DensePlayer::Turns {
public:
    Turns(const DensePhone& phone, std::vector<Record>& records)
        : phone_(phone), c_(phone.constants), records_(records), next_(records.data()),
          doze_(c_, phone.moves, Say{*this}), device_(phone.device), slots_(phone.slots[1]),
          columnCount_(phone.columns.size()), sleepers_(phone.columns.size()) {
        begin();
    }

    std::size_t run() {
        for (const DenseEntry& entry : phone_.timeline) {
            if (entry.at > phone_.until) break;
            advance(entry.at, entry.at);
            if (entry.job >= 0)
                schedule(entry.job);
            else if (entry.device != device_)
                change(entry.device);
            advance(entry.at, never);
        }
        advance(phone_.until, never);
        return static_cast<std::size_t>(next_ - records_.data());
    }

private:
    struct Say {
        Turns& turns;
        template <class Of> void operator()(Record::What machine, Of from, Of to) const {
            turns.note(machine, static_cast<std::uint8_t>(from), static_cast<std::uint16_t>(to), 0);
        }
    };

    void note(Record::What what, std::uint8_t from, std::uint16_t number, std::int32_t more) {
        makeRoom(1);
        *next_++ = {now_, what, from, number, more};
    }
    void noteJob(Record::What what, int job, std::int32_t more = 0) {
        note(what, 0, static_cast<std::uint16_t>(job), more);
    }
    void makeRoom(std::ptrdiff_t count) {
        if (records_.data() + records_.size() - next_ >= count) return;
        const auto used = next_ - records_.data();
        records_.resize(2 * records_.size() + mostApps);
        next_ = records_.data() + used;
    }

    const DenseJob& of(int job) const { return phone_.jobs[static_cast<std::size_t>(job)]; }

    int appCount() const { return static_cast<int>(phone_.apps.size()); }

    // Time.

    void begin() {
        if (phone_.jobs.size() > mostJobs || phone_.slots[0] > mostRuns || phone_.slots[1] > mostRuns) {
            std::fprintf(stderr, "the bound plays fewer jobs than that\n");
            std::exit(1);
        }
        for (std::size_t n = 0; n < columnCount_; ++n)
            columnsNetwork_ |= phone_.columns[n].network ? 1U << n : 0;
        for (int app = 0; app < appCount(); ++app)
            setNextBucket(app);
        batteryLow_ = !device_.plugged && device_.battery <= c_.batteryLow;
        const Ms gone = device_.screenOn ? never : 0;
        if (gone == 0) idleAt_ = (c_.idleThreshold + c_.idleSlop).count(), quietAt_ = c_.screenOffSettle.count();
        doze_.follow(isAwake(), false, device_.network >= 0, now_);
        askDevice();
        askDoze();
        setAges();
        setDeadline();
    }

    // Deadlines first, then what apps do at once, then their reports; those of `reportsBefore` and later may wait.
    void advance(Ms target, Ms reportsBefore) {
        for (;;) {
            const bool atOnce = firstNext_ != lastNext_;
            const Ms report = reports_.empty() ? never : static_cast<Ms>(*reports_.begin() >> reportBits);
            if (!atOnce) {
                const Ms first = std::min(deadline_, report < reportsBefore ? report : never);
                if (first > target) break;
                now_ = std::max(now_, first);
            }
            if (deadline_ <= now_)
                tick();
            else if (atOnce)
                doNext();
            else
                finish();
        }
        now_ = target;
    }

    void tick() {
        beginTurn();
        settle();
    }

    void beginTurn() {
        if (now_ >= std::min(idleAt_, quietAt_)) ageDevice();
        if (now_ >= dozeAt_) ringDoze();
        if (now_ >= std::min(agesAt_, spentAt_)) ageApps();
    }

    void settle() {
        if (!hasNews() && sleepers_.next() > now_ && quotaAt_ > now_ && dozeAt_ > now_) {
            if (deadline_ <= now_) setDeadline();
            return;
        }
        do {
            if (appNews_ || powerNews_) accountAll();
            if (deviceNews_) askDevice();
            if (deviceNews_ || dozeNews_)
                askDoze(), stopShut();
            else if (appNews_ & running_)
                stopSpent(appNews_ & running_);
            while (sleepers_.next() <= now_)
                wait(sleepers_.take());
            askQuotas();
            networkNews_ = powerNews_ = deviceNews_ = dozeNews_ = false;
            if (runs_ < slots_) fill();
            if (dozeAt_ <= now_) ringDoze();
        } while (dozeNews_);
        tellNetworks();
        setDeadline();
    }
    bool hasNews() const { return deviceNews_ || dozeNews_ || appNews_; }

    void setDeadline() {
        const Ms ofDevice = std::min(dozeAt_, std::min(idle_ ? never : idleAt_, interactive_ ? quietAt_ : never));
        const Ms ofApps = std::min(std::min(agesAt_, spentAt_), quotaAt_);
        deadline_ = std::min(std::min(ofDevice, ofApps), sleepers_.next());
    }

    // The device.

    bool isAwake() const { return device_.plugged || device_.screenOn; }

    void ageDevice() {
        if (!idle_ && idleAt_ <= now_) idle_ = true, idleChanged();
        if (!interactive_ || quietAt_ > now_) return;
        interactive_ = false;
        slots_ = phone_.slots[0];
        deviceNews_ = true;
    }
    void idleChanged() {
        deviceNews_ = true;
        appNews_ |= restricted_; // limits.md §5: what their idle path goes by
    }

    void change(const DenseDevice& is) {
        beginTurn();
        const DenseDevice was = std::exchange(device_, is);
        if (was.screenOn != is.screenOn) {
            if (was.screenOn) lit_ += now_ - litSince_;
            litSince_ = now_;
            const Ms idleAt = is.screenOn ? never : now_ + (c_.idleThreshold + c_.idleSlop).count();
            quietAt_ = is.screenOn ? never : now_ + c_.screenOffSettle.count();
            interactive_ = quietAt_ > now_;
            slots_ = phone_.slots[interactive_];
            idleAt_ = idleAt;
            idle_ = idleAt_ <= now_;
            idleChanged();
            setAges();
        }
        const bool low = !is.plugged && (is.battery <= c_.batteryLow || (batteryLow_ && is.battery < c_.batteryOkay));
        if (was.plugged != is.plugged || was.charging != is.charging || low != batteryLow_) powerNews_ = true;
        batteryLow_ = low;
        if (was.network != is.network) networkNews_ = true, appNews_ |= restricted_;
        deviceNews_ |= powerNews_ || networkNews_;
        doze_.follow(isAwake(), runs_ > 0, is.network >= 0, now_);
        dozeChanged();
        settle();
    }

    void ringDoze() {
        doze_.ring(runs_ > 0, device_.network >= 0, now_);
        dozeChanged();
    }
    void dozeChanged() {
        dozeNews_ = true;
        dozeAt_ = doze_.due(runs_ > 0);
    }

    // What each column asks of the device.
    void askDevice() {
        const bool rests = device_.charging && !batteryLow_ && idle_;
        const DenseNetwork none;
        const DenseNetwork& network =
            device_.network < 0 ? none : phone_.networks[static_cast<std::size_t>(device_.network)];
        for (std::size_t n = 0; n < columnCount_; ++n) {
            const Asks& asks = phone_.columns[n];
            const bool fits = network.usable && (network.capabilities & asks.capabilities) == asks.capabilities &&
                              (asks.transports == 0 || (network.transports & asks.transports));
            std::uint8_t shut = 0;
            if (asks.batteryNotLow && batteryLow_) shut |= BatteryGate;
            if (asks.charging && (!device_.charging || batteryLow_)) shut |= ChargingGate;
            if (asks.idle && !idle_) shut |= IdleGate;
            if (asks.network && !fits) shut |= NetworkGate;
            columns_[n].asks = shut;
            columns_[n].idlePath = rests && (!asks.network || network.unmetered);
        }
    }
    void askDoze() {
        const bool dozes = doze_.idle(), holds = doze_.holds();
        for (std::size_t n = 0; n < columnCount_; ++n) {
            Column& column = columns_[n];
            column.stops = dozes ? StopReason::DeviceState : reasonOf(column.asks);
            column.shut = column.asks | (holds ? DozeGate : 0) | (dozes && asksNetwork(n) ? NetworkGate : 0);
        }
    }

    static StopReason reasonOf(std::uint8_t shut) {
        if (shut & BatteryGate) return StopReason::ConstraintBatteryNotLow;
        if (shut & ChargingGate) return StopReason::ConstraintCharging;
        if (shut & IdleGate) return StopReason::ConstraintDeviceIdle;
        if (shut & NetworkGate) return StopReason::ConstraintConnectivity;
        return StopReason::Undefined;
    }

    // Apps, by the clocks that they age by (limits.md §2.3).

    Ms litAt(Ms now) const { return device_.screenOn ? lit_ + (now - litSince_) : lit_; }

    void setNextBucket(int app) {
        const DenseTimeout* const row = timeoutBelow(app);
        agesRunning_[app] = row ? row->elapsed : never;
        agesLit_[app] = row ? row->screenOn : 0;
    }
    const DenseTimeout* timeoutBelow(int app) const {
        const std::size_t next = depth_[app];
        return next < phone_.timeouts.size() ? &phone_.timeouts[next] : nullptr;
    }
    // Both clocks must have come that far; the second stands still while the screen is off.
    Ms agesAt(int app) const {
        const Ms lack = agesLit_[app] - litAt(now_);
        if (lack <= 0) return agesRunning_[app];
        return device_.screenOn ? std::max(agesRunning_[app], now_ + lack) : never;
    }
    // Before the first has come far enough on the one clock nobody need look at the other.
    void setAges() {
        agesAt_ = agesNotBefore_;
        if (agesNotBefore_ > now_) return;
        agesAt_ = never;
        for (int app = 0; app < appCount(); ++app)
            agesAt_ = std::min(agesAt_, std::max(agesAt(app), now_ + 1));
    }

    void ageApps() {
        if (agesAt_ <= now_) {
            agesNotBefore_ = never;
            for (int app = 0; app < appCount(); ++app) {
                if (agesAt(app) <= now_) age(app);
                agesNotBefore_ = std::min(agesNotBefore_, agesRunning_[app]);
            }
            setAges();
        }
        if (spentAt_ > now_) return;
        spentAt_ = never;
        eachBit(sessions_, [&](int app) {
            const Ms spent = ledgers_[app].spentAt(quotaOf(app), now_);
            if (spent <= now_)
                appNews_ |= bitOf(app);
            else
                spentAt_ = std::min(spentAt_, spent);
        });
    }

    void age(int app) {
        const Bucket was = buckets_[app];
        while (agesAt(app) <= now_) {
            buckets_[app] = timeoutBelow(app)->bucket;
            ++depth_[app];
            setNextBucket(app);
        }
        const Bucket is = buckets_[app];
        note(Record::What::Bucket, static_cast<std::uint8_t>(was), static_cast<std::uint16_t>(is), app);
        if (is >= Bucket::Rare) rare_ |= bitOf(app);
        if (is == Bucket::Restricted) restricted_ |= bitOf(app);
        appNews_ |= bitOf(app);
        ledgers_[app].forgetVerdict();
        if (sessions_ & bitOf(app)) spentAt_ = std::min(spentAt_, ledgers_[app].spentNotBefore(quotaOf(app)));
    }

    // Quota of regular jobs (limits.md §3).

    const DenseQuota& quotaOf(int app) const { return phone_.quotas[static_cast<std::size_t>(buckets_[app])]; }
    bool isFree(int app) const { return device_.charging && !(restricted_ & bitOf(app)); }

    void accountAll() {
        eachBit(powerNews_ ? appNews_ | running_ : appNews_, [&](int app) { account(app); });
    }
    void account(int app) {
        const bool counts = counted_[app] > 0 && !isFree(app);
        Ledger& ledger = ledgers_[app];
        if (counts == ledger.open()) return;
        if (!counts) {
            ledger.closeSession(now_, c_);
            sessions_ &= ~bitOf(app);
            return;
        }
        ledger.openSession(counted_[app], now_);
        sessions_ |= bitOf(app);
        spentAt_ = std::min(spentAt_, ledger.spentNotBefore(quotaOf(app)));
    }

    void askQuotas() {
        Apps asked = appNews_;
        if (powerNews_) asked = phone_.allApps();
        if (quotaAt_ <= now_) asked |= ~inQuota_ & phone_.allApps(), quotaAt_ = never;
        appNews_ = 0;
        eachBit(asked & waiting(), [&](int app) { askQuota(app); });
    }
    void askQuota(int app) {
        const Ledger::Verdict verdict =
            isFree(app) ? Ledger::Verdict{true} : ledgers_[app].waiting(quotaOf(app), now_, c_);
        inQuota_ = verdict.in ? inQuota_ | bitOf(app) : inQuota_ & ~bitOf(app);
        quotaAt_ = std::min(quotaAt_, verdict.again);
    }

    Apps waiting() const {
        Apps any = 0;
        for (std::size_t n = 0; n < columnCount_; ++n)
            any |= columns_[n].waiting;
        return any;
    }
    // Of a column's apps those whose quota lets them.
    Apps within(const Column& column) const {
        return column.waiting & (column.idlePath ? inQuota_ | restricted_ : inQuota_);
    }

    // Jobs that wait.

    void schedule(int job) {
        beginTurn();
        noteJob(Record::What::Scheduled, job);
        const DenseJob& is = of(job);
        Life& life = lives_[job];
        life.enqueued = now_;
        life.sequence = ++sequence_;
        appNews_ |= bitOf(is.app);
        if (!is.watches) { // else it sleeps for good
            life.windowEnd = now_ + is.interval;
            park(job, life.windowEnd - is.flex);
        }
        settle();
    }

    void park(int job, Ms notBefore) {
        if (notBefore <= now_) return wait(job);
        sleepers_.put(of(job).column, notBefore, job);
    }

    void wait(int job) {
        const DenseJob& is = of(job);
        Life& life = lives_[job];
        columns_[is.column].waiting |= bitOf(is.app);
        lines_[is.column].put(placeOf(life, is.app));
        jobs_[is.column][is.app] = static_cast<std::uint16_t>(job);
        askQuota(is.app);
    }
    static std::uint64_t placeOf(const Life& life, int app) {
        return static_cast<std::uint64_t>(life.enqueued) << appBits | static_cast<unsigned>(app);
    }

    // jobs.md §3.4: apps by turns, the one first whose next job was enqueued first.
    void fill() {
        int app = -1, taken = 0;
        while (runs_ < slots_) {
            std::array<Apps, mostColumns> opens;
            Apps apps = 0;
            for (std::size_t n = 0; n < columnCount_; ++n)
                apps |= opens[n] = columns_[n].shut ? 0 : within(columns_[n]);
            if (!apps) return;
            const bool stays =
                app >= 0 && (apps & bitOf(app)) && taken < inARow(static_cast<std::size_t>(std::popcount(apps)));
            if (!stays) taken = 0;
            const int job = firstOf(opens, stays ? bitOf(app) : apps);
            app = of(job).app;
            ++taken;
            start(job);
        }
    }
    int firstOf(const std::array<Apps, mostColumns>& opens, Apps apps) const {
        std::uint64_t place = UINT64_MAX;
        int first = -1;
        for (std::size_t n = 0; n < columnCount_; ++n) {
            const Apps open = opens[n] & apps;
            if (!open) continue;
            const std::uint64_t* item = lines_[n].begin();
            while (!(open >> (*item & (mostApps - 1)) & 1))
                ++item;
            const int job = jobs_[n][*item & (mostApps - 1)];
            if (*item > place || (*item == place && lives_[first].sequence < lives_[job].sequence)) continue;
            place = *item;
            first = job;
        }
        return first;
    }

    // Runs.

    void start(int job) {
        const DenseJob& is = of(job);
        const Apps bit = bitOf(is.app);
        Life& life = lives_[job];
        Column& column = columns_[is.column];
        column.waiting &= ~bit;
        Line<mostApps>& line = lines_[is.column];
        line.take(std::find(line.begin(), line.end(), placeOf(life, is.app)));
        life.state = State::Binding;
        life.stops = false;
        life.byIdlePath = column.idlePath && (restricted_ & bit) && !(askQuota(is.app), inQuota_ & bit);
        order_[runs_++] = static_cast<std::uint16_t>(job);
        if (runs_ == 1) dozeAt_ = doze_.due(true);
        ++ofApp_[is.app];
        running_ |= bit;
        if (asksNetwork(is.column)) {
            life.network = device_.network;
            ++networkRuns_[is.app];
            networked_ |= bit;
        }
        if (!life.byIdlePath) {
            if (!isFree(is.app)) ledgers_[is.app].noteStart(now_, c_);
            ++counted_[is.app];
            account(is.app);
        }
        if (waiting() & bit) askQuota(is.app); // what began just now may have used up the rest
        later(Next::Connect, job);
    }

    bool asksNetwork(std::size_t column) const { return columnsNetwork_ >> column & 1; }

    void later(Next what, int job) { nexts_[lastNext_++ % mostNexts] = {what, static_cast<std::uint16_t>(job)}; }

    void doNext() {
        const auto [what, job] = nexts_[firstNext_++ % mostNexts];
        beginTurn();
        Life& life = lives_[job];
        switch (what) {
        case Next::Connect:
            if (life.stops) {
                tryAgain(job);
                break;
            }
            life.state = State::Starting;
            noteJob(Record::What::Started, job);
            beginWork(job);
            later(Next::Answer, job);
            break;
        case Next::Answer:
            life.state = State::Executing;
            appNews_ |= restricted_ & bitOf(of(job).app); // limits.md §5: its start may have been the one too many
            if (std::exchange(life.stops, false))
                stop(job, life.reason);
            else
                tellRun(job);
            break;
        case Next::AnswerStop:
            tryAgain(job);
            break;
        }
        settle();
    }

    void beginWork(int job) {
        Life& life = lives_[job];
        life.workBegan = now_;
        const Ms left = std::max<Ms>(of(job).works - life.worked, 0);
        reports_.put(static_cast<std::uint64_t>(now_ + left) << reportBits | ++begun_ % mostBegun << jobBits |
                     static_cast<unsigned>(job));
    }

    void finish() {
        const int job = jobIn(*reports_.begin());
        reports_.takeFirst();
        beginTurn();
        noteJob(Record::What::Finished, job);
        endRun(job);
        Life& life = lives_[job];
        life.workBegan = -1;
        life.worked = 0;
        life.systemStops = 0;
        park(job, nextWindow(of(job), life));
        settle();
    }

    // jobs.md §6.5.
    Ms nextWindow(const DenseJob& is, Life& life) const {
        const Ms latest = life.windowEnd;
        if (now_ <= latest) {
            const Ms left = latest - now_, sixth = is.interval / 6, most = c_.periodicBuffer.count();
            const Ms buffer = left < most && left < sixth ? std::min(most, sixth - left) : 0;
            life.windowEnd = latest + is.interval;
            return life.windowEnd - std::min(is.flex, is.interval - buffer);
        }
        const Ms late = now_ - latest;
        Ms windows = late / is.interval + 1;
        if (is.flex != is.interval && is.interval - is.flex - late % is.interval <= is.flex / 6) ++windows;
        life.windowEnd = latest + windows * is.interval;
        return life.windowEnd - std::min(is.flex, is.interval);
    }

    void endRun(int job) {
        const DenseJob& is = of(job);
        const Apps bit = bitOf(is.app);
        Life& life = lives_[job];
        std::uint16_t* const place = std::find(order_, order_ + runs_, job);
        std::copy(place + 1, order_ + runs_, place);
        if (--runs_ == 0) dozeAt_ = doze_.due(false);
        if (--ofApp_[is.app] == 0) running_ &= ~bit;
        if (asksNetwork(is.column) && --networkRuns_[is.app] == 0) networked_ &= ~bit;
        if (!life.byIdlePath) --counted_[is.app];
        appNews_ |= bit;
        life.state = State::None;
        life.enqueued = now_;
        life.sequence = ++sequence_;
    }

    // A stop, told to the app or not, counts as the system's (jobs.md §6.3); the job rests by its back-off.
    void tryAgain(int job) {
        endRun(job);
        Life& life = lives_[job];
        if (life.systemStops < mostAttempts) ++life.systemStops;
        const Ms rest = backoff(of(job), life.systemStops / c_.systemStopToFailureRatio);
        noteJob(Record::What::Rescheduled, job, static_cast<std::int32_t>(rest));
        park(job, now_ + rest);
    }
    Ms backoff(const DenseJob& is, std::int64_t attempts) const {
        const Ms most = c_.maxBackoff.count();
        if (attempts == 0) return 0;
        if (is.linear) return attempts > most / is.backoff ? most : is.backoff * attempts;
        Ms delay = is.backoff;
        for (std::int64_t n = 1; n < attempts && delay < most; ++n)
            delay *= 2;
        return std::min(delay, most);
    }

    void stop(int job, StopReason reason) {
        Life& life = lives_[job];
        if (life.state == State::Stopping || life.stops) return; // the first reason stands
        life.reason = reason;
        if (life.state != State::Executing) {
            life.stops = true; // remembered until it can be asked
            return;
        }
        life.state = State::Stopping;
        life.worked += now_ - life.workBegan;
        life.workBegan = -1;
        const auto report =
            std::find_if(reports_.begin(), reports_.end(), [&](std::uint64_t item) { return jobIn(item) == job; });
        reports_.take(report);
        noteJob(Record::What::Stopped, job, static_cast<std::int32_t>(reason));
        later(Next::AnswerStop, job);
    }

    // Of several gates that shut at one instant the smallest in rank is told (limits.md §9): Doze, quota, constraints.
    void stopShut() {
        for (int n = 0; n < runs_; ++n) {
            const int job = order_[n];
            const StopReason reason = stopReason(job);
            if (reason != StopReason::Undefined)
                stop(job, reason);
            else if (networkNews_)
                tellRun(job);
        }
    }
    StopReason stopReason(int job) const {
        const DenseJob& is = of(job);
        const Column& column = columns_[is.column];
        if (column.stops == StopReason::DeviceState) return column.stops;
        const bool spent = !goesOn(is.app);
        if (spent && !lives_[job].byIdlePath) return StopReason::Quota;
        if (column.stops != StopReason::Undefined || !spent) return column.stops;
        // limits.md §5: it began by the idle path, and has nothing else to run by.
        if (!device_.charging || batteryLow_ || !idle_) return StopReason::AppStandby;
        return column.idlePath ? StopReason::Undefined : StopReason::ConstraintConnectivity;
    }
    bool goesOn(int app) const {
        return isFree(app) || ledgers_[app].goesOn(quotaOf(app), (restricted_ & bitOf(app)) != 0, now_, c_);
    }
    void stopSpent(Apps apps) {
        for (int n = 0; n < runs_; ++n) {
            const int job = order_[n];
            if (!(apps >> of(job).app & 1)) continue;
            if (const StopReason reason = stopReason(job); reason != StopReason::Undefined) stop(job, reason);
        }
    }

    // jobs.md §4.7: what runs hears of another network; before it runs, once it does.
    void tellRun(int job) {
        Life& life = lives_[job];
        if (life.state != State::Executing || !asksNetwork(of(job).column)) return;
        if (device_.network < 0 || std::exchange(life.network, device_.network) == device_.network) return;
        noteJob(Record::What::NetworkChanged, job);
    }

    // Each app's background network (limits.md §8.1).
    void tellNetworks() {
        Apps lifted = networked_; // limits.md §8.3: for what runs with a network, or lacks nothing else
        for (std::size_t n = 0; n < columnCount_; ++n)
            if (asksNetwork(n) && !(columns_[n].shut & ~NetworkGate)) lifted |= within(columns_[n]);
        const Apps standby = device_.charging ? 0 : rare_ & ~lifted;
        const Apps doze = doze_.idle() ? phone_.allApps() & ~standby : 0;
        const Apps changed = (standby ^ toldStandby_) | (doze ^ toldDoze_);
        if (!changed) return;
        toldStandby_ = standby;
        toldDoze_ = doze;
        makeRoom(mostApps);
        eachBit(changed, [&](int app) {
            const auto access = standby >> app & 1 ? Record::Standby : doze >> app & 1 ? Record::Doze : Record::Allowed;
            *next_++ = {now_, Record::What::Network, static_cast<std::uint8_t>(app), access, 0};
        });
    }

    static constexpr int appBits = 6, reportBits = 22;
    static constexpr std::uint64_t mostBegun = 1 << (reportBits - jobBits);
    static constexpr unsigned mostNexts = 256;

    const DensePhone& phone_;
    const Constants& c_;
    std::vector<Record>& records_;
    Record* next_;
    Ms now_ = 0;
    Ms deadline_ = 0;

    // The device, and what follows from it.
    DozeMachines<Say> doze_;
    DenseDevice device_;
    bool batteryLow_ = false, idle_ = false, interactive_ = true;
    Ms idleAt_ = never, quietAt_ = never, dozeAt_ = never;
    Ms lit_ = 0, litSince_ = 0;
    int slots_;

    // What is no longer as it was.
    bool powerNews_ = false, networkNews_ = false, deviceNews_ = false, dozeNews_ = false;
    Apps appNews_ = 0;

    // Apps.
    Apps rare_ = 0, restricted_ = 0; ///< rare or worse
    Apps inQuota_ = 0;               ///< as last asked
    Apps sessions_ = 0;              ///< with one that is open
    Apps running_ = 0, networked_ = 0;
    Apps toldStandby_ = 0, toldDoze_ = 0;
    Ms agesNotBefore_ = 0; ///< none is in another bucket
    Ms agesAt_ = never, spentAt_ = never, quotaAt_ = never;
    std::array<Bucket, mostApps> buckets_ = filled(Bucket::Active);
    std::array<std::uint8_t, mostApps> depth_{}; ///< which row of the time-outs comes next
    std::array<Ms, mostApps> agesRunning_{}, agesLit_{};
    std::array<std::uint8_t, mostApps> ofApp_{}, networkRuns_{}, counted_{};
    std::array<Ledger, mostApps> ledgers_;

    // Jobs.
    std::size_t columnCount_;
    std::array<Column, mostColumns> columns_;
    std::array<Line<mostApps>, mostColumns> lines_; ///< of those that wait, by when they were enqueued, and app
    unsigned columnsNetwork_ = 0;
    std::uint16_t jobs_[mostColumns][mostApps];
    std::array<Life, mostJobs> lives_;
    Sleepers sleepers_;
    std::uint64_t sequence_ = 0;

    // Runs, in the order in which they began, and what their apps do.
    int runs_ = 0;
    std::uint16_t order_[mostRuns];
    Line<mostRuns> reports_;
    std::uint64_t begun_ = 0;
    std::pair<Next, std::uint16_t> nexts_[mostNexts];
    unsigned firstNext_ = 0, lastNext_ = 0;

    static std::array<Bucket, mostApps> filled(Bucket bucket) {
        std::array<Bucket, mostApps> all;
        all.fill(bucket);
        return all;
    }
};

DensePlayer::DensePlayer() = default;
DensePlayer::~DensePlayer() = default;

std::span<const Record> DensePlayer::play(const DensePhone& phone) {
    Turns turns(phone, records_);
    const std::size_t count = turns.run();
    return {records_.data(), count};
}

} // namespace stint::bench
