#include "fleet/rollout/record_text.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "fleet/document/fields.hpp"
#include "fleet/document/query.hpp"
#include "fleet/document/value.hpp"
#include "fleet/document/words.hpp"

namespace stint::fleet {
namespace {

template <class Owner, class Type> struct Member {
    std::string_view key;
    Type Owner::*at;
};
/// Numbers of which the next is often the same one, or the one after it, by `step`: the first, how many, the first …
template <class Owner> struct Runs {
    std::string_view key;
    std::vector<std::uint32_t> Owner::*at;
    std::uint32_t step;
};
template <class Owner, class... Members> struct Row {
    std::string_view word;
    std::tuple<Members...> members;
};
template <class Owner, class... Members> constexpr auto rowOf(std::string_view word, Members... members) {
    return Row<Owner, Members...>{word, std::tuple(members...)};
}

constexpr std::string_view isKey = "is", atKey = "at", namesKey = "names", recordsKey = "records", papersKey = "papers";

// The records' words and keys. Both directions walk them.
// clang-format off
constexpr std::tuple rows{
    rowOf<Joined>("joined", Runs{"devices", &Joined::devices, 0}),
    rowOf<Left>("left", Member{"device", &Left::device}),
    rowOf<Offered>("offered", Runs{"devices", &Offered::devices, 1}),
    rowOf<Granted>("granted", Member{"device", &Granted::device}, Member{"slot", &Granted::slot}),
    rowOf<Presumed>("presumed", Member{"outcome", &Presumed::outcome}, Runs{"devices", &Presumed::devices, 1}),
    rowOf<WaveOpened>("wave-opened", Member{"wave", &WaveOpened::wave}),
    rowOf<Stopped>("stopped"),
    rowOf<Paused>("paused"),
    rowOf<Resumed>("resumed", Member{"before", &Resumed::before}, Member{"excuses-wave", &Resumed::excusesWave}),
    rowOf<Cancelled>("cancelled"),
    rowOf<RanOut>("ran-out"),
    rowOf<Retried>("retried", Member{"round", &Retried::round}, Member{"next", &Retried::next},
                   Runs{"devices", &Retried::devices, 1}, Member{"before", &Retried::before}),
};
constexpr std::tuple judgedMembers{Member{"ends", &Judged::ends}, Member{"failures", &Judged::failures}};
// clang-format on
static_assert(std::tuple_size_v<decltype(rows)> == std::variant_size_v<Record>);

template <class Owner, class... Members>
Value::Table tableOf(const Owner& owner, const std::tuple<Members...>& members);
template <class Owner, class... Members>
Result<void> readInto(Owner& owner, const Value& value, const std::tuple<Members...>& members);

// ---- What a member's value is written as ----

template <class Whole> Value written(Whole number) { return {static_cast<std::int64_t>(number)}; }
Value written(bool flag) { return {flag}; }
Value written(Outcome outcome) { return give(std::string(wordOf(outcome))); }
Value written(const Judged& judged) { return {tableOf(judged, judgedMembers)}; }

template <class Owner, class Type> Value valueOf(const Owner& owner, const Member<Owner, Type>& member) {
    return written(owner.*member.at);
}
template <class Owner> Value valueOf(const Owner& owner, const Runs<Owner>& runs) {
    const std::vector<std::uint32_t>& numbers = owner.*runs.at;
    Value::List list;
    for (std::size_t first = 0; first < numbers.size();) {
        std::size_t end = first + 1;
        while (end < numbers.size() && numbers[end] == numbers[end - 1] + runs.step)
            ++end;
        list.push_back(give(numbers[first]));
        list.push_back(written(end - first));
        first = end;
    }
    return {std::move(list)};
}

template <class Owner, class... Members>
Value::Table tableOf(const Owner& owner, const std::tuple<Members...>& members) {
    Value::Table table;
    std::apply([&](const auto&... member) { (table.emplace(member.key, valueOf(owner, member)), ...); }, members);
    return table;
}

// ---- And read ----

Error noSuch(std::string_view wanted) { return fail(Errc::ILLEGAL_ARGUMENT, "is not {}", wanted); }

template <class Whole> Result<void> read(const Value& value, Whole& into) {
    constexpr std::int64_t most = std::numeric_limits<Whole>::max();
    if (!value.number() || *value.number() < 0 || *value.number() > most)
        return noSuch(fmt::format("a number up to {}", most));
    into = static_cast<Whole>(*value.number());
    return {};
}
Result<void> read(const Value& value, bool& into) { return take(value, {}, into); }
Result<void> read(const Value& value, Outcome& into) {
    const auto outcome = value.text() ? outcomeIn(*value.text()) : std::nullopt;
    if (!outcome) return noSuch("an end");
    into = *outcome;
    return {};
}
Result<void> read(const Value& value, Judged& into) { return readInto(into, value, judgedMembers); }

template <class Owner, class Type>
Result<void> read(const Value& value, const Member<Owner, Type>& member, Owner& into) {
    return read(value, into.*member.at);
}
template <class Owner> Result<void> read(const Value& value, const Runs<Owner>& runs, Owner& into) {
    const Error none = noSuch(fmt::format("a list of firsts and counts, of {} devices at most", mostInDecision));
    if (!value.list() || value.list()->size() % 2 != 0) return none;
    std::vector<std::uint32_t>& numbers = into.*runs.at;
    for (auto pair = value.list()->begin(); pair != value.list()->end(); pair += 2) {
        std::uint32_t first = 0, count = 0;
        STINT_TRY(read(*pair, first));
        STINT_TRY(read(*std::next(pair), count));
        constexpr std::uint32_t largest = std::numeric_limits<std::uint32_t>::max();
        if (count > mostInDecision - numbers.size() || largest - first < count * runs.step) return none;
        for (; count > 0; --count, first += runs.step)
            numbers.push_back(first);
    }
    return {};
}

template <class Owner, class... Members>
Result<void> readInto(Owner& owner, const Value& value, const std::tuple<Members...>& members) {
    if (!value.table()) return noSuch("a table");
    Result<void> done;
    const auto readIts = [&](const auto& member) {
        const Value* const its = findIn(*value.table(), member.key);
        if (!done.ok()) return;
        done = its ? read(*its, member, owner) : noSuch("there");
        if (!done.ok()) done = within(member.key, done.error());
    };
    std::apply([&](const auto&... member) { (readIts(member), ...); }, members);
    return done;
}

Result<Record> recordIn(const Value& value) {
    const Value* const is = value.table() ? findIn(*value.table(), isKey) : nullptr;
    Result<Record> read = noSuch("a record");
    if (!is || !is->text()) return read;
    const auto readAs = [&]<class Owner, class... Members>(const Row<Owner, Members...>& row) {
        if (*is->text() != row.word) return;
        Owner owner;
        const auto done = readInto(owner, value, row.members);
        if (done.ok())
            read = Record(std::move(owner));
        else
            read = within(row.word, done.error());
    };
    std::apply([&](const auto&... row) { (readAs(row), ...); }, rows);
    return read;
}

Value valueOf(const Record& record) {
    Value::Table table;
    const auto writeAs = [&]<class Owner, class... Members>(const Row<Owner, Members...>& row) {
        const Owner* const owner = std::get_if<Owner>(&record);
        if (!owner) return;
        table = tableOf(*owner, row.members);
        table.emplace(isKey, give(std::string(row.word)));
    };
    std::apply([&](const auto&... row) { (writeAs(row), ...); }, rows);
    return {std::move(table)};
}

} // namespace

std::string textOf(const Entry& entry) {
    Value::List records;
    for (const Record& record : entry.records)
        records.push_back(valueOf(record));
    Value::Table table;
    table.emplace(atKey, give(entry.at));
    table.emplace(recordsKey, Value{std::move(records)});
    std::string names;
    for (const std::string& name : entry.names)
        names += name;
    if (!names.empty()) table.emplace(namesKey, Value{std::move(names)});
    if (!entry.papers.empty()) table.emplace(papersKey, give(entry.papers));
    return jsonOf({std::move(table)});
}

namespace {

Result<std::vector<std::string>> namesIn(const Value& value) {
    std::vector<std::string> names;
    const std::string_view text = value.text() ? std::string_view(*value.text()) : std::string_view();
    for (std::size_t at = 0; at < text.size(); at += deviceIdLength)
        names.emplace_back(text.substr(at, deviceIdLength));
    if (!names.empty() && std::ranges::all_of(names, isDeviceId)) return names;
    return fail(Errc::ILLEGAL_ARGUMENT, "its names are none of devices");
}

} // namespace

Result<Entry> entryIn(std::string_view text) {
    const Value whole = STINT_TRY(valueFromJson(text, longestEntry));
    const Value* const at = findIn(*whole.table(), atKey);
    const Value* const records = findIn(*whole.table(), recordsKey);
    if (!at || !records || !records->list() || records->list()->empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "it is no time with records");
    Entry entry;
    STINT_TRY(take(*at, {0, largestNumber}, entry.at));
    for (const Value& each : *records->list()) {
        auto record = STINT_TRY(recordIn(each));
        entry.records.push_back(std::move(record));
    }
    if (const Value* const names = findIn(*whole.table(), namesKey)) entry.names = STINT_TRY(namesIn(*names));
    if (const Value* const papers = findIn(*whole.table(), papersKey))
        STINT_TRY(take(*papers, {1, static_cast<std::int64_t>(entry.records.size())}, {}, entry.papers));
    if (textOf(entry) != text) return fail(Errc::ILLEGAL_ARGUMENT, "it is not in the one form that an entry has");
    return entry;
}

} // namespace stint::fleet
