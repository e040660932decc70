#include "stintd/daemon/slots.hpp"

#include <fstream>

#include "contract/rules/slots.hpp"

namespace stint {
namespace {

Bytes memoryTotal() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    Bytes kibibytes = 0;
    file >> name >> kibibytes;
    return kibibytes * 1024;
}

} // namespace

void setSlots(Policy& policy) {
    if (!policy.origins.contains(slotsKey)) policy.constants.slots = slotsFor(memoryTotal());
}

} // namespace stint
