#include "daemon/clock.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>

namespace stint {
namespace {

Duration read(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds{time.tv_sec} +
                                                std::chrono::nanoseconds{time.tv_nsec});
}

} // namespace

Now readClocks() { return {Instant{read(CLOCK_BOOTTIME)}, WallTime{read(CLOCK_REALTIME)}}; }

BootId readBootId() {
    if (const char* told = std::getenv("STINT_BOOT_ID")) return {told};
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    BootId boot;
    std::getline(file, boot.value);
    return boot;
}

} // namespace stint
