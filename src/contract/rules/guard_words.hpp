// What the words of a guard's condition mean (guard_condition.hpp), made from the tables that have them.
#pragma once
#include <functional>
#include <span>
#include <string>

#include "contract/rules/world.hpp"

namespace stint {

struct GuardWord {
    std::string name;
    ReadSet reads = 0;
    std::function<bool(const World&)> holds;
};

/// No two of one name; in the order in which they are listed.
std::span<const GuardWord> everyGuardWord();

} // namespace stint
