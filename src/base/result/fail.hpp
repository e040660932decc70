// Our own code's way to make an Error.
#pragma once
#include <fmt/core.h>

#include "stint/result.hpp"

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
