// How far what is shown has come together, for launchers that draw it on the Task Manager's icon (linux.md §A.2): a
// signal on the session bus, to whoever listens. Nothing is answered, so nothing can hang.
#pragma once
#include <cstdint>
#include <optional>

#include <systemd/sd-bus.h>

namespace stint {

struct LauncherProgress {
    std::int32_t percent = 0;
    std::int64_t count = 0; ///< of how many
    bool operator==(const LauncherProgress&) const = default;
};

class LauncherEntry {
public:
    /// nullopt: nothing has a progress. What was told last is not told again.
    void tell(sd_bus* bus, const std::optional<LauncherProgress>& progress);

private:
    std::optional<LauncherProgress> told_;
};

} // namespace stint
