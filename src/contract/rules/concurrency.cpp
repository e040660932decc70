#include "contract/rules/concurrency.hpp"

#include <algorithm>

#include "base/result/errors.hpp"

namespace stint {

std::int64_t slotsFor(Bytes memory) {
    // jobs.md §3.6. LINUX: a low-memory device is one of at most 2 GiB (proposal; Android asks the vendor).
    if (memory <= 2_GiB) return 8;
    if (memory <= 6_GiB) return 16;
    if (memory <= 8_GiB) return 20;
    if (memory <= 12_GiB) return 32;
    return 40;
}

namespace {

RunLoad advanced(RunLoad load, Instant now, Duration period) {
    const auto spent = [&](Instant from, Instant to) { return load.running > 0 ? to - from : Duration{0}; };
    if (const auto passed = (now - load.began) / period; passed > 0) {
        const Instant edge = load.began + passed * period;
        // Only the last of the periods that have passed is recent; if several have, nothing changed in it.
        load.before = passed == 1 ? load.spent + spent(load.counted, edge) : spent(edge - period, edge);
        load.spent = Duration{0};
        load.began = load.counted = edge;
    }
    load.spent += spent(load.counted, now);
    load.counted = now;
    return load;
}

} // namespace

void noteRunBegins(App& app, Instant now, const Constants& constants) {
    app.load = advanced(app.load, now, constants.loadPeriod);
    ++app.load.running;
}

void noteRunEnds(App& app, Instant now, const Constants& constants) {
    app.load = advanced(app.load, now, constants.loadPeriod);
    if (app.load.running > 0) --app.load.running; // it was installed anew while the job ran
}

std::int64_t loadPercent(const App& app, Instant now, const Constants& constants) {
    const RunLoad load = advanced(app.load, now, constants.loadPeriod);
    return (load.before + load.spent) * 100 / (constants.loadPeriod + (now - load.began));
}

namespace {

// Requested user-initiated before expedited before regular, demoted or not (jobs.md §3.4).
int rank(JobClass requested) {
    switch (requested) {
    case JobClass::UserInitiated:
        return 0;
    case JobClass::Expedited:
        return 1;
    case JobClass::Regular:
        return 2;
    }
    return 3;
}

} // namespace

bool goesBefore(const Queued& a, const Queued& b) {
    const bool aPushed = a.gateKey.override != Override::None;
    const bool bPushed = b.gateKey.override != Override::None;
    if (aPushed != bPushed) return aPushed;
    if (const int left = rank(a.gateKey.requested), right = rank(b.gateKey.requested); left != right)
        return left < right;
    if (a.gateKey.space == b.gateKey.space && a.gateKey.priority != b.gateKey.priority)
        return a.gateKey.priority > b.gateKey.priority;
    return a.place < b.place;
}

int inARow(std::size_t apps) {
    if (apps <= 4) return 1;
    return apps <= 8 ? 2 : 3;
}

bool startsAtOnce(const GateKey& gateKey, const App& app, Instant now) {
    if (gateKey.isGuard()) return true; // jobs.md §14.5
    if (gateKey.kind == JobClass::Regular) return false;
    if (stateOf(app) == ProcessState::Top) return true;
    if (gateKey.kind != JobClass::UserInitiated) return false;
    return gateKey.inSight || (app.memory.grantUntil && now < *app.memory.grantUntil);
}

bool mayBeHeld(const GateKey& gateKey, Bucket bucket, const Constants& constants) {
    if (bucket == Bucket::Active || bucket == Bucket::Exempted) return false;
    return constants.batching && gateKey.kind == JobClass::Regular && !gateKey.retry &&
           gateKey.override == Override::None;
}

std::optional<Duration> longestHold(Bucket bucket, const Constants& constants) {
    if (bucket == Bucket::Restricted) return std::nullopt;
    return constants.batchMaxDelay;
}

std::int64_t batchSize(const Constants& constants) {
    return std::max<std::int64_t>(std::min(constants.batchMinReady, constants.slots / 3), 1);
}

namespace {

// A row of the table of jobs.md §3.6: the total in hundredths of L, the reserves in hundredths of the total (0: nothing
// reserved), and the most of BG as a fraction of the total.
struct SlotRow {
    std::int64_t total;
    PerType reserved;
    std::int64_t backgroundNumerator, backgroundDenominator;
};

// clang-format off
constexpr SlotRow slotRows[2][4] = {
    // screen on:  total  TOP FGS  UI  EJ  BG   most of BG
    {{75, {40, 20, 10, 10, 10}, 50, 100},
     {50, {40, 10, 10, 10, 10}, 40, 100},
     {40, {60, 10, 10, 10,  0},  1,   3},
     {40, {70, 10, 10,  5,  0},  1,   6}},
    // screen off
    {{100, {30, 20, 20, 15, 10}, 60, 100},
     { 90, {30, 20, 20, 15, 10}, 50, 100},
     { 60, {30, 15, 15, 10,  5}, 25, 100},
     { 40, {30, 10, 10,  5,  0}, 10, 100}},
};
// clang-format on

} // namespace

std::int32_t biasOf(ProcessState state) {
    switch (state) {
    case ProcessState::Top:
        return 40;
    case ProcessState::Visible:
    case ProcessState::ForegroundService:
        return 35;
    case ProcessState::Background:
    case ProcessState::NotRunning:
        return 0;
    }
    return 0;
}

std::int32_t biasOf(const App& app, Instant now, const Constants& constants) {
    const std::int32_t bias = biasOf(stateOf(app));
    if (bias >= biasOf(ProcessState::Top)) return bias;
    const std::int64_t load = loadPercent(app, now, constants);
    if (load >= 90) return bias - 80;
    return load >= 50 ? bias - 40 : bias;
}

WorkTypes typesOf(JobClass kind, std::int32_t bias) {
    WorkTypes types{};
    types[at(WorkType::Top)] = bias >= 40;
    types[at(WorkType::ForegroundService)] = bias >= 35 && bias < 40;
    types[at(WorkType::Background)] = bias < 35;
    types[at(WorkType::UserInitiated)] = kind == JobClass::UserInitiated;
    types[at(WorkType::Expedited)] = kind == JobClass::Expedited;
    return types;
}

std::int32_t biasForTypes(const App& app, Instant now, const Constants& constants) {
    const bool near = stateOf(app) <= ProcessState::ForegroundService; // any other app is far, whatever its load
    return near ? biasOf(app, now, constants) : 0;
}

WorkTypes typesOf(JobClass kind, const App& app, Instant now, const Constants& constants) {
    return typesOf(kind, biasForTypes(app, now, constants));
}

SlotTable slotTable(std::int64_t slots, bool interactive, Memory memory) {
    const SlotRow& row = slotRows[interactive ? 0 : 1][static_cast<std::size_t>(memory)];
    SlotTable table{.total = std::max<std::int64_t>(slots * row.total / 100, 1)};
    for (std::size_t type = 0; type < workTypes; ++type) {
        table.reserved[type] = table.total * row.reserved[type] / 100;
        table.most[type] = table.total;
    }
    table.reserved[at(WorkType::Top)] = std::max<std::int64_t>(table.reserved[at(WorkType::Top)], 1);
    const std::int64_t background = table.total * row.backgroundNumerator / row.backgroundDenominator;
    table.most[at(WorkType::Background)] = std::max<std::int64_t>(background, 1);
    return table;
}

Slots::Slots(const SlotTable& table, const PerType& running, const PerType& pending)
    : table_(table), running_(running), pending_(pending), reserved_(running), unassigned_(table.total) {
    // Slot maths, step 1: running jobs take theirs; 2: what is left fills each type's reserve; 3: the rest is given in
    // the same order up to each type's most.
    for (const std::int64_t count : running)
        unassigned_ -= count;
    const auto give = [&](std::size_t type, std::int64_t upTo) {
        const std::int64_t wanted = std::min(upTo, running[type] + pending[type]) - reserved_[type];
        const std::int64_t given = std::clamp<std::int64_t>(wanted, 0, std::max<std::int64_t>(unassigned_, 0));
        reserved_[type] += given;
        unassigned_ -= given;
    };
    for (std::size_t type = 0; type < workTypes; ++type)
        give(type, table.reserved[type]);
    for (std::size_t type = 0; type < workTypes; ++type)
        give(type, table.most[type]);
    checkSum();
}

// Every slot is some type's or unassigned, and every running job has its own.
void Slots::checkSum() const {
    std::int64_t sum = unassigned_;
    for (std::size_t type = 0; type < workTypes; ++type) {
        STINT_CHECK(reserved_[type] >= running_[type]);
        sum += reserved_[type];
    }
    STINT_CHECK(sum == table_.total);
}

bool Slots::room(std::size_t type) const {
    return running_[type] < std::min(table_.most[type], reserved_[type] + std::max<std::int64_t>(unassigned_, 0));
}

bool Slots::anyRoom(const WorkTypes& types) const {
    for (std::size_t type = 0; type < workTypes; ++type)
        if (types[type] && room(type)) return true;
    return false;
}

std::optional<WorkType> Slots::keptFor() const {
    for (std::size_t type = 0; type < workTypes; ++type)
        if (reserved_[type] > running_[type]) return static_cast<WorkType>(type);
    return std::nullopt;
}

std::optional<WorkType> Slots::take(const WorkTypes& types) {
    for (std::size_t type = 0; type < workTypes; ++type) {
        if (!types[type] || !room(type)) continue;
        if (++running_[type] > reserved_[type]) {
            ++reserved_[type];
            --unassigned_;
        }
        STINT_CHECK(running_[type] <= table_.most[type]);
        noLongerPending(types);
        checkSum();
        return static_cast<WorkType>(type);
    }
    return std::nullopt;
}

// The slots kept for the job under its other types are free again.
void Slots::noLongerPending(const WorkTypes& types) {
    for (std::size_t type = 0; type < workTypes; ++type) {
        if (!types[type]) continue;
        --pending_[type];
        const std::int64_t needed = std::max(running_[type] + pending_[type], running_[type]);
        if (reserved_[type] <= needed) continue;
        unassigned_ += reserved_[type] - needed;
        reserved_[type] = needed;
    }
}

std::int64_t appCap(JobClass kind, const Constants& constants) {
    return kind == JobClass::Expedited ? constants.appLimitExpedited : std::max<std::int64_t>(constants.slots / 2, 1);
}

Duration patience(JobClass kind, const Constants& constants) {
    switch (kind) {
    case JobClass::UserInitiated:
        return constants.maxWaitUi;
    case JobClass::Expedited:
        return constants.maxWaitExpedited;
    case JobClass::Regular:
        return constants.maxWaitRegular;
    }
    STINT_CHECK(false); // an enumerator is one of the three
    return {};
}

} // namespace stint
