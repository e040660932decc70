// A campaign's file and its document before either is understood: the same tree of values, which one reader walks
// (fields.hpp). TOML's values have their place in the file. JSON is written canonically: keys sorted, no blanks, no
// fractions, no null.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stint/result.hpp"

namespace stint::fleet {

struct Value {
    using List = std::vector<Value>;
    using Table = std::map<std::string, Value, std::less<>>;

    std::variant<bool, std::int64_t, std::string, List, Table> held{};
    std::uint32_t line = 0; ///< 0: it has no place
    std::uint32_t column = 0;

    const Table* table() const { return std::get_if<Table>(&held); }
    const List* list() const { return std::get_if<List>(&held); }
    const std::string* text() const { return std::get_if<std::string>(&held); }
    const std::int64_t* number() const { return std::get_if<std::int64_t>(&held); }

    /// Its type, with an article.
    std::string_view shape() const;
};

inline constexpr std::size_t longestDocument = std::size_t{64} << 10; ///< bytes
inline constexpr std::size_t longestFile = std::size_t{256} << 10;    ///< bytes; a file has comments
inline constexpr std::int64_t largestNumber = std::int64_t{1} << 53;  ///< every reader of JSON has it exactly

/// A table. IllegalArgument begins with FILE:LINE:COLUMN.
Result<Value> valueFromToml(std::string_view text, std::string_view file);
/// A table, of no key twice, and not deep. IllegalArgument says at which byte it is none.
Result<Value> valueFromJson(std::string_view text, std::size_t longest = longestDocument);
std::string jsonOf(const Value& value);

/// "FILE:LINE:COLUMN: " and the error; "FILE: " where the value has no place.
Error at(std::string_view file, const Value& value, const Error& error);

} // namespace stint::fleet
