// What came of a download, in the words of the job contract (jobs.md §4.2) and with an exit code (linux.md §A.10).
#pragma once
#include <cstdint>
#include <string>

namespace stint::transfer {

enum class Fate {
    Done,  ///< the file is in place, whole, and on the disk
    Later, ///< this run ends; what is there is kept, and another run goes on from it
    Never, ///< trying again would end the same way
};

struct Ending {
    Fate fate = Fate::Never;
    std::int32_t exitCode = 0;
    std::string text; ///< one line for a person

    bool operator==(const Ending&) const = default;
};

/// The sysexits this app ends with.
namespace ends {
inline constexpr std::int32_t ok = 0;
inline constexpr std::int32_t usage = 64;
inline constexpr std::int32_t badData = 65;      ///< the checksum is another
inline constexpr std::int32_t noInput = 66;      ///< the server has no such file
inline constexpr std::int32_t cannotCreate = 73; ///< the target exists, or its directory does not
inline constexpr std::int32_t inputOutput = 74;  ///< the disk is full, or broken
inline constexpr std::int32_t waits = 75;
inline constexpr std::int32_t protocol = 76; ///< the server said what it must not say
inline constexpr std::int32_t refused = 77;
} // namespace ends

inline Ending later(std::string why) { return {Fate::Later, ends::waits, std::move(why)}; }
inline Ending never(std::int32_t exitCode, std::string why) { return {Fate::Never, exitCode, std::move(why)}; }

} // namespace stint::transfer
