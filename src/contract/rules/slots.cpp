#include "contract/rules/slots.hpp"

namespace stint {

std::int64_t slotsFor(Bytes memory) {
    // jobs.md §3.6. LINUX: a low-memory device is one of at most 2 GiB (proposal; Android asks the vendor).
    if (memory <= 2_GiB) return 8;
    if (memory <= 6_GiB) return 16;
    if (memory <= 8_GiB) return 20;
    if (memory <= 12_GiB) return 32;
    return 40;
}

} // namespace stint
