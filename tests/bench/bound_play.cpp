// The turn of the core, with the same order in it (contract/core/scheduler.cpp), so that what happens at one instant is
// written in the same order. What changes is noted in bits, and only those bits are looked at.
#include "bench/bound_play.hpp"

#include <algorithm>
#include <utility>

#include "bench/bound_device.hpp"
#include "bench/bound_doze.hpp"
#include "bench/bound_quotas.hpp"
#include "bench/bound_ready.hpp"
#include "contract/model/job.hpp"

namespace stint::bench {
namespace {

/// A run's state, the core's.
enum class State : std::uint8_t { None, Binding, Starting, Executing, Stopping };

/// The parts of a job that change.
struct Life {
    State state = State::None;
    bool stops = false; ///< as soon as it can be asked to
    bool byIdlePath = false;
    std::int8_t network = -1; ///< its run was told of
    std::int16_t systemStops = 0;
    StopReason reason = STOP_REASON_UNDEFINED;
    Place place;
    Ms windowEnd = 0;
    Ms worked = 0;
    Ms workBegan = 0;
};

/// The next step of the simulator's apps at this very instant.
enum class Next : std::uint8_t { Connect, Answer, AnswerStop };

} // namespace

class DensePlayer::Turns {
public:
    Turns(const DensePhone& phone, std::vector<Record>& records)
        : phone_(phone), c_(phone.constants), records_(records), next_(records.data()), device_(phone),
          doze_(c_, phone.moves, Say{*this}), ages_(phone), quotas_(phone, ages_), ready_(phone),
          sleepers_(phone.columns.size()) {
        doze_.follow(device_.awake(), false, device_.hasNetwork(), now_);
        askDevice();
        askDoze();
        setDeadline();
    }

