// The campaign of fleet.md §4, a day on which it was made, and chance by rapidcheck.
#pragma once
#include <rapidcheck.h>

#include "stint/units.hpp"

namespace stint::fleet {

inline constexpr WallTime madeThen{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};

inline constexpr const char* nightFile = R"(# night.toml: stint fleet start night.toml
name    = "firmware 4.2"
targets = "label site=berlin and label model=p1 and not label lab=yes"
expires = "30d"
[job]
requires-charging = true
network = "unmetered"
wait-max = "7d"
late = "degrade: network=any,bytes<=50M"
[[step]]
get = { url = "https://files.example/fw.img", sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", size = 41234567, to = "fw.img" }
[[step]]
run = ["/usr/bin/apply-fw", "fw.img"]
timeout = "10min"
commit = true
[[step]]
verify = ["/usr/bin/fw-version", "--is", "4.2"]
after = "restart"
within = "1h"
[rollout]
at-a-time = 200
wave = [10, 100, "1%", "10%", "100%"]
ok = "95%"
soak = "1h"
stop = { failures = "2%", of = "ended", min = 50, types = ["failed", "rejected", "timed-out"] }
spread = "2h"
begin-within = "14d"
end-within = "24h"
retries = 2
retry-after = "1h"
)";

/// A number below the bound, whatever the size of the test; inside a property.
inline std::size_t below(std::size_t bound) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, bound));
}

} // namespace stint::fleet
