#include "stintd/store/ledger_json.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/result/errors.hpp"
#include "contract/json/values.hpp"
#include "stintd/store/schema.hpp"

namespace stint {

namespace {

using nlohmann::json;

// The most that a constant of limits.md §11 may allow.
constexpr Range anyCount{0, 1'000'000'000};

std::int64_t count(Instant instant) { return instant.time_since_epoch().count(); }

template <class T, class Write> json listJson(const std::vector<T>& list, Write write) {
    json written = json::array();
    const auto first = list.size() > mostEntries ? list.size() - mostEntries : 0;
    for (std::size_t i = first; i < list.size(); ++i)
        written.push_back(write(list[i]));
    return written;
}

json sessionsJson(const std::vector<Session>& sessions) {
    return listJson(sessions, [](const Session& session) {
        json written = json::array({count(session.start), count(session.end), session.jobs});
        if (session.brokenOff) written.push_back(true);
        return written;
    });
}

json openJson(const OpenSession& open) { return json::array({count(open.start), open.jobs}); }

json quotaJson(const QuotaLedger& ledger) {
    json object = json::object();
    if (!ledger.sessions.empty()) object["sessions"] = sessionsJson(ledger.sessions);
    if (ledger.open) object["open"] = openJson(*ledger.open);
    const auto put = [&](const char* key, const RateWindow& rate) {
        if (rate.opened) object[key] = json::array({count(*rate.opened), rate.count});
    };
    put("jobStarts", ledger.jobStarts);
    put("sessionEnds", ledger.sessionEnds);
    return object;
}

json expeditedJson(const ExpeditedLedger& ledger) {
    json object = json::object();
    if (!ledger.sessions.empty()) object["sessions"] = sessionsJson(ledger.sessions);
    if (ledger.open) object["open"] = openJson(*ledger.open);
    if (ledger.tally != 0ms) object["tally"] = ledger.tally.count();
    if (ledger.credit != 0ms) object["credit"] = ledger.credit.count();
    if (ledger.topSince) object["topSince"] = count(*ledger.topSince);
    return object;
}

/// [start, end, jobs], and a fourth, true, if the session was broken off
Result<Session> sessionFrom(const json& value, std::string_view name) {
    Session session;
    session.brokenOff = value.is_array() && value.size() == 4 && value[3] == true;
    STINT_TRY(checkSize(value, name, session.brokenOff ? 4 : 3));
    session.start = STINT_TRY(instantFrom(value[0], name));
    session.end = STINT_TRY(instantFrom(value[1], name));
    session.jobs = STINT_TRY(numberFrom(value[2], name, anyCount));
    return session;
}

Result<std::vector<Session>> sessionsFrom(const json& value, std::string_view name) {
    auto sessions = STINT_TRY(listFrom<Session>(value, name, sessionFrom));
    Instant last = Instant::min();
    for (const Session& session : sessions) {
        // The rules rely on this order, and add the sessions' lengths up.
        if (session.start < last || session.end < session.start)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} overlap or are out of order at {}", name, count(session.start));
        last = session.end;
    }
    return sessions;
}

/// [start, jobs]
Result<OpenSession> openFrom(const json& value, std::string_view name) {
    STINT_TRY(checkSize(value, name, 2));
    OpenSession open;
    open.start = STINT_TRY(instantFrom(value[0], name));
    open.jobs = STINT_TRY(numberFrom(value[1], name, anyCount));
    return open;
}

/// [opened, count]
Result<RateWindow> rateFrom(const json& value, std::string_view name) {
    STINT_TRY(checkSize(value, name, 2));
    RateWindow rate;
    rate.opened = STINT_TRY(instantFrom(value[0], name));
    rate.count = STINT_TRY(numberFrom(value[1], name, anyCount));
    return rate;
}

Result<QuotaLedger> quotaFrom(const json& value, std::string_view name) {
    STINT_TRY(checkKeys(value, name, {"sessions", "open", "jobStarts", "sessionEnds"}));
    QuotaLedger ledger;
    STINT_TRY(readPart(value, "sessions", ledger.sessions, sessionsFrom));
    STINT_TRY(readPart(value, "open", ledger.open, openFrom));
    STINT_TRY(readPart(value, "jobStarts", ledger.jobStarts, rateFrom));
    STINT_TRY(readPart(value, "sessionEnds", ledger.sessionEnds, rateFrom));
    return ledger;
}

Result<ExpeditedLedger> expeditedFrom(const json& value, std::string_view name) {
    STINT_TRY(checkKeys(value, name, {"sessions", "open", "tally", "credit", "topSince"}));
    ExpeditedLedger ledger;
    STINT_TRY(readPart(value, "sessions", ledger.sessions, sessionsFrom));
    STINT_TRY(readPart(value, "open", ledger.open, openFrom));
    STINT_TRY(readPart(value, "tally", ledger.tally, lengthFrom));
    STINT_TRY(readPart(value, "credit", ledger.credit, lengthFrom));
    STINT_TRY(readPart(value, "topSince", ledger.topSince, instantFrom));
    return ledger;
}

/// Reads instants, which must be in the order of time.
Result<std::vector<Instant>> instantListFrom(const json& value, std::string_view name) {
    auto instants = STINT_TRY(listFrom<Instant>(value, name, instantFrom));
    if (!std::is_sorted(instants.begin(), instants.end()))
        return fail(Errc::ILLEGAL_ARGUMENT, "{} are out of order", name);
    return instants;
}

constexpr std::array<std::pair<JobClass, const char*>, 3> classes{
    {{JobClass::Regular, "regular"}, {JobClass::Expedited, "expedited"}, {JobClass::UserInitiated, "userInitiated"}}};

using Timeouts = std::map<JobClass, std::vector<Instant>>;

json timeoutsJson(const Timeouts& timeouts) {
    json object = json::object();
    for (const auto& [kind, key] : classes)
        if (const auto found = timeouts.find(kind); found != timeouts.end())
            object[key] = listJson(found->second, count);
    return object;
}

Result<Timeouts> timeoutsFrom(const json& value, std::string_view name) {
    STINT_TRY(checkKeys(value, name, {"regular", "expedited", "userInitiated"}));
    Timeouts timeouts;
    for (const auto& [kind, key] : classes)
        if (value.contains(key)) timeouts[kind] = STINT_TRY(instantListFrom(value[key], name));
    return timeouts;
}

/// [delivered, shown]
Result<PushNote> pushFrom(const json& value, std::string_view name) {
    STINT_TRY(checkSize(value, name, 2));
    PushNote note;
    note.delivered = STINT_TRY(instantFrom(value[0], name));
    note.shown = STINT_TRY(flagFrom(value[1], name));
    return note;
}

Result<std::vector<PushNote>> pushesFrom(const json& value, std::string_view name) {
    return listFrom<PushNote>(value, name, pushFrom);
}

json talliesJson(const std::vector<DayTally>& tallies) {
    return listJson(tallies, [](const DayTally& tally) { return json::array({tally.of, tally.count}); });
}

json appDayJson(const AppDay& day) {
    return json::array({day.day, day.received, day.sent, day.metered, day.roaming, day.again, talliesJson(day.cutShort),
                        talliesJson(day.wakeUps), day.runs, day.ran.count()});
}

Result<std::int32_t> countFrom(const json& value, std::string_view name) {
    const std::int64_t count = STINT_TRY(numberFrom(value, name, {0, std::numeric_limits<std::int32_t>::max()}));
    return static_cast<std::int32_t>(count);
}

/// [of, count]
Result<DayTally> tallyFrom(const json& value, std::string_view name) {
    STINT_TRY(checkSize(value, name, 2));
    DayTally tally;
    tally.of = STINT_TRY(wordFrom(value[0], name));
    tally.count = STINT_TRY(countFrom(value[1], name));
    return tally;
}

/// [day, received, sent, metered, roaming, again, cut short, wake-ups, runs, ran]; earlier versions lacked the last
/// two.
Result<AppDay> appDayFrom(const json& value, std::string_view name) {
    if (!value.is_array() || value.size() != 8) STINT_TRY(checkSize(value, name, 10));
    AppDay day;
    constexpr std::int64_t farthest = 10'000'000; // days: as far as a date has a year
    const std::int64_t number = STINT_TRY(numberFrom(value[0], name, {-farthest, farthest}));
    day.day = static_cast<std::int32_t>(number);
    std::size_t at = 1;
    for (Bytes* const bytes : {&day.received, &day.sent, &day.metered, &day.roaming, &day.again})
        *bytes = STINT_TRY(numberFrom(value[at++], name, {0, mostCountedBytes}));
    day.cutShort = STINT_TRY(listFrom<DayTally>(value[6], name, tallyFrom));
    day.wakeUps = STINT_TRY(listFrom<DayTally>(value[7], name, tallyFrom));
    if (value.size() == 8) return day;
    day.runs = STINT_TRY(countFrom(value[8], name));
    const Duration ran{STINT_TRY(numberFrom(value[9], name, {0, std::numeric_limits<std::int64_t>::max() / 2}))};
    day.ran = ran;
    return day;
}

Result<std::vector<AppDay>> appDaysFrom(const json& value, std::string_view name) {
    auto days = STINT_TRY(listFrom<AppDay>(value, name, appDayFrom));
    if (days.size() > mostAppDays)
        return fail(Errc::ILLEGAL_ARGUMENT, "{} are {}, and at most {} are kept", name, days.size(), mostAppDays);
    if (std::ranges::adjacent_find(days, std::ranges::greater_equal{}, &AppDay::day) != days.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "{} are out of order", name);
    return days;
}

} // namespace

std::string ledgersText(const AppMemory& memory) {
    json object = json::object();
    const auto put = [&](const char* key, json part) {
        if (!part.empty()) object[key] = std::move(part);
    };
    put("quota", quotaJson(memory.quota));
    put("expedited", expeditedJson(memory.expedited));
    put("alarms", listJson(memory.alarms, count));
    put("whileIdleAlarms", listJson(memory.whileIdleAlarms, count));
    put("pushes", listJson(memory.pushes, [](const PushNote& note) {
            return json::array({count(note.delivered), note.shown});
        }));
    put("timeouts", timeoutsJson(memory.timeouts));
    put("silences", listJson(memory.silences, count));
    put("days", listJson(memory.days, appDayJson));
    if (memory.grantUntil) object["grantUntil"] = count(*memory.grantUntil);
    if (memory.leftTop) object["leftTop"] = count(*memory.leftTop);
    if (memory.leftForeground) object["leftForeground"] = count(*memory.leftForeground);
    if (memory.mayServeUntil) object["mayServeUntil"] = count(*memory.mayServeUntil);
    return object.dump();
}

Result<void> readLedgers(std::string_view text, AppMemory& memory) {
    const auto object = STINT_TRY(objectFrom(text));
    STINT_TRY(checkKeys(object, "ledger",
                        {"quota", "expedited", "alarms", "whileIdleAlarms", "pushes", "timeouts", "silences",
                         "grantUntil", "leftTop", "leftForeground", "mayServeUntil", "days"}));
    AppMemory read = memory;
    STINT_TRY(readPart(object, "quota", read.quota, quotaFrom));
    STINT_TRY(readPart(object, "expedited", read.expedited, expeditedFrom));
    STINT_TRY(readPart(object, "alarms", read.alarms, instantListFrom));
    STINT_TRY(readPart(object, "whileIdleAlarms", read.whileIdleAlarms, instantListFrom));
    STINT_TRY(readPart(object, "pushes", read.pushes, pushesFrom));
    STINT_TRY(readPart(object, "timeouts", read.timeouts, timeoutsFrom));
    STINT_TRY(readPart(object, "silences", read.silences, instantListFrom));
    STINT_TRY(readPart(object, "grantUntil", read.grantUntil, instantFrom));
    STINT_TRY(readPart(object, "leftTop", read.leftTop, instantFrom));
    STINT_TRY(readPart(object, "leftForeground", read.leftForeground, instantFrom));
    STINT_TRY(readPart(object, "mayServeUntil", read.mayServeUntil, instantFrom));
    STINT_TRY(readPart(object, "days", read.days, appDaysFrom));
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
