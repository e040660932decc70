#include "contract/record/event_json.hpp"

#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "contract/json/job_json.hpp"
#include "contract/json/values.hpp"
#include "contract/record/members.hpp"
#include "contract/record/rows.hpp"

namespace stint::record {
namespace {

using nlohmann::json;

constexpr auto budgetsName = "network_budget"; ///< a key beside those of constants, which have one value each

template <class T>
concept Number = std::is_integral_v<T> && !std::is_same_v<T, bool>;
/// An identity: a number or a text under one member.
template <class T>
concept Id =
    std::is_same_v<T, CallId> || std::is_same_v<T, RunId> || std::is_same_v<T, JobId> || std::is_same_v<T, BootId>;
template <class T>
concept Time = std::is_same_v<T, Instant> || std::is_same_v<T, WallTime>;

template <class T> auto members(T& value) {
    return membersOf<std::tuple_size_v<decltype(rowOf<std::remove_const_t<T>>.members)>>(value);
}

// Writing. Each function turns a value of one type into JSON.

template <Rowed T> json jsonOf(const T& value);
template <class T> json jsonOf(const std::optional<T>& value);
template <class T> json jsonOf(const std::vector<T>& list);
template <class T, class L> json jsonOf(const std::set<T, L>& set);
template <class V, class L> json jsonOf(const std::map<std::string, V, L>& map);
json jsonOf(const std::map<JobKey, std::string>& map);

json jsonOf(bool value) { return value; }
template <Number T> json jsonOf(T value) { return value; }
json jsonOf(const std::string& value) { return value; }
json jsonOf(const SharedText& value) { return value.str(); }
json jsonOf(const AppId& value) { return value.name; }
template <Id T> json jsonOf(const T& value) { return value.value; }
json jsonOf(Duration value) { return value.count(); }
template <Time T> json jsonOf(T value) { return value.time_since_epoch().count(); }
template <class E>
requires std::is_enum_v<E> json jsonOf(E value) { return static_cast<std::int64_t>(value); }
json jsonOf(const JobInfo& info) { return json::parse(jobInfoText(info)); }
json jsonOf(const PersistableBundle& bundle) { return json::parse(extrasText(bundle)); }
json jsonOf(const TimeZone& zone) { return jsonOf(zone.offsets()); }
json jsonOf(const Notification& shown);
json jsonOf(const Constants& constants) {
    const Constants standard;
    json object = json::object();
    for (const ConstantRow& row : constantRows())
        if (auto text = constantText(constants, row); text != constantText(standard, row)) object[row.key] = text;
    for (const NetworkBudget& budget : constants.networkBudgets)
        object[budgetsName].push_back(jsonOf(wordsOf(budget)));
    return object;
}

enum class Defaults { LeftOut, Written };

template <Rowed T> json objectOf(const T& value, Defaults defaults) {
    const T plain{};
    json object = json::object();
    const auto& names = rowOf<T>.members;
    [&]<std::size_t... N>(std::index_sequence<N...>) {
        [[maybe_unused]] const auto write = [&](std::string_view name, json member, const json& unset) {
            if (defaults == Defaults::Written || member != unset) object[name] = std::move(member);
        };
        (write(names[N], jsonOf(std::get<N>(members(value))), jsonOf(std::get<N>(members(plain)))), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(names)>>>());
    return object;
}
template <Rowed T> json jsonOf(const T& value) { return objectOf(value, Defaults::LeftOut); }
json jsonOf(const Notification& shown) { return objectOf(NotificationParts::of(shown), Defaults::Written); }
template <class T> json jsonOf(const std::optional<T>& value) { return value ? jsonOf(*value) : json(); }
template <class T> json jsonOf(const std::vector<T>& list) {
    json array = json::array();
    for (const T& each : list)
        array.push_back(jsonOf(each));
    return array;
}
template <class T, class L> json jsonOf(const std::set<T, L>& set) {
    json array = json::array();
    for (const T& each : set)
        array.push_back(jsonOf(each));
    return array;
}
template <class V, class L> json jsonOf(const std::map<std::string, V, L>& map) {
    json object = json::object();
    for (const auto& [key, value] : map)
        object[key] = jsonOf(value);
    return object;
}
json jsonOf(const std::map<JobKey, std::string>& map) {
    json array = json::array();
    for (const auto& [key, text] : map)
        array.push_back({jsonOf(key), text});
    return array;
}

// Reading. Each function reads `json` into `value`; the name is for error messages.

using Name = std::string_view;

template <Rowed T> Result<void> take(const json& json, T& value, Name name);
template <class T> Result<void> take(const json& json, std::optional<T>& value, Name name);
template <class T> Result<void> take(const json& json, std::vector<T>& list, Name name);
template <class T, class L> Result<void> take(const json& json, std::set<T, L>& set, Name name);
template <class V, class L> Result<void> take(const json& json, std::map<std::string, V, L>& map, Name name);
Result<void> take(const json& json, std::map<JobKey, std::string>& map, Name name);

Result<void> take(const json& json, bool& value, Name name) {
    value = STINT_TRY(flagFrom(json, name));
    return {};
}
template <Number T> Result<void> take(const json& json, T& value, Name name) {
    const bool fits = json.is_number_unsigned()  ? std::in_range<T>(json.get<std::uint64_t>())
                      : json.is_number_integer() ? std::in_range<T>(json.get<std::int64_t>())
                                                 : false;
    if (!fits) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a whole number that fits", name);
    value = json.get<T>();
    return {};
}
Result<void> take(const json& json, std::string& value, Name name) {
    value = STINT_TRY(wordFrom(json, name));
    return {};
}
Result<void> take(const json& json, SharedText& value, Name name) {
    value = STINT_TRY(wordFrom(json, name));
    return {};
}
Result<void> take(const json& json, AppId& value, Name name) { return take(json, value.name, name); }
template <Id T> Result<void> take(const json& json, T& value, Name name) { return take(json, value.value, name); }
Result<void> take(const json& json, Duration& value, Name name) {
    value = STINT_TRY(timeFrom(json, name));
    return {};
}
template <Time T> Result<void> take(const json& json, T& value, Name name) {
    const auto time = STINT_TRY(timeFrom(json, name));
    value = T{time};
    return {};
}
template <class E>
requires std::is_enum_v<E> Result<void> take(const json& json, E& value, Name name) {
    std::underlying_type_t<E> number{};
    STINT_TRY(take(json, number, name));
    if (!isOne(E{number})) return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot be {}", name, number);
    value = E{number};
    return {};
}
Result<void> take(const json& json, JobInfo& value, Name) {
    value = STINT_TRY(askedJobFrom(json.dump()));
    return {};
}
Result<void> take(const json& json, PersistableBundle& value, Name) {
    value = STINT_TRY(extrasFrom(json.dump()));
    return {};
}
Result<void> take(const json& json, TimeZone& value, Name name) {
    std::vector<TimeZone::Offset> offsets;
    STINT_TRY(take(json, offsets, name));
    value = TimeZone(std::move(offsets));
    return {};
}
Result<void> take(const json& json, Notification& value, Name name) {
    NotificationParts parts;
    STINT_TRY(take(json, parts, name));
    value = parts.made();
    return {};
}
Result<void> take(const json& json, Constants& value, Name name) {
    if (!json.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not an object", name);
    for (const auto& [key, text] : json.items()) {
        if (key == budgetsName) {
            std::vector<BudgetWords> budgets;
            STINT_TRY(take(text, budgets, key));
            for (const BudgetWords& words : budgets) {
                auto budget = STINT_TRY(networkBudget(words));
                STINT_TRY(addBudget(value.networkBudgets, std::move(budget)));
            }
            continue;
        }
        const auto word = STINT_TRY(wordFrom(text, key));
        STINT_TRY(setConstant(value, key, word));
    }
    if (const auto error = contradiction(value)) return *error;
    return {};
}

template <Rowed T> Result<void> take(const json& json, T& value, Name name) {
    if (!json.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not an object", name);
    const auto& names = rowOf<T>.members;
    for (const auto& [key, part] : json.items())
        if (std::ranges::find(names, key) == names.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\" in {}", key, name);
    Result<void> done;
    [&]<std::size_t... N>(std::index_sequence<N...>) {
        [[maybe_unused]] const auto read = [&](Name key, auto& member) {
            if (const auto found = json.find(key); done && found != json.end()) done = take(*found, member, key);
        };
        (read(names[N], std::get<N>(members(value))), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(names)>>>());
    return done;
}
template <class T> Result<void> take(const json& json, std::optional<T>& value, Name name) {
    value.reset();
    return json.is_null() ? Result<void>{} : take(json, value.emplace(), name);
}
template <class T> Result<void> take(const json& json, std::vector<T>& list, Name name) {
    if (!json.is_array()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a list", name);
    list.clear();
    for (const auto& each : json)
        STINT_TRY(take(each, list.emplace_back(), name));
    return {};
}
template <class T, class L> Result<void> take(const json& json, std::set<T, L>& set, Name name) {
    std::vector<T> list;
    STINT_TRY(take(json, list, name));
    set = {list.begin(), list.end()};
    return {};
}
template <class V, class L> Result<void> take(const json& json, std::map<std::string, V, L>& map, Name name) {
    if (!json.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not an object", name);
    map.clear();
    for (const auto& [key, value] : json.items())
        STINT_TRY(take(value, map[key], key));
    return {};
}
Result<void> take(const json& json, std::map<JobKey, std::string>& map, Name name) {
    if (!json.is_array()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not a list", name);
    for (const auto& pair : json) {
        STINT_TRY(checkSize(pair, name, 2));
        JobKey key;
        STINT_TRY(take(pair[0], key, name));
        STINT_TRY(take(pair[1], map[key], name));
    }
    return {};
}

// An event is an object whose only key is its name.

template <Rowed T> std::string named(const T& value) {
    return textOfJson({{std::string(rowOf<T>.name), jsonOf(value)}});
}

Result<std::pair<std::string, json>> nameAndValue(std::string_view text) {
    json object = STINT_TRY(objectFrom(text));
    if (object.size() != 1) return fail(Errc::ILLEGAL_ARGUMENT, "an event is an object with its name alone");
    return std::pair{object.begin().key(), std::move(object.begin().value())};
}

template <class T> Result<Event> eventFrom(const json& value, std::string_view name) {
    T event;
    STINT_TRY(take(value, event, name));
    return Event{std::move(event)};
}

/// Reads the event type of that name.
Result<Event> eventNamed(std::string_view name, const json& value) {
    Result<Event> event = fail(Errc::ILLEGAL_ARGUMENT, "there is no event \"{}\"", name);
    [&]<std::size_t... N>(std::index_sequence<N...>) {
        const auto isRead = [&]<class T>(std::type_identity<T>) {
            if (rowOf<T>.name != name) return false;
            event = eventFrom<T>(value, name);
            return true;
        };
        (void)(isRead(std::type_identity<std::variant_alternative_t<N, Event>>{}) || ...);
    }
    (std::make_index_sequence<std::variant_size_v<Event>>());
    return event;
}

} // namespace

std::string textOf(const Event& event) {
    return std::visit([](const auto& one) { return named(one); }, event);
}
std::string textOf(const Beginning& beginning) { return named(beginning); }

Result<Input> inputFrom(std::string_view text) {
    const auto [name, value] = STINT_TRY(nameAndValue(text));
    if (name != rowOf<Beginning>.name) {
        auto event = STINT_TRY(eventNamed(name, value));
        return Input{std::move(event)};
    }
    Beginning beginning;
    STINT_TRY(take(value, beginning, name));
    return Input{std::move(beginning)};
}

} // namespace stint::record
