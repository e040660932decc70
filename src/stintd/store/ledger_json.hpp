// An app's use of its limits, as JSON: both quotas' ledgers (limits.md §3.4, §4), its deliveries of alarms (§7.4) and
// of messages (§8.5), what the safeguards hold against it (jobs.md §6.7), and when it left the user's sight (§9). An
// absent key means that nothing was used, so `{}` is an app that has used nothing.
#pragma once
#include <string>
#include <string_view>

#include "contract/model/app.hpp"
#include "stint/result.hpp"

namespace stint {

/// One line, the same bytes for the same memory; each list has its newest mostEntries (checked_json.hpp).
std::string ledgersText(const AppMemory& memory);

/// Fills that part of `memory`. Nothing in the text is trusted: an unknown key, a value out of range, or a list out of
/// order is IllegalArgument with its name, and `memory` does not change.
Result<void> readLedgers(std::string_view text, AppMemory& memory);

} // namespace stint
