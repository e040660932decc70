// Result: the return type of a function that may fail: a value, or an Error that says what was wrong, where, and what
// would be right. Standard library only; the one result type of the whole house.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace stint {

/// The kinds of error an app must be able to tell apart (jobs.md §2.1). Names and numbers are never changed.
enum class Errc : std::uint8_t {
    ILLEGAL_ARGUMENT = 1, ///< the request can never be right: a rule of JobInfo, a malformed message
    ILLEGAL_STATE = 2,    ///< right in itself, not now: too many jobs, a callback for a run that is over
    SECURITY = 3,         ///< the caller may not do this, in whatever form
    LIMIT_EXCEEDED = 4,   ///< called too often (debuggable apps; jobs.md §2.4)
    STORAGE = 5,          ///< the daemon could not make it durable; nothing was accepted
    BUSY = 6,             ///< too many calls in flight on this connection; ask again
    UNAVAILABLE = 7,      ///< no daemon, or the connection to it was lost; the call's fate is unknown
    SYSTEM = 8,           ///< the operating system refused: a file, a process, a socket
    REFUSED = 9,          ///< Android's RESULT_FAILURE, with its reason: not in the app's present state (jobs.md §2.3)
};

/// A mistake of the caller, or a failure of the system: a short code, and a sentence for a person.
struct Error {
    Errc code = Errc::SYSTEM;
    std::string message;

    bool operator==(const Error&) const = default;
};

/// A value of type T or an Error. `value()` may be called only if `ok()`.
template <class T> class [[nodiscard]] Result {
public:
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return held_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return std::get<0>(held_); }
    const T& value() const& { return std::get<0>(held_); }
    /// Returns by value, as operator*() does, so that `for (… : *list())` walks over a list that lasts.
    T value() && { return std::get<0>(std::move(held_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& { return std::get<1>(held_); }
    Error&& error() && { return std::get<1>(std::move(held_)); }

private:
    std::variant<T, Error> held_;
};

/// Success, or an Error.
template <> class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const { return !error_; }
    explicit operator bool() const { return ok(); }
    void value() const {}

    const Error& error() const& { return *error_; }
    Error&& error() && { return *std::move(error_); }

private:
    std::optional<Error> error_;
};

} // namespace stint
