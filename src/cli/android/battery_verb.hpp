// `stint cmd battery`: Android's verbs of the battery service, over what `stint device set` says of the device.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/daemon/daemon.hpp"

namespace stint::cli {

/// What one of the verbs asks of the device: changes as in `stint device set`, keys as in `stint device reset`, or a
/// question; or what it answers by itself.
struct BatteryAsk {
    std::map<std::string, std::string> set;
    std::vector<std::string> reset;
    std::string get; ///< "level", "ac", …
    std::optional<ShellAnswer> answer;

    bool operator==(const BatteryAsk&) const = default;
};

/// `words` from the verb on. Those that Android has and a device of ours has not (its temperature, …) are unknown.
BatteryAsk batteryAsk(const std::vector<std::string>& words);

/// The line that `get` prints, by the device's rows; nullopt: there is no such thing.
std::optional<std::string> batteryLine(const std::string& what, const std::vector<wire::DeviceRow>& device);

/// Asks the daemon, and answers as Android does.
Result<ShellAnswer> batteryVerb(Daemon& daemon, const std::vector<std::string>& words);

} // namespace stint::cli
