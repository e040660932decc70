// The interface that stops and counts a cgroup's packets: by the kernel in bpf_filter.hpp, in memory for a test.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "stint/result.hpp"

namespace stint {

/// The kernel's number of a cgroup, which is never used again.
struct CgroupId {
    std::uint64_t value = 0;
    auto operator<=>(const CgroupId&) const = default;
};

/// Bytes of IP packets, loopback's left out.
struct Counted {
    std::uint64_t in = 0;
    std::uint64_t out = 0;
    bool operator==(const Counted&) const = default;
};

class Filter {
public:
    virtual ~Filter() = default;

    /// Counts from now on, from zero. `depth`: the number of cgroups from the root that this process sees down to it.
    /// Busy where there are too many on this machine.
    virtual Result<void> watch(CgroupId cgroup, unsigned depth) = 0;
    /// Ends counting, cutting and the mark.
    virtual void forget(CgroupId cgroup) = 0;
    /// Cuts a watched cgroup, or frees it. Its count stays.
    virtual Result<void> setCut(CgroupId cgroup, bool cut) = 0;
    virtual Result<Counted> counted(CgroupId cgroup) const = 0;
    /// Sets a watched cgroup's mark: takePassed() names it once, as soon as in and out together have reached `total`.
    /// Replaces the mark before; nullopt: none.
    virtual Result<void> setMark(CgroupId cgroup, std::optional<std::uint64_t> total) = 0;
    /// The cgroups that have reached their marks since the last call. Their marks are gone then.
    virtual std::vector<CgroupId> takePassed() = 0;
};

} // namespace stint
