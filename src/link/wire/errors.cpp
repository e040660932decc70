#include "link/wire/errors.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include "base/result/errors.hpp"

namespace stint::wire {
namespace {

// clang-format off
constexpr std::array names = {
    ErrorName{Errc::ILLEGAL_ARGUMENT, "org.stint.Error.IllegalArgument", "INVALID_ARGUMENT"},
    ErrorName{Errc::ILLEGAL_STATE,    "org.stint.Error.IllegalState",    "ILLEGAL_STATE"},
    ErrorName{Errc::SECURITY,        "org.stint.Error.Security",        "SECURITY"},
    ErrorName{Errc::LIMIT_EXCEEDED,   "org.stint.Error.LimitExceeded",   "LIMIT_EXCEEDED"},
    ErrorName{Errc::STORAGE,         "org.stint.Error.Storage",         "STORAGE"},
    ErrorName{Errc::BUSY,            "org.stint.Error.Busy",            "BUSY"},
    ErrorName{Errc::UNAVAILABLE,     "org.stint.Error.Unavailable",     "UNAVAILABLE"},
    ErrorName{Errc::SYSTEM,          "org.stint.Error.System",          "SYSTEM"},
    ErrorName{Errc::REFUSED,         "org.stint.Error.Refused",         "RESULT_FAILURE"},
};

// Our codes for D-Bus's own errors.
struct Foreign {
    std::string_view name;
    Errc code;
};
constexpr std::array foreign = {
    Foreign{SD_BUS_ERROR_NO_REPLY,          Errc::UNAVAILABLE},
    Foreign{SD_BUS_ERROR_TIMEOUT,           Errc::UNAVAILABLE},
    Foreign{SD_BUS_ERROR_ACCESS_DENIED,     Errc::SECURITY},
    Foreign{SD_BUS_ERROR_INVALID_ARGS,      Errc::ILLEGAL_ARGUMENT},
    Foreign{SD_BUS_ERROR_INVALID_SIGNATURE, Errc::ILLEGAL_ARGUMENT},
    Foreign{SD_BUS_ERROR_LIMITS_EXCEEDED,   Errc::BUSY},
};
// clang-format on

const ErrorName& rowOf(Errc code) {
    for (const ErrorName& row : names)
        if (row.code == code) return row;
    STINT_CHECK(!"every Errc has a row");
    return names.back();
}

} // namespace

std::span<const ErrorName> errorNames() { return names; }
const char* wireNameOf(Errc code) { return rowOf(code).wire; }
std::string_view kindOf(Errc code) { return rowOf(code).kind; }

Error errorFrom(const sd_bus_error& error) {
    const std::string_view name = error.name ? error.name : "";
    const std::string message = error.message ? error.message : "";
    for (const ErrorName& row : names)
        if (name == row.wire) return Error{row.code, message};
    if (name == SD_BUS_ERROR_DISCONNECTED) return errorFromErrno(ECONNRESET);
    for (const Foreign& row : foreign)
        if (name == row.name) return fail(row.code, "{} ({})", message, name);
    // sd-bus's own failures come as errno in disguise: System.Error.ECONNRESET.
    const int number = sd_bus_error_get_errno(&error);
    if (name.starts_with("System.Error.") && number > 0) return errorFromErrno(number);
    return fail(Errc::SYSTEM, "{} ({})", message, name);
}

Error errorFromErrno(int number) {
    const std::string text = std::generic_category().message(number);
    switch (number) {
    case ECONNRESET:
    case ENOTCONN:
    case ESHUTDOWN:
    case EPIPE:
        return fail(Errc::UNAVAILABLE, "the connection was lost ({})", text);
    case ETIMEDOUT:
        return fail(Errc::UNAVAILABLE, "no answer in time ({})", text);
    case EBADMSG:
    case ENXIO:
        return fail(Errc::ILLEGAL_ARGUMENT, "the message is malformed ({})", text);
    default:
        return fail(Errc::SYSTEM, "{}", text);
    }
}

} // namespace stint::wire
