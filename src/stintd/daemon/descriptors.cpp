#include "stintd/daemon/descriptors.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace stint {
namespace {

/// Enough for thousands of connections; a higher limit would only make the kernel's table of them large.
constexpr rlim_t plenty = 65'536;

rlimit limitNow() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

unsigned long raiseDescriptorLimit() {
    rlimit limit = limitNow();
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::max(before, std::min(plenty, limit.rlim_max));
    ::setrlimit(RLIMIT_NOFILE, &limit); // if refused, the old limit stays
    return before;
}

unsigned long descriptorLimit() { return std::min(limitNow().rlim_cur, plenty); }

} // namespace stint
