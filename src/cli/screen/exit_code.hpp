// `stint`'s exit codes: sysexits (linux.md §A.10), so that a script can tell "never" from "not yet".
#pragma once
#include "stint/result.hpp"

namespace stint::cli {

namespace ends {
inline constexpr int ok = 0;
inline constexpr int failure = 1;
inline constexpr int usage = 64;
inline constexpr int noInput = 66;     ///< no such job, no such app
inline constexpr int unavailable = 69; ///< no daemon
inline constexpr int internal = 70;
inline constexpr int system = 71;       ///< the operating system refused
inline constexpr int cannotCreate = 73; ///< the target exists, or its directory does not
inline constexpr int inputOutput = 74;
inline constexpr int waits = 75; ///< not now; the job goes on
inline constexpr int refused = 77;
inline constexpr int interrupted = 130; ///< Ctrl-C where no job goes on
inline constexpr int terminated = 143;
} // namespace ends

inline int exitCodeOf(Errc code) {
    switch (code) {
    case Errc::IllegalArgument:
        return ends::usage;
    case Errc::IllegalState:
        return ends::failure;
    case Errc::Security:
        return ends::refused;
    case Errc::LimitExceeded:
        return ends::waits;
    case Errc::Storage:
        return ends::inputOutput;
    case Errc::Busy:
        return ends::waits;
    case Errc::Unavailable:
        return ends::unavailable;
    case Errc::System:
        return ends::system;
    }
    return ends::internal; // a newer daemon's code
}

} // namespace stint::cli
