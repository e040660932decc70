// `stint dumpsys deviceidle` and `stint dumpsys alarm`: the content of Android's dumps, with its names.
#pragma once
#include "faces/control/daemon.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// `stint dumpsys deviceidle`: the content of Android's dump, with its names.
struct DozeDump {
    wire::DozeView doze;
    std::vector<AppView> apps;
    std::vector<wire::PolicyRow> settings; ///< doze.…, allowlist.…
};
Result<DozeDump> gatherDozeDump(Daemon& daemon);
void printDump(const DozeDump& dump, WallTime now, const Screen& screen);

/// `stint dumpsys alarm`: the same.
struct AlarmDump {
    std::vector<AlarmView> alarms;
    std::optional<WallTime> nextAlarmClock;
    std::vector<wire::PolicyRow> settings; ///< alarm.…
};
/// One app's alarms, if `package` is given. IllegalState: there is no such app.
Result<AlarmDump> gatherAlarmDump(Daemon& daemon, const std::optional<std::string>& package);
void printDump(const AlarmDump& dump, WallTime now, const Screen& screen);

} // namespace stint::cli
