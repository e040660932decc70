// Reads the clocks and the boot's id, in one place; all other code is given the time as data.
#pragma once
#include "base/time/time.hpp"
#include "contract/model/record.hpp"

namespace stint {

/// CLOCK_BOOTTIME and CLOCK_REALTIME, cut to the millisecond.
Now readClocks();

/// /proc/sys/kernel/random/boot_id. STINT_BOOT_ID in the environment replaces it, for tests of a reboot.
BootId readBootId();

} // namespace stint
