// The facts that a gate may read beside the GateKey: the device, the app, the numbers and the time. A rule holds no
// state.
#pragma once
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/time/time.hpp"
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/day.hpp"
#include "contract/model/device.hpp"
#include "contract/model/gate.hpp"

namespace stint {

/// The runs of each pool that are under way (jobs.md §14.1), by its app and its name.
using PoolRuns = std::map<std::pair<AppId, SharedText>, std::int32_t>;

struct World {
    const Constants& constants;
    const Device& device;
    const DeviceState& state;
    Now now;
    const TimeZone* zone = nullptr;  ///< the wall clock's zone; null: UTC
    const PoolRuns* pools = nullptr; ///< null: none runs
};

/// The facts about a run that a question about the running job may read.
struct RunFacts {
    JobClass kind = JobClass::Regular; ///< the class it runs as: fixed when it began
    Instant began;
    bool pastGuarantee = false;
    bool startedOnTop = false;  ///< its app was on top when it began
    bool byIdlePath = false;    ///< runs by the idle path of the restricted bucket (limits.md §5)
    bool pluggedEnough = false; ///< began with power alone as its charging constraint (limits.md §10.3)
};

/// The quota of an app's regular jobs that wait: whether they are within it, and when they are again (quota.hpp).
struct RegularQuota {
    bool in = true;
    std::optional<Instant> returns;
    Instant sooner; ///< from then on it may be in quota already, by what the buffer keeps back (limits.md §3.7)
};

/// The answer whether traffic may pass (limits.md §8.1, §8.2; network_access.hpp).
struct NetworkVerdict {
    bool allowed = true;
    std::string_view because;        ///< shut by standby, doze, battery_saver, data_saver, background or guard
    std::optional<Instant> askAgain; ///< when time alone may change it

    bool operator==(const NetworkVerdict&) const = default;
};

/// The answers that one app's jobs at one moment have in common: reckoned when the first one needs it.
struct AppMemo {
    std::optional<RegularQuota> regular;   ///< for its jobs that wait
    std::optional<NetworkVerdict> network; ///< for jobs that no rule of the network spares because of their class
};

/// The whole world of one question. `app` is null where the app is not installed; `run` is null while the job waits.
struct Context {
    const World& world;
    const GateKey& gateKey;
    const App* app;
    const RunFacts* run = nullptr;
    AppMemo* memo = nullptr; ///< for this app and moment; null: the caller asks about one job only
    /// The kept answer whether the network fits the GateKey's request, for as long as both stay; null: nobody keeps it.
    std::optional<bool>* fits = nullptr;
};

} // namespace stint
