// The progress and the end of a transfer, for its owner: the end in the words of the job contract (jobs.md §4.2) and
// with an exit code (linux.md §A.10); and both in words, for its notification.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/unix/ends.hpp"
#include "programs/transfer/spec.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

enum class Fate {
    Done,  ///< the file is in place, whole, and on the disk
    Later, ///< this run ends; what was received is kept, and another run resumes
    Never, ///< trying again would end the same way
};

struct Ending {
    Fate fate = Fate::Never;
    std::int32_t exitCode = 0;
    std::string text; ///< one line for a person

    bool operator==(const Ending&) const = default;
};

inline Ending later(std::string why) { return {Fate::Later, ends::waits, std::move(why)}; }
inline Ending never(std::int32_t exitCode, std::string why) { return {Fate::Never, exitCode, std::move(why)}; }
/// The Ending for this machine's refusal: for good, unless it has only run short (systemCode()).
inline Ending refusedHere(std::int32_t exitCode, const Error& error) {
    return error.code == Errc::BUSY ? later(error.message) : never(exitCode, error.message);
}

struct Progress {
    enum class Phase { Loading, Finishing };
    Phase phase = Phase::Loading;
    Bytes inPlace = 0; ///< bytes of the file in place; a resumed download continues from there
    std::optional<Bytes> total;
    std::string anew;      ///< the reason why the file was begun anew, if it was
    std::string from = {}; ///< the server of a mirror, if the bytes come from one

    bool operator==(const Progress&) const = default;
};

/// Called from Engine::turn() alone. `progressed` at most once a second; nothing comes after `ended`.
struct Watcher {
    std::function<void(const Progress&)> progressed;
    std::function<void(const Ending&)> ended;
};

/// "12.3 MiB of 256 MiB", "12.3 MiB", "finishing 256 MiB"; the mirror it comes from, and the reason why it was begun
/// anew, if it was.
std::string describe(const Progress& progress);

/// The Ending of an upload that is now at `place`; `anew`: the reason why it started over, if it did.
Ending sent(const Upload& upload, Bytes size, const std::string& place, const std::string& anew);

} // namespace stint::transfer
