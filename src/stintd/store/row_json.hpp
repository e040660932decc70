// A row that lists its own fields (contract/model/view.hpp), as stored JSON. A field that is not set has no key;
// reading trusts nothing (contract/json/values.hpp).
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/shared_text.hpp"
#include "contract/json/values.hpp"
#include "stint/reasons.hpp"

namespace stint {

template <class Row> nlohmann::json jsonOfRow(const Row& row);
template <class Row> Result<Row> rowFrom(const nlohmann::json& object, std::string_view name);
template <class Row> Result<Row> strictRowFrom(const nlohmann::json& object, std::string_view name);

/// The keys of a row.
class RowKeys {
public:
    template <class Value> void operator()(const char* key, const Value&) { known_.emplace_back(key); }
    template <class E, class Named> void word(const char* key, E, Named) { known_.emplace_back(key); }
    template <class Value> void percent(const char* key, const Value&) { known_.emplace_back(key); }
    template <class Row> void inner(const char* key, const Row&) { known_.emplace_back(key); }
    template <class Value> void some(const char* key, const Value&) { known_.emplace_back(key); }

    const std::vector<std::string_view>& known() const { return known_; }

private:
    std::vector<std::string_view> known_;
};

class RowJsonWriter {
public:
    template <class Value> void operator()(const char* key, const Value& value) { object_[key] = value; }
    void operator()(const char* key, const SharedText& text) { object_[key] = text.str(); }
    void operator()(const char* key, WallTime time) { object_[key] = time.time_since_epoch().count(); }
    void operator()(const char* key, Instant time) { object_[key] = time.time_since_epoch().count(); }
    void operator()(const char* key, Duration length) { object_[key] = length.count(); }
    template <class Time> void operator()(const char* key, const std::optional<Time>& time) {
        if (time) (*this)(key, *time);
    }
    void percent(const char* key, std::int64_t value) { object_[key] = value; }
    template <class Row> void inner(const char* key, const Row& row) { object_[key] = jsonOfRow(row); }
    template <class E, class Named> void word(const char* key, E value, Named) { object_[key] = nameOf(value); }
    template <class E> void number(const char* key, E value) { object_[key] = static_cast<std::int32_t>(value); }
    template <class Row> void someRows(const char* key, const std::vector<Row>& rows) { this->rows(key, rows); }
    template <class Row> void rows(const char* key, const std::vector<Row>& rows) {
        for (const Row& row : rows)
            object_[key].push_back(jsonOfRow(row));
    }
    void reasons(const char* key, const char*, const std::vector<PendingReason>& reasons) {
        for (const PendingReason reason : reasons)
            object_[key].push_back(static_cast<std::int32_t>(reason));
    }
    template <class Value> void derived(const char*, const Value&) {} // not stored: it follows from another field
    /// A value that is left out where it is the default.
    template <class Value> void some(const char* key, const Value& value) {
        if (value != Value{}) (*this)(key, value);
    }

    nlohmann::json take() { return std::move(object_); }

private:
    nlohmann::json object_ = nlohmann::json::object();
};

/// Reads a row's fields, and keeps the first error.
class RowJsonReader {
public:
    explicit RowJsonReader(const nlohmann::json& object) : object_(object) {}

