// What the owner of a download hears of it.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "stint/units.hpp"
#include "transfer/ending.hpp"

namespace stint::transfer {

struct Progress {
    enum class Phase { Loading, Finishing };
    Phase phase = Phase::Loading;
    Bytes inPlace = 0; ///< bytes of the file that are there; a resumed download goes on from where it was
    std::optional<Bytes> total;
    std::string anew; ///< why the file was begun anew, if it was

    bool operator==(const Progress&) const = default;
};

/// Called from Engine::turn() alone. `progressed` at most once a second; nothing comes after `ended`.
struct Watcher {
    std::function<void(const Progress&)> progressed;
    std::function<void(const Ending&)> ended;
};

} // namespace stint::transfer
