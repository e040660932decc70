// An app's usage as JSON: its standby bucket and the times it follows from (limits.md §2.2). An absent key has the
// initial value of Usage, so `{}` is an app that was never used.
#pragma once
#include <string>
#include <string_view>

#include "contract/model/bucket.hpp"
#include "stint/result.hpp"

namespace stint {

/// One line, the same bytes for the same usage.
std::string usageText(const Usage& usage);

/// Reads what usageText() wrote. Nothing in it is trusted: an unknown key, bucket or reason, or a time out of range, is
/// IllegalArgument with its name.
Result<Usage> usageFrom(std::string_view text);

} // namespace stint
