// The views that tables print, as JSON: one object a line, "schema" first, keys in a fixed order; times are
// milliseconds since 1970, sizes bytes, unknown values null. Within schema 1 keys are only added. Rows that are printed
// as they are on the wire have jsonOfRow() (json_row.hpp).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/view.hpp"
#include "contract/rules/validation.hpp"
#include "faces/control/daemon.hpp"
#include "link/wire/views.hpp"

namespace stint::cli {

/// Keys of a followed job's line beside its state.
struct Event {
    std::string_view name;           ///< "scheduled", "state", "detached", "ended"
    std::string_view output = {};    ///< the file of a download
    std::optional<Bytes> input = {}; ///< how much of stdin a command is to read
};

/// The result of `stint run-now`: the job before it, and the blockers that kept it from running.
struct RunNow {
    JobView job;
    std::vector<Blocker> blockers;
    bool runs = false; ///< it runs although they held it
};

std::string jsonOf(const JobView&, const Event&);
/// The job, its blockers, and its history if that was asked for.
std::string jsonOf(const JobView&, const std::vector<Blocker>&,
                   const std::optional<std::vector<HistoryEntry>>& history = std::nullopt);
std::string jsonOf(const RunNow&);
std::string jsonOf(const ShellAnswer&);
std::string jsonOf(const JobField&);
/// Both quotas of an app.
std::string jsonOfQuota(const AppView&);
std::string jsonOf(const wire::DozeView&);
std::string jsonOf(const DeviceLimitView&);

} // namespace stint::cli
