// The world of simulated apps: a clock, a queue of future actions, and a core. Consequences of the core's effects are
// never reported at once, but queued behind everything queued before.
#pragma once
#include <functional>

#include "base/time/time.hpp"
#include "contract/model/effect.hpp"

namespace stint::sim {

class Surroundings {
public:
    Surroundings() = default;
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;
    virtual ~Surroundings() = default;

    virtual Now now() const = 0;
    virtual void later(Duration after, std::function<void()> event) = 0;
    /// An app's report, after everything else of its instant: an app that is stopped then makes none.
    virtual void reportLater(Duration after, std::function<void()> report) = 0;
    /// Hands the core an event. `answered` is called with its reply, before the step's other effects are performed.
    virtual void tell(Event event, const std::function<void(const Reply&)>& answered = {}) = 0;
    /// Adds a line to the trace that the core does not write.
    virtual void note(const Trace& trace) = 0;
    /// Every process of the app is gone: by itself, or killed.
    virtual void die(const AppId& app, bool crash) = 0;
    /// A process of the app has begun.
    virtual void began(const AppId& app) = 0;
    /// True if the core has that job, waiting or running.
    virtual bool hasJob(const JobKey& job) const = 0;
    /// True if the user sees the app.
    virtual bool isVisible(const AppId& app) const = 0;
};

} // namespace stint::sim
