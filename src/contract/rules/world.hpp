// What a question may read beside the GateKey: the device, the app, the numbers and the time. A rule holds no state.
#pragma once
#include <optional>
#include <string_view>

#include "base/time/time.hpp"
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/gate_key.hpp"
#include "contract/model/reads.hpp"
#include "contract/model/time_zone.hpp"

namespace stint {

struct World {
    const Constants& constants;
    const Device& device;
    const DeviceState& state;
    Now now;
    const TimeZone* zone = nullptr; ///< of the clock on the wall; null: UTC
};

/// What a question about a running job may read of its run.
struct RunFacts {
    JobClass kind = JobClass::Regular; ///< what it runs as: frozen when it began
    Instant began;
    bool pastGuarantee = false;
    bool startedOnTop = false;  ///< its app was on top when it began
    bool byIdlePath = false;    ///< runs by the idle path of the restricted bucket (limits.md §5)
    bool pluggedEnough = false; ///< began with power alone as its charging constraint (limits.md §10.3)
};

/// Whether an app's regular jobs that wait are within its quota, and when they are again (quota.hpp).
struct RegularQuota {
    bool in = true;
    std::optional<Instant> returns;
    Instant sooner; ///< from then on it may be in quota already, by what the buffer keeps back (limits.md §3.7)
};

/// Whether traffic may pass (limits.md §8.1, §8.2; network_access.hpp).
struct NetworkVerdict {
    bool allowed = true;
    std::string_view because;        ///< the rule that shuts it: standby, doze, battery_saver, data_saver, background
    std::optional<Instant> askAgain; ///< when time alone may change it

    bool operator==(const NetworkVerdict&) const = default;
};

/// What the questions about one app's jobs at one moment have in common: reckoned when the first one needs it.
struct AppMemo {
    std::optional<RegularQuota> regular;   ///< of its jobs that wait
    std::optional<NetworkVerdict> network; ///< of those that no rule of the network spares for what they are
};

/// One question's whole world. `app` is null where the app is not installed; `run` is null while the job waits.
struct Context {
    const World& world;
    const GateKey& gateKey;
    const App* app;
    const RunFacts* run = nullptr;
    AppMemo* memo = nullptr; ///< of this app and moment; null: whoever asks has but one job to ask about
    /// Whether the network fits the GateKey's request, for as long as it stays the same one; null: nobody keeps that.
    std::optional<bool>* fits = nullptr;
};

} // namespace stint
