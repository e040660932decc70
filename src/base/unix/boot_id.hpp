// The id of this boot of the machine.
#pragma once
#include <string>

#include "base/unix/proc.hpp"

namespace stint {

/// /proc/sys/kernel/random/boot_id; empty if the kernel has none.
inline std::string bootId() {
    const std::string text = readFile("/proc/sys/kernel/random/boot_id").value_or("");
    return text.substr(0, text.find('\n'));
}

} // namespace stint
