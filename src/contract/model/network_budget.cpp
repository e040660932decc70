#include "contract/model/network_budget.hpp"

#include <algorithm>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/time/time.hpp"
#include "contract/model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<NetworkCost, 2> networkCosts{
    {{NetworkCost::Metered, "metered"}, {NetworkCost::Roaming, "roaming"}}};
constexpr NameTable<BudgetPeriod, 3> budgetPeriods{
    {{BudgetPeriod::Day, "day"}, {BudgetPeriod::Week, "week"}, {BudgetPeriod::Month, "month"}}};

} // namespace

std::string_view nameOf(NetworkCost cost) { return nameIn(networkCosts, cost); }
std::string_view nameOf(BudgetPeriod period) { return nameIn(budgetPeriods, period); }

Result<NetworkBudget> networkBudget(const BudgetWords& words) {
    NetworkBudget budget{.app = words.app};
    if (words.app.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "app is missing: the app's package, or \"*\" for each that has no budget "
                                            "of its own");
    const auto cost = namedIn(networkCosts, words.cost);
    if (!cost) return fail(Errc::ILLEGAL_ARGUMENT, "class is \"{}\"; it must be metered or roaming", words.cost);
    budget.cost = *cost;
    const auto period = namedIn(budgetPeriods, words.period);
    if (!period) return fail(Errc::ILLEGAL_ARGUMENT, "period is \"{}\"; it must be day, week or month", words.period);
    budget.period = *period;
    if (words.bytes == "none") return budget;
    auto bytes = parseSize(words.bytes);
    if (!bytes.ok())
        return fail(Errc::ILLEGAL_ARGUMENT, "bytes: {}; or write none, for any amount", bytes.error().message);
    budget.bytes = *bytes;
    return budget;
}

BudgetWords wordsOf(const NetworkBudget& budget) {
    return {.app = budget.app,
            .cost = std::string(nameOf(budget.cost)),
            .bytes = budget.bytes ? exactSize(*budget.bytes) : "none",
            .period = std::string(nameOf(budget.period))};
}

Result<void> addBudget(std::vector<NetworkBudget>& budgets, NetworkBudget budget) {
    if (std::ranges::any_of(budgets, [&](const NetworkBudget& one) { return keyOf(one) == keyOf(budget); }))
        return fail(Errc::ILLEGAL_ARGUMENT, "{} has two {} budgets a {}; leave one of them out",
                    budget.app == NetworkBudget::everyApp ? "\"*\"" : budget.app, nameOf(budget.cost),
                    nameOf(budget.period));
    budgets.push_back(std::move(budget));
    return {};
}

std::string keyOf(const NetworkBudget& budget) {
    return fmt::format("network_budget.{}.{}.{}", budget.app, nameOf(budget.cost), nameOf(budget.period));
}

} // namespace stint
