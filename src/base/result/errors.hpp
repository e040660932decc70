// Errors as values (CONTRIBUTING.md §5): fail() makes an Error, a code and a formatted sentence that says what is
// wrong, where, and what would be right; STINT_TRY passes one on. STINT_CHECK is for our own mistakes, never for
// input, and stays on in release: it prints where it failed, and aborts.
#pragma once
#include <utility>

#include <fmt/core.h>

#include "stint/result.hpp"

namespace stint {
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);
}

/// For our own mistakes, never for input; it stays on in release. A false condition prints where it stands, and aborts.
#define STINT_CHECK(condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition)) ::stint::checkFailed(#condition, __FILE__, __LINE__);                                        \
    } while (false)

namespace stint {

/// An Error of a code and a formatted sentence that says what is wrong, where, and what would be right.
template <class... Args> Error fail(Errc code, fmt::format_string<Args...> format, Args&&... args) {
    return Error{code, fmt::format(format, std::forward<Args>(args)...)};
}

/// `error` with the words "`context`: " before its message.
inline Error within(std::string_view context, Error error) {
    error.message = fmt::format("{}: {}", context, error.message);
    return error;
}

} // namespace stint

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
