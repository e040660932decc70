// What simulated apps live in: a clock, a list of what they have yet to do, and a core to tell of it. What an effect of
// the core brings about is never told at once but put on the list, behind what came before it.
#pragma once
#include <functional>

#include "base/time.hpp"
#include "model/effect.hpp"

namespace stint::sim {

class Surroundings {
public:
    Surroundings() = default;
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;
    virtual ~Surroundings() = default;

    virtual Now now() const = 0;
    virtual void later(Duration after, std::function<void()> deed) = 0;
    /// An app's report, behind everything else of its instant: one that is stopped then makes none.
    virtual void reportLater(Duration after, std::function<void()> report) = 0;
    /// Hands the core an event. `answered` is called with its reply, before the step's other effects are performed.
    virtual void tell(Event event, const std::function<void(const Reply&)>& answered = {}) = 0;
    /// A line of the trace that is not the core's to write.
    virtual void note(const Trace& trace) = 0;
    /// Every process of the app is gone: by itself, or killed.
    virtual void die(const AppId& app, bool crash) = 0;
};

} // namespace stint::sim
