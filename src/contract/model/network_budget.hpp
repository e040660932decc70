// A budget for an app's use of networks that cost something (limits.md §14), as a policy file or a scenario gives it.
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

/// Periods of the wall clock, in the machine's zone; a week begins on Monday.
enum class BudgetPeriod : std::uint8_t { Day, Week, Month };
std::string_view nameOf(BudgetPeriod);

struct NetworkBudget {
    static constexpr std::string_view everyApp = "*"; ///< each app without a budget of its own for that cost and period

    std::string app;
    NetworkCost cost = NetworkCost::Metered;
    BudgetPeriod period = BudgetPeriod::Month;
    std::optional<Bytes> bytes; ///< nullopt: any amount

    bool operator==(const NetworkBudget&) const = default;
};

/// A budget as people write it.
struct BudgetWords {
    std::string app;
    std::string cost;   ///< "metered", "roaming"
    std::string bytes;  ///< "2GiB", or "none"
    std::string period; ///< "day", "week", "month"
};

/// The words for a budget, as networkBudget() takes them.
BudgetWords wordsOf(const NetworkBudget& budget);
/// IllegalArgument names the wrong word, and says what would be right.
Result<NetworkBudget> networkBudget(const BudgetWords& words);
/// IllegalArgument: there is one of that app, cost and period already.
Result<void> addBudget(std::vector<NetworkBudget>& budgets, NetworkBudget budget);
/// A key that no two budgets share: "network_budget.com.example.mail.metered.month".
std::string keyOf(const NetworkBudget& budget);

} // namespace stint
