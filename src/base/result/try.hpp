#pragma once
#include <utility>

#include "stint/result.hpp"

/// The value of a Result, or passes its Error on to the caller of this function. Each use has a name of its own, so
/// that one may stand inside another's lambda. GCC's and Clang's statement expression: not for installed headers. It
/// returns out of the middle of an expression, so it is the whole of one (CONTRIBUTING.md §5).
#define STINT_TRY(expression) STINT_TRY_NAMED(STINT_JOINED(stintTried, __COUNTER__), expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared cannot stand in parentheses
#define STINT_TRY_NAMED(tried, expression)                                                                             \
    (__extension__({                                                                                                   \
        auto tried = (expression);                                                                                     \
        if (!tried.ok()) return std::move(tried).error();                                                              \
        std::move(tried).value();                                                                                      \
    }))
// NOLINTEND(bugprone-macro-parentheses)
#define STINT_JOINED(left, right) STINT_JOINED_NOW(left, right)
#define STINT_JOINED_NOW(left, right) left##right
