// What `stint` ends with: sysexits (linux.md §A.10), so that a script can tell "never" from "not yet".
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
inline constexpr int waits = 75; ///< not now; it will go on by itself
inline constexpr int refused = 77;
inline constexpr int interrupted = 130; ///< Ctrl-C where nothing goes on because of it
inline constexpr int terminated = 143;
} // namespace ends

int exitCodeOf(Errc);

} // namespace stint::cli
