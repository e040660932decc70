// The words of a guard's condition and their meanings (guard_condition.hpp), made from the tables that define them.
#pragma once
#include <functional>
#include <span>
#include <string>

#include "contract/rules/world.hpp"

namespace stint {

/// A word of a condition and its meaning, made from the tables that define it.
struct GuardWord {
    std::string name;
    ReadSet reads = 0;
    std::function<bool(const World&)> holds;
};

/// All words, in the order in which they are listed; no two have the same name.
std::span<const GuardWord> everyGuardWord();

} // namespace stint
