#include "stintd/store/ledger_json.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/result/errors.hpp"
#include "contract/json/values.hpp"
#include "stintd/store/row_json.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

using nlohmann::json;

// The most that a constant of limits.md §11 may allow.
constexpr Range anyCount{0, 1'000'000'000};

std::int64_t count(Instant instant) { return instant.time_since_epoch().count(); }

// Writing. Each function turns a value of one type into JSON; what is null or empty gets no key.

json jsonOf(Duration length) { return length == 0ms ? json() : json(length.count()); }
json jsonOf(Instant instant) { return count(instant); }
json jsonOf(const Session& session) {
    json written = json::array({count(session.start), count(session.end), session.jobs});
    if (session.brokenOff) written.push_back(true);
    return written;
}
json jsonOf(const OpenSession& open) { return json::array({count(open.start), open.jobs}); }
json jsonOf(const RateWindow& rate) { return rate.opened ? json::array({count(*rate.opened), rate.count}) : json(); }
json jsonOf(const PushNote& note) {
    const json shown = note.shown || note.judged ? json(note.shown) : json();
    return json::array({count(note.delivered), shown, note.message, note.came.time_since_epoch().count()});
}
json jsonOf(const DayTally& tally) { return json::array({tally.of, tally.count}); }
json jsonOf(const AppDay& day);
template <class T> json jsonOf(const std::optional<T>& value) { return value ? jsonOf(*value) : json(); }
template <class T> json jsonOf(const std::vector<T>& list) {
    json written = json::array();
    const auto first = list.size() > mostEntries ? list.size() - mostEntries : 0;
    for (std::size_t i = first; i < list.size(); ++i)
        written.push_back(jsonOf(list[i]));
    return written;
}
json jsonOf(const AppDay& day) {
    return json::array({day.day, day.received, day.sent, day.metered, day.roaming, day.again, jsonOf(day.cutShort),
                        jsonOf(day.wakeUps), day.runs, day.ran.count()});
}

using Timeouts = std::map<JobClass, std::vector<Instant>>;
constexpr std::array<std::string_view, 3> classKeys{"regular", "expedited", "userInitiated"}; ///< in JobClass's order

json jsonOf(const Timeouts& timeouts) {
    json object = json::object();
    for (const auto& [kind, instants] : timeouts)
        object[classKeys[static_cast<std::size_t>(kind)]] = jsonOf(instants);
    return object;
}

template <class Ledger, class Fields> json objectOf(const Ledger& ledger, Fields fields);
json jsonOf(const QuotaLedger& ledger) { return objectOf(ledger, QuotaLedger::fields); }
json jsonOf(const ExpeditedLedger& ledger) { return objectOf(ledger, ExpeditedLedger::fields); }

class LedgerWriter {
public:
    template <class Value> void some(const char* key, const Value& value) {
        if (json part = jsonOf(value); !part.empty()) object_[key] = std::move(part);
    }
    json take() { return std::move(object_); }

private:
    json object_ = json::object();
};

template <class Ledger, class Fields> json objectOf(const Ledger& ledger, Fields fields) {
    LedgerWriter field;
    fields(field, ledger);
    return field.take();
}

// Reading. Each function reads a value of one type; the name is for error messages.

using Name = std::string_view;

Result<void> take(const json& value, Name name, Duration& length) {
    length = STINT_TRY(lengthFrom(value, name));
    return {};
}
Result<void> take(const json& value, Name name, Instant& instant) {
    instant = STINT_TRY(instantFrom(value, name));
    return {};
}
Result<void> take(const json& value, Name name, std::int64_t& count) {
    count = STINT_TRY(numberFrom(value, name, anyCount));
    return {};
}
Result<void> take(const json& value, Name name, std::int32_t& count) {
    const std::int64_t number = STINT_TRY(numberFrom(value, name, {0, std::numeric_limits<std::int32_t>::max()}));
    count = static_cast<std::int32_t>(number);
    return {};
}

/// [start, end, jobs], and a fourth, true, if the session was broken off
Result<void> take(const json& value, Name name, Session& session) {
    session.brokenOff = value.is_array() && value.size() == 4 && value[3] == true;
    STINT_TRY(checkSize(value, name, session.brokenOff ? 4 : 3));
    STINT_TRY(take(value[0], name, session.start));
    STINT_TRY(take(value[1], name, session.end));
    return take(value[2], name, session.jobs);
}

/// [start, jobs]
Result<void> take(const json& value, Name name, std::optional<OpenSession>& open) {
    STINT_TRY(checkSize(value, name, 2));
    STINT_TRY(take(value[0], name, open.emplace().start));
    return take(value[1], name, open->jobs);
}

/// [opened, count]
Result<void> take(const json& value, Name name, RateWindow& rate) {
    STINT_TRY(checkSize(value, name, 2));
    STINT_TRY(take(value[0], name, rate.opened.emplace()));
    return take(value[1], name, rate.count);
}

/// [delivered, shown, or null where that is not judged, message, came]; earlier versions lacked the last two.
Result<void> take(const json& value, Name name, PushNote& note) {
    if (!value.is_array() || value.size() != 2) STINT_TRY(checkSize(value, name, 4));
    STINT_TRY(take(value[0], name, note.delivered));
    note.judged = !value[1].is_null();
    if (note.judged) note.shown = STINT_TRY(flagFrom(value[1], name));
    if (value.size() == 2) return {};
    note.message = STINT_TRY(numberFrom(value[2], name, {0, std::numeric_limits<std::int64_t>::max()}));
    note.came = STINT_TRY(wallFrom(value[3], name));
    return {};
}

/// [of, count]
Result<void> take(const json& value, Name name, DayTally& tally) {
    STINT_TRY(checkSize(value, name, 2));
    tally.of = STINT_TRY(wordFrom(value[0], name));
    return take(value[1], name, tally.count);
}

Result<void> take(const json& value, Name name, AppDay& day);

template <class T> Result<std::vector<T>> listOf(const json& value, Name name) {
    return listFrom<T>(value, name, [](const json& entry, Name its) -> Result<T> {
        T one;
        STINT_TRY(take(entry, its, one));
        return one;
    });
}

/// [day, received, sent, metered, roaming, again, cut short, wake-ups, runs, ran]; earlier versions lacked the last
/// two.
Result<void> take(const json& value, Name name, AppDay& day) {
    if (!value.is_array() || value.size() != 8) STINT_TRY(checkSize(value, name, 10));
    constexpr std::int64_t farthest = 10'000'000; // days: as far as a date has a year
    const std::int64_t number = STINT_TRY(numberFrom(value[0], name, {-farthest, farthest}));
    day.day = static_cast<std::int32_t>(number);
    std::size_t at = 1;
    for (Bytes* const bytes : {&day.received, &day.sent, &day.metered, &day.roaming, &day.again})
        *bytes = STINT_TRY(numberFrom(value[at++], name, {0, mostCountedBytes}));
    day.cutShort = STINT_TRY(listOf<DayTally>(value[6], name));
    day.wakeUps = STINT_TRY(listOf<DayTally>(value[7], name));
    if (value.size() == 8) return {};
    STINT_TRY(take(value[8], name, day.runs));
    const Duration ran{STINT_TRY(numberFrom(value[9], name, {0, std::numeric_limits<std::int64_t>::max() / 2}))};
    day.ran = ran;
    return {};
}

Result<void> checkList(Name name, const std::vector<Session>& sessions) {
    Instant last = Instant::min();
    for (const Session& session : sessions) {
        // The rules rely on this order, and add the sessions' lengths up.
        if (session.start < last || session.end < session.start)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} overlap or are out of order at {}", name, count(session.start));
        last = session.end;
    }
    return {};
}
Result<void> checkList(Name name, const std::vector<Instant>& instants) {
    if (std::ranges::is_sorted(instants)) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "{} are out of order", name);
}
Result<void> checkList(Name name, const std::vector<AppDay>& days) {
    if (days.size() > mostAppDays)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} are {}, and at most {} are kept", name, days.size(), mostAppDays);
    if (std::ranges::adjacent_find(days, std::ranges::greater_equal{}, &AppDay::day) != days.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "{} are out of order", name);
    return {};
}
Result<void> checkList(Name, const std::vector<PushNote>&) { return {}; }

