// Constants that the spec names and the core has no use for yet (limits.md §11; of jobs.md §0 what is fixed in
// JobInfo). A scenario may name them: they are checked like the others, and what plays it says that they have no effect
// yet. The table shrinks as the core learns them.
#pragma once
#include <span>
#include <string_view>

#include "model/constants.hpp"

namespace stint::sim {

struct LaterConstant {
    std::string_view key;
    ConstantKind kind = ConstantKind::Time;
};

std::span<const LaterConstant> laterConstants();
/// nullptr where the spec names none so.
const LaterConstant* laterConstant(std::string_view key);

/// IllegalArgument: an unknown key, with the nearest known one; a value of the wrong kind, or out of its range.
Result<void> checkConstant(std::string_view key, std::string_view text);

} // namespace stint::sim
