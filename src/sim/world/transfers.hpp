// Transfers under way share the network: each direction's rate is divided equally among those that still use it
// (scenario.md, time in a simulation). The shares of up to forty are exact: amounts are kept in fractions of a byte
// that any such share divides.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "contract/model/job.hpp"
#include "sim/scenario/scenario.hpp"

namespace stint::sim {

class Transfers {
public:
    /// The rest of a transfer, in parts of a byte.
    struct Rest {
        __int128 down = 0;
        __int128 up = 0;

        bool done() const { return down == 0 && up == 0; }
    };
    static Rest restOf(const Behaviour::Payload& payload);
    /// The whole bytes that were moved in between.
    static Bytes bytesBetween(const Rest& before, const Rest& after);

    /// Advances all of them to `now`. To be called before each change, and at next().
    void advance(Instant now);
    void setRates(Kbps down, Kbps up);
    void begin(RunId run, Rest rest) { rests_[run] = rest; }
    /// Takes what a transfer has moved since the last call, in parts of a byte; also for a transfer that has ended.
    Rest takeMoved(RunId run);
    /// Takes the whole bytes out of `parts`.
    static Bytes takeBytes(__int128& parts);
    /// The rest of a transfer; nullopt: there is none.
    std::optional<Rest> rest(RunId run) const;
    /// Ends a transfer; returns its rest.
    std::optional<Rest> end(RunId run);

    /// The time at which the next transfer completes a direction.
    std::optional<Instant> next() const;
    /// Completed transfers, in the order of their runs.
    std::vector<RunId> finished() const;

private:
    __int128 share(Kbps rate, __int128 Rest::*direction) const;

    Instant now_;
    Kbps down_ = 0;
    Kbps up_ = 0;
    std::map<RunId, Rest> rests_;
    std::map<RunId, Rest> moved_;
};

} // namespace stint::sim
