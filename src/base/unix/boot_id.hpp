// Which boot of the machine this is.
#pragma once
#include <string>

#include "base/unix/proc.hpp"

namespace stint {

/// /proc/sys/kernel/random/boot_id; empty where the kernel has none.
inline std::string bootId() {
    const std::string text = readFile("/proc/sys/kernel/random/boot_id").value_or("");
    return text.substr(0, text.find('\n'));
}

} // namespace stint
