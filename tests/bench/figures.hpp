// A bench's findings: tables, and figures with the goal that each is to reach. Printed as one JSON object, which
// scripts/figures.py shows to a person and puts into docs/performance.md.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace stint::bench {

struct Table {
    std::string title;
    std::vector<std::string> columns; ///< the first names the row
    std::vector<std::vector<std::string>> rows;
};

class Figures {
public:
    void add(Table table) { tables_.push_back(std::move(table)); }
    /// `is` has reached its goal if it is no less.
    void atLeast(std::string what, double is, double goal) { goals_.push_back({std::move(what), is, goal, true}); }
    /// `is` has reached its goal if it is no more.
    void atMost(std::string what, double is, double goal) { goals_.push_back({std::move(what), is, goal, false}); }
    /// On stdout.
    void print() const;

private:
    struct Goal {
        std::string what;
        double is = 0;
        double goal = 0;
        bool least = true;
    };

    std::vector<Table> tables_;
    std::vector<Goal> goals_;
};

/// Announces a slow step: a line on stderr.
void say(std::string_view what);

} // namespace stint::bench
