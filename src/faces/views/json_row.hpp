// A row that lists its own fields (contract/model/view.hpp), as JSON: the same keys as on the wire, in the order of
// its table, except for fields that only one of the two has; and the parts of JSON lines that rows share.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "contract/model/view.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/views/job.hpp"

namespace stint::cli {

/// header() with "section" as its second key.
Json section(std::string_view name);
/// null where they are unknown.
Json bytesOrNull(Bytes bytes);
Json milliseconds(const std::optional<WallTime>& time);
template <class Enum> Json number(Enum value) { return static_cast<std::int32_t>(value); }

Json infoOf(const JobInfo& info);
Json reasonsOf(const std::vector<PendingReason>& reasons);

/// The fields of a row that are written: those of a line, or those that a dump adds to them.
enum class Extent { Line, Details };

template <class Row> void putRow(Json& line, const Row& row, Extent extent = Extent::Line);
template <class Row> Json jsonRows(const std::vector<Row>& rows);
Json phraseOf(Phrase phrase, const JobView& job);

// A value in JSON; null where it is unset.
template <class Value> Json inJson(const Value& value) { return value; }
inline Json inJson(Duration length) { return length.count(); }
inline Json inJson(WallTime time) { return milliseconds(time); }
inline Json inJson(const SharedText& text) { return text.str(); }
Json inJson(const Network& network);
template <class Value> Json inJson(const std::optional<Value>& value) { return value ? inJson(*value) : Json(); }

/// Adds a row's fields to a line: the row's `fields` calls it for each.
class JsonFields {
public:
    JsonFields(Json& line, Extent extent) : line_(line), extent_(extent) {}

    template <class Value> void operator()(const char* key, const Value& value) { put(key, inJson(value)); }
    template <class Value> void always(const char* key, const std::optional<Value>& value) { put(key, inJson(value)); }
    template <class Row> void rows(const char* key, const std::vector<Row>& rows) { list(key, jsonRows(rows)); }
    template <class Row> void someRows(const char* key, const std::vector<Row>& rows) { this->rows(key, rows); }
    void reasons(const char* key, const char*, const std::vector<PendingReason>& reasons) {
        list(key, reasonsOf(reasons));
    }
    template <class E, class Named> void word(const char* key, E value, Named) { put(key, nameOf(value)); }
    template <class E, class Named> void word(const char* key, const std::optional<E>& value, Named) {
        put(key, value ? Json(nameOf(*value)) : Json());
    }
    template <class E> void number(const char* key, E value) { put(key, cli::number(value)); }
    template <class Value> void derived(const char* key, const Value& value) { put(key, inJson(value)); }
    template <class Value> void renamed(const char*, const char* key, const Value& value) { put(key, inJson(value)); }
    /// A row within the row; null where there is none.
    template <class Row> void inner(const char* key, const Row& row) {
        if (extent_ == Extent::Line) line_[key] = nullptr;
        putRow(line_[key], row, extent_);
    }
    template <class Row> void inner(const char* key, const std::optional<Row>& row) {
        if (row) return inner(key, *row);
        put(key, nullptr);
    }
    /// A text is null where it is empty.
    template <class Value> void some(const char* key, const Value& value) {
        if constexpr (requires { Value::fields; })
            inner(key, value);
        else if constexpr (std::is_same_v<Value, std::string>)
            put(key, value.empty() ? Json() : Json(value));
        else
            put(key, inJson(value));
    }
    void known(const char* key, Bytes bytes) { put(key, bytesOrNull(bytes)); }
    void known(const char* key, WallTime time) { put(key, time == WallTime{} ? Json() : milliseconds(time)); }
    void known(const char* key, const std::string& text) { some(key, text); }
    template <class Value> void only(bool is, const char* key, const Value& value) {
        put(key, is ? inJson(value) : Json());
    }
    template <class Value, class Make> void always(const char* key, const std::optional<Value>&, const Make& make) {
        put(key, inJson(make()));
    }
    void either(const char* key, std::string_view yes, std::string_view no, bool is) { put(key, is ? yes : no); }
    /// Fields that are null where `is` is false, except for lists.
    template <class Body> void where(bool is, Body body) {
        const bool outer = std::exchange(absent_, absent_ || !is);
        body();
        absent_ = outer;
    }
    template <class Part, class Body> void part(const std::optional<Part>& part, Body body) {
        const Part none{};
        where(part.has_value(), [&] { body(part ? *part : none); });
    }
    template <class Body> void shown(const std::optional<Notification>& notification, Body body) {
        const auto shown = ShownNotification::of(notification.value_or(Notification()));
        where(notification.has_value(), [&] { body(shown); });
    }
    template <class Make> void json(const char* key, const Make& make) { put(key, inJson(make())); }
    void phrase(const char* key, Phrase phrase, const JobView& job) { put(key, phraseOf(phrase, job)); }
    template <class Value> void wire(const char*, const Value&) {}
    template <class Value> void sent(const char*, const Value&) {}
    template <class Named> void names(const char* key, const std::map<std::string, Named, std::less<>>& named) {
        Json names = Json::array();
        for (const auto& [name, its] : named)
            names.push_back(name);
        list(key, std::move(names));
    }
    template <class E, class Named> void knownWords(const char* key, const std::set<E>& values, Named) {
        Json names = Json::array();
        for (const E value : values)
            names.push_back(nameOf(value));
        list(key, std::move(names));
    }
    template <class One, class Other>
    void pairs(const char* key, const char* one, const char* other, const std::vector<std::pair<One, Other>>& pairs) {
        Json rows = Json::array();
        for (const auto& [its, others] : pairs)
            rows.push_back({{one, inJson(its)}, {other, inJson(others)}});
        list(key, std::move(rows));
    }
    template <class Value> void detail(const char* key, const Value& value) {
        if (extent_ == Extent::Details) line_[key] = inJson(value);
    }
    void ending(const char* key, const char*, const char*, const std::optional<Ending>& ending) {
        if (extent_ != Extent::Details) return;
        line_[key] = nullptr;
        if (ending)
            line_[key] = {{"reason", cli::number(ending->reason)},
                          {"name", nameOf(ending->reason)},
                          {"internal", nameOf(ending->internal)}};
    }

private:
    void list(const char* key, Json rows) {
        if (extent_ == Extent::Line) line_[key] = std::move(rows);
    }
    void put(const char* key, Json value) { list(key, absent_ ? Json() : std::move(value)); }

    Json& line_;
    Extent extent_;
    bool absent_ = false;
};

template <class Row> void putRow(Json& line, const Row& row, Extent extent) {
    JsonFields field(line, extent);
    Row::fields(field, row);
}

template <class Row> Json jsonRows(const std::vector<Row>& rows) {
    Json list = Json::array();
    for (const Row& row : rows)
        putRow(list.emplace_back(), row);
    return list;
}

template <class Row> std::string jsonOfRow(const Row& row) {
    Json line = header();
    putRow(line, row);
    return dumped(line);
}

} // namespace stint::cli
