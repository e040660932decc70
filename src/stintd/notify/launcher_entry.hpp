// The launcher's progress bar.
#pragma once
#include <cstdint>
#include <optional>

#include <systemd/sd-bus.h>

namespace stint {

struct LauncherProgress {
    std::int32_t percent = 0;
    std::int64_t count = 0; ///< the number of notifications with a progress
    bool operator==(const LauncherProgress&) const = default;
};

/// Sends the progress of all notifications together to launchers, which draw it on the Task Manager's icon (linux.md
/// §A.2): a signal on the session bus, which needs no listener. Nothing is answered, so nothing can hang.
class LauncherEntry {
public:
    /// nullopt: no notification has a progress. A value that was sent last is not sent again.
    void tell(sd_bus* bus, const std::optional<LauncherProgress>& progress);

private:
    std::optional<LauncherProgress> told_;
};

} // namespace stint
