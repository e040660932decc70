// The tables of work.db and their versions (schema.sql); and requests as its rows, and back.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/sqlite/sqlite.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

/// The text of schema.sql, which the build puts in.
extern const std::string_view schemaText;

/// The version that this program writes: the number of parts in schema.sql.
int schemaVersion();

/// Brings `database` from its own version to ours, in one transaction. ILLEGAL_STATE for a newer one, which is left as
/// it is.
Result<void> migrate(Database& database);

/// All columns of `requests`, in the order in which rowInto() binds and requestIn() reads them.
extern const char* const insertRequest;
extern const char* const selectRequests;

/// The bounds of a stored number: times of thirty thousand years to either side in milliseconds, so that the sum of a
/// few cannot overflow.
inline constexpr std::int64_t farthest = 1'000'000'000'000'000;
/// The number in a column of the present row; Errc::STORAGE where it is out of bounds.
Result<std::int64_t> storedNumber(const Statement& row, int column, std::int64_t least, std::int64_t most);
Result<WallTime> storedTime(const Statement& row, int column);

/// Constraints by their text: equal texts of many rows are parsed once.
using ConstraintsRead = std::map<std::string, Constraints, std::less<>>;

/// Another one after each change of a row, whichever process makes it: a reader need not look at what it knows.
struct Mark {
    Session writer = 0;
    std::int64_t nth = 0;
    bool operator==(const Mark&) const = default;
};

Result<void> rowInto(Statement& insert, const Request& request, const Mark& mark);
Mark markIn(const Statement& row);
/// Reads a request without its parents. Errc::STORAGE for a row that is damaged, or breaks a rule.
Result<Request> requestIn(const UUID& id, const Statement& row, ConstraintsRead& read);

} // namespace stint::work
