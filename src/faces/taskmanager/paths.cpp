#include "faces/taskmanager/paths.hpp"

#include <algorithm>
#include <array>

namespace stint::taskmanager {
namespace {

// clang-format off
constexpr std::array paths{
    Path{"/enter",            "POST"},
    Path{"/metrics",          "GET",  answerMetrics},
    Path{"/api/events",       "GET"},
    Path{"/api/why",          "GET",  answerWhy},
    Path{"/api/log",          "GET",  answerLog},
    Path{"/api/day",          "GET",  answerDay},
    Path{"/api/work",         "GET"},
    Path{"/api/constraints",  "GET",  answerConstraints},
    Path{"/api/jobs/pause",   "POST", pauseJob},
    Path{"/api/jobs/resume",  "POST", resumeJob},
    Path{"/api/jobs/cancel",  "POST", cancelJob},
    Path{"/api/jobs/retry",   "POST", retryJob},
    Path{"/api/jobs/run-now", "POST", runJobNow},
    Path{"/api/apps/stop",    "POST", stopApp},
    Path{"/api/apps/battery", "POST", setBattery},
    Path{"/api/device/reset", "POST", resetDevice},
    Path{"/api/what-if",      "POST", foretell},
};
// clang-format on

} // namespace

const Path* pathNamed(std::string_view name) {
    const auto found = std::ranges::find(paths, name, &Path::name);
    return found == paths.end() ? nullptr : &*found;
}

} // namespace stint::taskmanager
