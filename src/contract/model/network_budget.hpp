// What an app may use of networks that cost something (limits.md §14), as a policy file or a scenario says it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// A network may be both.
enum class NetworkCost : std::uint8_t { Metered, Roaming };
std::string_view nameOf(NetworkCost);

/// Of the clock on the wall, in the machine's zone; a week begins on Monday.
enum class BudgetPeriod : std::uint8_t { Day, Week, Month };
std::string_view nameOf(BudgetPeriod);

struct NetworkBudget {
    static constexpr std::string_view everyApp = "*"; ///< each that has none of its own of that cost and period

    std::string app;
    NetworkCost cost = NetworkCost::Metered;
    BudgetPeriod period = BudgetPeriod::Month;
    std::optional<Bytes> bytes; ///< nullopt: any amount

    bool operator==(const NetworkBudget&) const = default;
};

/// As people write one.
struct BudgetWords {
    std::string app;
    std::string cost;   ///< "metered", "roaming"
    std::string bytes;  ///< "2GiB", or "none"
    std::string period; ///< "day", "week", "month"
};

/// As networkBudget() takes it.
BudgetWords wordsOf(const NetworkBudget& budget);
/// IllegalArgument: which of its words is wrong, and what would be right.
Result<NetworkBudget> networkBudget(const BudgetWords& words);
/// IllegalArgument: there is one of that app, cost and period already.
Result<void> addBudget(std::vector<NetworkBudget>& budgets, NetworkBudget budget);
/// No two have the same: "network_budget.com.example.mail.metered.month".
std::string keyOf(const NetworkBudget& budget);

} // namespace stint
