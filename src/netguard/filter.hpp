// What stops and counts the packets of a cgroup: the kernel in bpf_filter.hpp, a test in its memory.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "stint/result.hpp"

namespace stint {

/// The kernel's number of a cgroup, which is never given again.
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

    /// Counts from now on, from zero. `depth`: how many cgroups it is below the root that this process sees. Busy where
    /// there are too many on this machine.
    virtual Result<void> watch(CgroupId cgroup, unsigned depth) = 0;
    /// Neither counted nor cut any more.
    virtual void forget(CgroupId cgroup) = 0;
    /// Of a watched one. What was counted stays.
    virtual Result<void> setCut(CgroupId cgroup, bool cut) = 0;
    virtual Result<Counted> counted(CgroupId cgroup) const = 0;
    /// Of a watched one: takePassed() names it once, as soon as in and out together have come to that. In the place of
    /// the one before; nothing: none.
    virtual Result<void> setMark(CgroupId cgroup, std::optional<std::uint64_t> total) = 0;
    /// Those that have come to their marks since it was asked before. Each has none from then on.
    virtual std::vector<CgroupId> takePassed() = 0;
};

} // namespace stint
