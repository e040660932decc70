// `stint cmd …` and `stint am …`: Android's shell verbs (jobs.md §8; limits.md §2.7, §6.7). The daemon parses the words
// and writes the answer; output and exit codes are Android's. Only the battery's verbs are translated here, into
// overrides like those of `stint device set`.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// Runs `words` behind `before` ({"cmd", "deviceidle"}, {"am"}); returns the exit code.
int shellVerb(const std::vector<std::string>& before, const std::vector<std::string>& words, const Screen& screen);

/// A verb's request to the device: changes as in `stint device set`, keys as in `stint device reset`, or a question; or
/// an answer that needs no daemon.
struct BatteryAsk {
    std::map<std::string, std::string> set;
    std::vector<std::string> reset;
    std::string get; ///< "level", "ac", …
    std::optional<ShellAnswer> answer;
};

/// The request in `words`, from the verb on. Android's properties that our devices lack (temperature, …) are unknown.
BatteryAsk batteryAsk(const std::vector<std::string>& words);

/// The line that `get` prints, from the device's rows; nullopt: there is no such property.
std::optional<std::string> batteryLine(const std::string& what, const std::vector<wire::DeviceRow>& device);

/// Calls the daemon, and answers like Android.
Result<ShellAnswer> batteryVerb(Daemon& daemon, const std::vector<std::string>& words);

} // namespace stint::cli
