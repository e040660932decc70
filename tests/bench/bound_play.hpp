// Plays a dense phone from 0s to its end: the bound itself (bound.cpp).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "bench/bound_phone.hpp"

namespace stint::bench {

class DensePlayer {
public:
    /// The records of a play, valid until the next one. Allocates only where more happens than in any play before.
    std::span<const Record> play(const DensePhone& phone);

private:
    class Turns;
    std::vector<Record> records_;
};

} // namespace stint::bench
