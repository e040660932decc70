#include "stintd/daemon/clock.hpp"

#include <cstdlib>
#include <fstream>

#include "base/time/clock.hpp"

namespace stint {

Now readClocks() { return {bootNow(), wallNow()}; }

BootId readBootId() {
    if (const char* told = std::getenv("STINT_BOOT_ID")) return {told};
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    BootId boot;
    std::getline(file, boot.value);
    return boot;
}

} // namespace stint
