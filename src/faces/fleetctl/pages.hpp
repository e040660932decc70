// Rows that the door tells page by page.
#pragma once
#include <functional>
#include <string_view>

#include "faces/fleetctl/door.hpp"
#include "faces/screen/json_line.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

/// Hands on each of the `rows` of all pages. A page says from where the next one begins (`next`); null: it was the
/// last. System: a page is none, or leads back; or the error of `take`, or of the door.
Result<void> walk(const Door& door, std::string_view path, const Door::Query& query, const char* rows,
                  const std::function<Result<void>(const cli::Json& row)>& take);

} // namespace stint::fleetctl
