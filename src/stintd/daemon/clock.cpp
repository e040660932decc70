#include "stintd/daemon/clock.hpp"

#include <cstdlib>

#include "base/time/clock.hpp"
#include "base/unix/boot_id.hpp"

namespace stint {

Now readClocks() { return {bootNow(), wallNow()}; }

BootId readBootId() {
    if (const char* told = std::getenv("STINT_BOOT_ID")) return {told};
    return {bootId()};
}

} // namespace stint
