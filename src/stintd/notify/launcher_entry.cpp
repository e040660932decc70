#include "stintd/notify/launcher_entry.hpp"

#include <string>

#include "contract/model/notice.hpp"

namespace stint {
namespace {

constexpr const char* launcherPath = "/org/stint/TaskManager";
constexpr const char* launcherInterface = "com.canonical.Unity.LauncherEntry";

} // namespace

void LauncherEntry::tell(sd_bus* bus, const std::optional<LauncherProgress>& progress) {
    if (progress == told_ || !bus || sd_bus_is_open(bus) <= 0) return;
    const std::string entry = "application://" + std::string(taskManagerEntry) + ".desktop";
    const double part = progress ? static_cast<double>(progress->percent) / 100 : 0;
    const std::int64_t count = progress ? progress->count : 0;
    const int visible = progress ? 1 : 0;
    const int sent =
        sd_bus_emit_signal(bus, launcherPath, launcherInterface, "Update", "sa{sv}", entry.c_str(), 4, "progress", "d",
                           part, "progress-visible", "b", visible, "count", "x", count, "count-visible", "b", visible);
    if (sent >= 0) told_ = progress;
}

} // namespace stint