template <class T> Result<void> take(const json& value, Name name, std::vector<T>& list) {
    list = STINT_TRY(listOf<T>(value, name));
    return checkList(name, list);
}

Result<void> take(const json& value, Name name, std::optional<Instant>& instant) {
    return take(value, name, instant.emplace());
}

Result<void> take(const json& value, Name name, Timeouts& timeouts) {
    STINT_TRY(checkKeys(value, name, classKeys));
    timeouts.clear();
    for (std::size_t kind = 0; kind < classKeys.size(); ++kind)
        if (const auto found = value.find(classKeys[kind]); found != value.end())
            STINT_TRY(take(*found, name, timeouts[static_cast<JobClass>(kind)]));
    return {};
}

template <class Ledger, class Fields>
Result<void> readObject(const json& object, Name name, Ledger& ledger, Fields fields);
Result<void> take(const json& value, Name name, QuotaLedger& ledger) {
    return readObject(value, name, ledger = {}, QuotaLedger::fields);
}
Result<void> take(const json& value, Name name, ExpeditedLedger& ledger) {
    return readObject(value, name, ledger = {}, ExpeditedLedger::fields);
}

/// Reads a ledger's fields, and keeps the first error.
class LedgerReader {
public:
    explicit LedgerReader(const json& object) : object_(object) {}

