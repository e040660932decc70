// A fleet that many devices have joined, for the tests of its page: stint-testfleet PUSH BROKER FLEET DEVICES KEYS, as
// tests/bench/fleet_fill.hpp has it.
#include <cstdio>
#include <cstdlib>

#include <sodium.h>

#include "base/text/number.hpp"
#include "bench/fleet_fill.hpp"

int main(int count, char** words) {
    if (count != 6 || sodium_init() < 0) return EXIT_FAILURE;
    const auto devices = stint::numberIn<std::size_t>(words[4]), keys = stint::numberIn<std::size_t>(words[5]);
    if (!devices || !keys) return EXIT_FAILURE;
    stint::bench::fillBroker({words[1], words[2], words[3], *devices, *keys});
    return EXIT_SUCCESS;
}
