// The one table that ties each Errc to its D-Bus error name and to jobs.md's name of the kind (jobs.md §2.1). An app
// can see these names: they are never changed.
#pragma once
#include <span>
#include <string_view>

#include <systemd/sd-bus.h>

#include "stint/result.hpp"

namespace stint::wire {

struct ErrorName {
    Errc code;
    const char* wire;      ///< "org.stint.Error.IllegalArgument"
    std::string_view kind; ///< "INVALID_ARGUMENT"
};

/// One row for each Errc, in their order.
std::span<const ErrorName> errorNames();
const char* wireNameOf(Errc);
std::string_view kindOf(Errc);

/// The other end's error. A name of D-Bus's own or of a stranger becomes the nearest code, and stays readable.
Error errorFrom(const sd_bus_error& error);
/// The error that sd-bus or the system returned: a lost connection is Unavailable, a malformed message
/// IllegalArgument, all else System.
Error errorFromErrno(int number);

} // namespace stint::wire
