// A stored row's columns.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/sqlite/sqlite.hpp"
#include "stint/units.hpp"

namespace stint {

/// Reads the columns of a row of readSql(), one after the other.
class StoredRow {
public:
    explicit StoredRow(const Statement& statement) : statement_(statement) {}

    std::string text() { return std::string{statement_.text(at_++)}; }
    std::int64_t integer() { return statement_.integer(at_++); }
    std::int32_t small() { return static_cast<std::int32_t>(integer()); }
    bool flag() { return integer() != 0; }
    template <class Time> Time time() { return Time{Duration{integer()}}; }
    template <class Time> std::optional<Time> optionalTime() {
        const auto count = statement_.optionalInteger(at_++);
        if (!count) return std::nullopt;
        return Time{Duration{*count}};
    }

private:
    const Statement& statement_;
    int at_ = 1; // after the rowid
};

} // namespace stint
