// Transfers that go on at one moment share the network: each direction's rate is divided equally among those that still
// have something to transfer in it (scenario.md, time in a simulation). Exact as long as at most forty share: amounts
// are kept in parts of a byte that every such share divides.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "model/job.hpp"
#include "sim/scenario.hpp"

namespace stint::sim {

class Transfers {
public:
    /// What is left to do of a transfer, in parts of a byte.
    struct Rest {
        __int128 down = 0;
        __int128 up = 0;

        bool done() const { return down == 0 && up == 0; }
    };
    static Rest restOf(const Behaviour::Payload& payload);

    /// Lets all of them go on until `now`. Before each change, and whenever one is done (next()).
    void advance(Instant now);
    void setRates(Kbps down, Kbps up);
    void begin(RunId run, Rest rest) { rests_[run] = rest; }
    /// What it has not done; nothing where it does not transfer.
    std::optional<Rest> end(RunId run);

    /// When the next one has done with a direction.
    std::optional<Instant> next() const;
    /// Those that have nothing left, in the order of their runs.
    std::vector<RunId> finished() const;

private:
    __int128 share(Kbps rate, __int128 Rest::*direction) const;

    Instant now_;
    Kbps down_ = 0;
    Kbps up_ = 0;
    std::map<RunId, Rest> rests_;
};

} // namespace stint::sim