    void operator()(const char* key, std::string& text) {
        read(key, text, [](const auto& value, auto name) -> Result<std::string> {
            const auto word = STINT_TRY(wordFrom(value, name));
            return std::string(word);
        });
    }
    void operator()(const char* key, SharedText& shared) {
        std::string text;
        (*this)(key, text);
        shared = std::move(text);
    }
    void operator()(const char* key, bool& flag) { read(key, flag, flagFrom); }
    void operator()(const char* key, std::int32_t& number) { read(key, number, smallFrom); }
    void operator()(const char* key, std::int64_t& number) {
        read(key, number, [](const auto& value, auto name) { return numberFrom(value, name, {-1, anyTime.most}); });
    }
    void operator()(const char* key, WallTime& time) { read(key, time, wallFrom); }
    void operator()(const char* key, std::optional<WallTime>& time) {
        read(key, time, [](const auto& value, auto name) -> Result<std::optional<WallTime>> {
            const auto wall = STINT_TRY(wallFrom(value, name));
            return std::optional(wall);
        });
    }
    void operator()(const char* key, std::optional<Instant>& time) {
        read(key, time, [](const auto& value, auto name) -> Result<std::optional<Instant>> {
            const auto instant = STINT_TRY(instantFrom(value, name));
            return std::optional(instant);
        });
    }
    void operator()(const char* key, Duration& length) { read(key, length, lengthFrom); }
    void percent(const char* key, std::int64_t& value) {
        read(key, value, [](const auto& number, auto name) { return numberFrom(number, name, {0, 100}); });
    }
    /// Unlike those of a list, whose later versions may have more, its keys must all be known.
    template <class Row> void inner(const char* key, Row& row) { read(key, row, strictRowFrom<Row>); }
    template <class Value> void some(const char* key, Value& value) { (*this)(key, value); }
    template <class E, class Named> void word(const char* key, E& value, Named named) {
        read(key, value, [named](const auto& text, auto name) -> Result<E> {
            const std::string_view word = STINT_TRY(wordFrom(text, name));
            const std::optional<E> known = named(word);
            if (!known) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown word \"{}\"", name, word);
            return *known;
        });
    }
    template <class E> void number(const char* key, E& value) { read(key, value, enumFrom<E>); }
    template <class Row> void someRows(const char* key, std::vector<Row>& rows) { this->rows(key, rows); }
    template <class Row> void rows(const char* key, std::vector<Row>& rows) {
        read(key, rows, [](const auto& list, auto name) { return listFrom<Row>(list, name, rowFrom<Row>); });
    }
    void reasons(const char* key, const char*, std::vector<PendingReason>& reasons) {
        read(key, reasons,
             [](const auto& list, auto name) { return listFrom<PendingReason>(list, name, enumFrom<PendingReason>); });
    }
    template <class Value> void derived(const char*, const Value&) {}

    Result<void> done() const { return done_; }

private:
    template <class Value, class Read> void read(const char* key, Value& value, Read one) {
        if (done_) done_ = readPart(object_, key, value, one);
    }
    static Result<std::int32_t> smallFrom(const nlohmann::json& value, std::string_view name) {
        using Limits = std::numeric_limits<std::int32_t>;
        const std::int64_t number = STINT_TRY(numberFrom(value, name, {Limits::min(), Limits::max()}));
        return static_cast<std::int32_t>(number);
    }
    template <class E> static Result<E> enumFrom(const nlohmann::json& value, std::string_view name) {
        const auto number = STINT_TRY(smallFrom(value, name));
        return static_cast<E>(number);
    }
    static Result<WallTime> wallFrom(const nlohmann::json& value, std::string_view name) {
        const WallTime time{STINT_TRY(timeFrom(value, name))};
        return time;
    }

    const nlohmann::json& object_;
    Result<void> done_;
};

template <class Row> nlohmann::json jsonOfRow(const Row& row) {
    RowJsonWriter field;
    Row::fields(field, row);
    return field.take();
}

/// Returns IllegalArgument with the value that is wrong.
template <class Row> Result<Row> rowFrom(const nlohmann::json& object, std::string_view name) {
    if (!object.is_object()) return fail(Errc::ILLEGAL_ARGUMENT, "{} is not an object", name);
    Row row;
    RowJsonReader field(object);
    Row::fields(field, row);
    STINT_TRY(field.done());
    return row;
}

/// rowFrom(), where an unknown key is wrong, too.
template <class Row> Result<Row> strictRowFrom(const nlohmann::json& object, std::string_view name) {
    RowKeys keys;
    const Row plain;
    Row::fields(keys, plain);
    STINT_TRY(checkKeys(object, name, keys.known()));
    return rowFrom<Row>(object, name);
}

/// The row as JSON; bytes that are not UTF-8 become U+FFFD.
template <class Row> std::string rowText(const Row& row) {
    return jsonOfRow(row).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
template <class Row> Result<Row> rowFromText(std::string_view text) {
    const auto object = STINT_TRY(objectFrom(text));
    return rowFrom<Row>(object, Row::noun);
}

} // namespace stint
