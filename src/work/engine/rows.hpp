// Requests as rows of work.db, and back.
#pragma once
#include <map>
#include <string>

#include "base/sqlite/sqlite.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

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

Result<void> rowInto(Statement& insert, const Request& request);
/// Reads a request without its parents. Errc::STORAGE for a row that is damaged, or breaks a rule.
Result<Request> requestIn(const Statement& row, ConstraintsRead& read);

} // namespace stint::work