    std::size_t run() {
        for (const DenseEntry& entry : phone_.timeline) {
            if (entry.at > phone_.until) break;
            advance(entry.at, entry.at);
            if (entry.job >= 0)
                schedule(entry.job);
            else if (entry.device != device_.is())
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
    Life& lifeOf(int job) { return lives_[static_cast<std::size_t>(job)]; }
    bool charging() const { return device_.is().charging; }

    // Time.

    // Deadlines first, then what apps do at once, then their reports; those of `reportsBefore` and later may wait.
    void advance(Ms target, Ms reportsBefore) {
        for (;;) {
            const bool atOnce = firstNext_ != lastNext_;
            if (!atOnce) {
                const Ms report = reports_.empty() ? never : static_cast<Ms>(*reports_.begin() >> reportBits);
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
        if (now_ >= device_.due()) take(device_.age(now_));
        if (now_ >= dozeAt_) ringDoze();
        if (now_ >= ages_.due()) ageApps();
        if (now_ >= quotas_.spentAt()) appNews_ |= quotas_.takeSpent(now_);
    }

    void settle() {
        if (!hasNews() && sleepers_.next() > now_ && quotas_.returns() > now_ && dozeAt_ > now_) {
            if (deadline_ <= now_) setDeadline();
            return;
        }
        do {
            eachBit(powerNews_ ? appNews_ | running_ : appNews_, [&](int app) { account(app); });
            if (deviceNews_) askDevice();
            if (deviceNews_ || dozeNews_)
                askDoze(), stopShut(phone_.allApps());
            else if (appNews_ & running_)
                stopShut(appNews_);
            while (sleepers_.next() <= now_)
                wait(sleepers_.take());
            askQuotas();
            networkNews_ = powerNews_ = deviceNews_ = dozeNews_ = false;
            fill();
            if (dozeAt_ <= now_) ringDoze();
        } while (dozeNews_);
        tellNetworks();
        setDeadline();
    }
    bool hasNews() const { return deviceNews_ || dozeNews_ || appNews_; }

    void setDeadline() {
        const Ms ofDevice = std::min(dozeAt_, device_.due());
        const Ms ofApps = std::min(std::min(ages_.due(), quotas_.spentAt()), quotas_.returns());
        deadline_ = std::min(std::min(ofDevice, ofApps), sleepers_.next());
    }

    // The device.

    void take(DeviceNews news) {
        powerNews_ |= news.power;
        networkNews_ |= news.network;
        deviceNews_ |= news.any();
        if (news.idle || news.network) appNews_ |= ages_.restricted(); // limits.md §5: what their idle path goes by
    }

    void change(const DenseDevice& is) {
        beginTurn();
        const DeviceNews news = device_.change(is, now_);
        if (news.screen) ages_.turnScreen(is.screenOn, now_);
        take(news);
        doze_.follow(device_.awake(), runs_ > 0, device_.hasNetwork(), now_);
        dozeChanged();
        settle();
    }

    void ringDoze() {
        doze_.ring(runs_ > 0, device_.hasNetwork(), now_);
        dozeChanged();
    }
    void dozeChanged() {
        dozeNews_ = true;
        dozeAt_ = doze_.due(runs_ > 0);
    }

    // Computes the device's answer to each column.
    void askDevice() {
        const bool rests = charging() && !device_.batteryLow() && device_.idle();
        const DenseNetwork none;
        const DenseNetwork& network = device_.hasNetwork() ? phone_.networks[device_.network()] : none;
        for (std::size_t n = 0; n < ready_.count(); ++n) {
            const Asks& asks = phone_.columns[n];
            const bool fits = network.usable && (network.capabilities & asks.capabilities) == asks.capabilities &&
                              (asks.transports == 0 || (network.transports & asks.transports));
            std::uint8_t shut = 0;
            if (asks.batteryNotLow && device_.batteryLow()) shut |= BatteryGate;
            if (asks.charging && (!charging() || device_.batteryLow())) shut |= ChargingGate;
            if (asks.idle && !device_.idle()) shut |= IdleGate;
            if (asks.network && !fits) shut |= NetworkGate;
            ready_[n].asks = shut;
            ready_[n].idlePath = rests && (!asks.network || network.unmetered);
        }
    }
    void askDoze() {
        const bool dozes = doze_.idle(), holds = doze_.holds();
        for (std::size_t n = 0; n < ready_.count(); ++n) {
            Column& column = ready_[n];
            column.stops = dozes ? STOP_REASON_DEVICE_STATE : reasonOf(column.asks);
            column.shut = column.asks | (holds ? DozeGate : 0) | (dozes && column.network ? NetworkGate : 0);
        }
    }

    static StopReason reasonOf(std::uint8_t shut) {
        if (shut & BatteryGate) return STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW;
        if (shut & ChargingGate) return STOP_REASON_CONSTRAINT_CHARGING;
        if (shut & IdleGate) return STOP_REASON_CONSTRAINT_DEVICE_IDLE;
        if (shut & NetworkGate) return STOP_REASON_CONSTRAINT_CONNECTIVITY;
        return STOP_REASON_UNDEFINED;
    }

    // Apps.

    void ageApps() {
        ages_.age(now_, [&](int app, Bucket was, Bucket is) {
            note(Record::What::Bucket, static_cast<std::uint8_t>(was), static_cast<std::uint16_t>(is), app);
            quotas_.rebase(app);
            appNews_ |= bitOf(app);
        });
    }

    void account(int app) { quotas_.account(app, charging(), now_); }
    void ask(int app) { quotas_.ask(app, charging(), now_); }
    void askQuotas() {
        Apps asked = powerNews_ ? phone_.allApps() : appNews_;
        if (quotas_.returns() <= now_) asked |= quotas_.takeReturning();
        appNews_ = 0;
        eachBit(asked & ready_.waiting(), [&](int app) { ask(app); });
    }
    // A column's apps whose quota lets them run, or the idle path.
    Apps within(const Column& column) const {
        return column.waiting & (column.idlePath ? quotas_.in() | ages_.restricted() : quotas_.in());
    }

    // Each app's background network (limits.md §8.1).
    void tellNetworks() {
        Apps lifted = networked_; // limits.md §8.3: for what runs with a network, or lacks nothing else
        for (std::size_t n = 0; n < ready_.count(); ++n)
            if (ready_[n].network && !(ready_[n].shut & ~NetworkGate)) lifted |= within(ready_[n]);
        const Apps standby = charging() ? 0 : ages_.rare() & ~lifted;
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

    // Jobs that wait.

    void schedule(int job) {
        beginTurn();
        noteJob(Record::What::Scheduled, job);
        const DenseJob& is = of(job);
        Life& life = lifeOf(job);
        life.place = {now_, ++sequence_};
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
        ready_.put(is.column, is.app, job, lifeOf(job).place);
        ask(is.app);
    }

    void fill() {
        const int slots = phone_.slots[device_.interactive()];
        for (Ready::Pass pass; runs_ < slots;) {
            const int job = ready_.next(pass, [&](const Column& column) { return within(column); });
            if (job < 0) return;
            start(job);
        }
    }

    // Runs.

    void start(int job) {
        const DenseJob& is = of(job);
        const Apps bit = bitOf(is.app);
        Life& life = lifeOf(job);
        ready_.take(is.column, is.app, life.place);
        life.state = State::Binding;
        life.stops = false;
        life.byIdlePath = false;
        if (ready_[is.column].idlePath && (ages_.restricted() & bit)) {
            ask(is.app);
            life.byIdlePath = !(quotas_.in() & bit);
        }
        order_[runs_++] = static_cast<std::uint16_t>(job);
        if (runs_ == 1) dozeAt_ = doze_.due(true);
        ++runsOf_[is.app];
        running_ |= bit;
        if (ready_[is.column].network) {
            life.network = device_.is().network;
            ++networkRunsOf_[is.app];
            networked_ |= bit;
        }
        if (!life.byIdlePath) {
            quotas_.begin(is.app, charging(), now_);
            account(is.app);
        }
        if (ready_.waiting() & bit) ask(is.app); // what began just now may have used up the rest
        later(Next::Connect, job);
    }

    void later(Next what, int job) { nexts_[lastNext_++ % mostNexts] = {what, static_cast<std::uint16_t>(job)}; }

    void doNext() {
        const auto [what, job] = nexts_[firstNext_++ % mostNexts];
        beginTurn();
        Life& life = lifeOf(job);
        switch (what) {
        case Next::Connect:
            if (life.stops) {
                tryAgain(job); // it is never called
                break;
            }
            life.state = State::Starting;
            noteJob(Record::What::Started, job);
            beginWork(job);
            later(Next::Answer, job);
            break;
        case Next::Answer:
            life.state = State::Executing;
            appNews_ |= ages_.restricted() & bitOf(of(job).app); // limits.md §5: it may have been the one too many
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
        Life& life = lifeOf(job);
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
        Life& life = lifeOf(job);
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
        return life.windowEnd - is.flex;
    }

    void endRun(int job) {
        const DenseJob& is = of(job);
        const Apps bit = bitOf(is.app);
        Life& life = lifeOf(job);
        const auto end = order_.begin() + runs_;
        const auto place = std::find(order_.begin(), end, job);
        std::copy(place + 1, end, place);
        if (--runs_ == 0) dozeAt_ = doze_.due(false);
        if (--runsOf_[is.app] == 0) running_ &= ~bit;
        if (ready_[is.column].network && --networkRunsOf_[is.app] == 0) networked_ &= ~bit;
        if (!life.byIdlePath) quotas_.end(is.app);
        appNews_ |= bit;
        life.state = State::None;
        life.place = {now_, ++sequence_};
    }

    // A stop, told to the app or not, counts as the system's (jobs.md §6.3); the job rests by its back-off.
    void tryAgain(int job) {
        endRun(job);
        Life& life = lifeOf(job);
        if (life.systemStops < mostAttempts) ++life.systemStops;
        const Ms rest = backoff(of(job), life.systemStops / c_.systemStopToFailureRatio);
        noteJob(Record::What::Rescheduled, job, static_cast<std::int32_t>(rest));
        park(job, now_ + rest);
    }
    // jobs.md §6.2.
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
        Life& life = lifeOf(job);
        if (life.state == State::Stopping || life.stops) return; // the first reason stands
        life.reason = reason;
        if (life.state != State::Executing) {
            life.stops = true; // remembered until it can be asked
            return;
        }
        life.state = State::Stopping;
        life.worked += now_ - life.workBegan;
        reports_.take(std::find_if(reports_.begin(), reports_.end(), [&](auto word) { return jobIn(word) == job; }));
        noteJob(Record::What::Stopped, job, static_cast<std::int32_t>(reason));
        later(Next::AnswerStop, job);
    }

    // Those of these apps: stopped, or told of a network that is another now.
    void stopShut(Apps apps) {
        for (int n = 0; n < runs_; ++n) {
            const int job = order_[static_cast<std::size_t>(n)];
            if (!(apps >> of(job).app & 1)) continue;
            const StopReason reason = stopReason(job);
            if (reason != STOP_REASON_UNDEFINED)
                stop(job, reason);
            else if (networkNews_)
                tellRun(job);
        }
    }
    // If several gates shut at one instant, the smallest in rank is reported (limits.md §9): Doze, quota, constraints.
    StopReason stopReason(int job) {
        const DenseJob& is = of(job);
        const Column& column = ready_[is.column];
        if (column.stops == STOP_REASON_DEVICE_STATE) return column.stops;
        const bool spent = !quotas_.goesOn(is.app, charging(), now_);
        if (spent && !lifeOf(job).byIdlePath) return STOP_REASON_QUOTA;
        if (column.stops != STOP_REASON_UNDEFINED || !spent) return column.stops;
        // limits.md §5: it began by the idle path, and has nothing else to run by.
        if (!charging() || device_.batteryLow() || !device_.idle()) return STOP_REASON_APP_STANDBY;
        return column.idlePath ? STOP_REASON_UNDEFINED : STOP_REASON_CONSTRAINT_CONNECTIVITY;
    }

    // jobs.md §4.7: before it runs it is told nothing, but once it does.
    void tellRun(int job) {
        Life& life = lifeOf(job);
        const std::int8_t network = device_.is().network;
        if (life.state != State::Executing || network < 0 || !ready_[of(job).column].network) return;
        if (std::exchange(life.network, network) != network) noteJob(Record::What::NetworkChanged, job);
    }

    static constexpr int reportBits = 29; ///< of a report's word: which run it is, behind its time
    static constexpr std::uint64_t mostBegun = 1 << (reportBits - jobBits);
    static constexpr unsigned mostNexts = 4 * mostRuns;

    const DensePhone& phone_;
    const Constants& c_;
    std::vector<Record>& records_;
    Record* next_;
    Ms now_ = 0;
    Ms deadline_ = 0;

    // The parts that have changed.
    bool powerNews_ = false, networkNews_ = false, deviceNews_ = false, dozeNews_ = false;
    Apps appNews_ = 0;

    DeviceClock device_;
    Ms dozeAt_ = never;
    DozeMachines<Say> doze_;

    Ages ages_;
    Quotas quotas_;
    Apps running_ = 0, networked_ = 0; ///< with a run, with one that asks for a network
    Apps toldStandby_ = 0, toldDoze_ = 0;
    std::array<std::uint8_t, mostApps> runsOf_{}, networkRunsOf_{};

    Ready ready_;
    Sleepers sleepers_;
    std::uint64_t sequence_ = 0;
    std::array<Life, mostJobs> lives_;

    int runs_ = 0;
    std::array<std::uint16_t, mostRuns> order_; ///< in which they began
    Line<mostRuns> reports_;                    ///< when they finish, if nothing stops them
    std::uint64_t begun_ = 0;
    std::array<std::pair<Next, std::uint16_t>, mostNexts> nexts_; ///< in a ring, the first first
    unsigned firstNext_ = 0, lastNext_ = 0;
};

std::span<const Record> DensePlayer::play(const DensePhone& phone) {
    Turns turns(phone, records_);
    const std::size_t count = turns.run();
    return {records_.data(), count};
}

} // namespace stint::bench
