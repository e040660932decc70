// scenario.md, constants: overrides of the spec's numbers by their names (limits.md §11, jobs.md §0). network_budget:
// the amount that apps may use of networks that cost something (limits.md §14).
#include "contract/model/constants.hpp"
#include "sim/scenario/parts.hpp"

namespace stint::sim {

std::vector<Setting> readConstants(Yaml& yaml, const Node& node) {
    std::vector<Setting> settings;
    Constants scratch;
    yaml.names(node, "constants", [&](const Node& name, const Node& value) {
        Setting setting{locationOf(value), name.Scalar(), yaml.text(value, name.Scalar())};
        if (!value.IsScalar()) return;
        const auto checked = setConstant(scratch, setting.key, setting.text);
        const bool known = constantRow(setting.key).ok();
        if (!checked) yaml.complain(known ? setting.location : locationOf(name), "{}", checked.error().message);
        settings.push_back(std::move(setting));
    });
    if (const auto error = contradiction(scratch)) yaml.complain(locationOf(node), "{}", error->message);
    return settings;
}

std::vector<NetworkBudget> readBudgets(Yaml& yaml, const Node& node) {
    std::vector<NetworkBudget> budgets;
    yaml.list(node, "network_budget", [&](const Node& item) {
        BudgetWords words;
        yaml.map(item, "a budget",
                 {{"app", [&](const Node& value) { words.app = yaml.text(value, "app"); }},
                  {"class", [&](const Node& value) { words.cost = yaml.text(value, "class"); }},
                  {"bytes", [&](const Node& value) { words.bytes = yaml.text(value, "bytes"); }},
                  {"period", [&](const Node& value) { words.period = yaml.text(value, "period"); }}});
        if (!item.IsMap()) return;
        auto budget = networkBudget(words);
        if (!budget) return yaml.complain(locationOf(item), "{}", budget.error().message);
        if (const auto done = addBudget(budgets, *std::move(budget)); !done)
            yaml.complain(locationOf(item), "{}", done.error().message);
    });
    return budgets;
}

} // namespace stint::sim