    template <class Value> void some(const char* key, Value& value) {
        if (const auto found = object_.find(key); done_ && found != object_.end()) done_ = take(*found, key, value);
    }
    Result<void> done() const { return done_; }

private:
    const json& object_;
    Result<void> done_;
};

template <class Ledger, class Fields>
Result<void> readObject(const json& object, Name name, Ledger& ledger, Fields fields) {
    RowKeys keys;
    fields(keys, ledger);
    STINT_TRY(checkKeys(object, name, keys.known()));
    LedgerReader field(object);
    fields(field, ledger);
    return field.done();
}

} // namespace

std::string ledgersText(const AppMemory& memory) { return objectOf(memory, AppMemory::ledgers).dump(); }

Result<void> readLedgers(std::string_view text, AppMemory& memory) {
    const auto object = STINT_TRY(objectFrom(text));
    AppMemory read = memory;
    STINT_TRY(readObject(object, "ledger", read, AppMemory::ledgers));
    memory = std::move(read);
    return {};
}

namespace {

/// A session that has been open for a day, with more jobs than any count allows. Loading closes it at the former
/// daemon's death, so it also covers what ran then. The counts of sessions and job starts need nothing more: they
/// matter only while there is time left.
OpenSession wholeDay(Instant written) {
    constexpr std::int64_t beyondAnyCount = 1'000'000'000;
    return {written - 24h, beyondAnyCount};
}

/// Spends every quota but that of messages: their sender's downgrade (limits.md §8.5) is not a quota, and a person
/// would miss a message held back by mistake.
void spend(AppMemory& memory, Instant written) {
    constexpr std::size_t deliveries = 100; // more than the 72 an hour that limits.md §7.4 allows at most
    memory.quota = {.open = wholeDay(written)};
    memory.expedited = {.open = wholeDay(written)};
    memory.alarms.assign(deliveries, written);
    memory.whileIdleAlarms = memory.alarms;
}

} // namespace

Result<void> spendLostLedgers(Database& database, Snapshot& snapshot, const std::set<AppId>& withLedger,
                              std::vector<std::string>& notes) {
    auto save = STINT_TRY(database.prepare(saveSql(ledgersTable)));
    std::string names;
    for (auto& [memory, boot, written] : snapshot.apps) {
        if (withLedger.contains(memory.app)) continue;
        spend(memory, written.elapsed);
        STINT_TRY(save.run(memory.app.name, boot.value, written.elapsed.time_since_epoch().count(),
                           written.wall.time_since_epoch().count(), ledgersText(memory)));
        names += (names.empty() ? "" : ", ") + memory.app.name;
    }
    if (!names.empty())
        notes.push_back(fmt::format("the used quotas of these apps were lost, and count as all used up, "
                                    "for a day at most: {}",
                                    names));
    return {};
}

void keepUsageTime(Snapshot& snapshot) {
    if (snapshot.usageTime) return;
    UsageTime last;
    for (const auto& [memory, boot, written] : snapshot.apps) {
        const Usage& usage = memory.usage;
        if (usage.used) {
            last.running = std::max(last.running, usage.used->running);
            last.screenOn = std::max(last.screenOn, usage.used->screenOn);
        }
        last.running =
            std::max({last.running, usage.byUser.value_or(Duration{0}), usage.restrictAsked.value_or(Duration{0})});
        if (usage.prediction) last.running = std::max(last.running, usage.prediction->at);
    }
    // The boot id stays empty, because nobody knows how long ago that was.
    if (last != UsageTime{}) snapshot.usageTime = StoredUsageTime{.saved = {.time = last}, .boot = {}};
}

} // namespace stint
