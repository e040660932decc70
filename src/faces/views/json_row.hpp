// A row that tells its own fields (contract/model/view.hpp), as JSON: the same keys as on the wire, in the same order.
#pragma once
#include <string>

#include "faces/views/json_parts.hpp"

namespace stint::cli {

template <class Row> Json jsonRows(const std::vector<Row>& rows);

/// Told each field by a row's `fields`, it adds them to a line.
class JsonFields {
public:
    explicit JsonFields(Json& line) : line_(line) {}

    template <class Value> void operator()(const char* key, const Value& value) { line_[key] = value; }
    void operator()(const char* key, const std::optional<WallTime>& time) { line_[key] = milliseconds(time); }
    void operator()(const char* key, Duration length) { line_[key] = length.count(); }
    void operator()(const char* key, const SharedText& text) { line_[key] = text.str(); }
    void operator()(const char* key, WallTime time) { line_[key] = milliseconds(time); }
    template <class Row> void rows(const char* key, const std::vector<Row>& rows) { line_[key] = jsonRows(rows); }
    void reasons(const char* key, const std::vector<PendingReason>& reasons) { line_[key] = reasonsOf(reasons); }
    void always(const char* key, const std::optional<WallTime>& time) { line_[key] = milliseconds(time); }
    void always(const char* key, const std::optional<Duration>& length) {
        line_[key] = length ? Json(length->count()) : Json();
    }
    void always(const char* key, const std::optional<std::int32_t>& number) {
        line_[key] = number ? Json(*number) : Json();
    }
    template <class E, class Named> void word(const char* key, E value, Named) { line_[key] = nameOf(value); }
    template <class E> void number(const char* key, E value) { line_[key] = cli::number(value); }
    template <class Value> void told(const char* key, const Value& value) { line_[key] = value; }

private:
    Json& line_;
};

template <class Row> void putRow(Json& line, const Row& row) {
    JsonFields field(line);
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
