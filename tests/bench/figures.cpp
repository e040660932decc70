#include "bench/figures.hpp"

#include <cstdio>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace stint::bench {

void Figures::print() const {
    auto tables = nlohmann::ordered_json::array();
    for (const Table& table : tables_)
        tables.push_back({{"title", table.title}, {"columns", table.columns}, {"rows", table.rows}});
    auto goals = nlohmann::ordered_json::array();
    for (const Goal& goal : goals_)
        goals.push_back({{"what", goal.what}, {"is", goal.is}, {"goal", goal.goal}, {"least", goal.least}});
    const nlohmann::ordered_json all{{"tables", std::move(tables)}, {"goals", std::move(goals)}};
    fmt::print("{}\n", all.dump());
}

void say(std::string_view what) { fmt::print(stderr, "   {}\n", what); }

} // namespace stint::bench
