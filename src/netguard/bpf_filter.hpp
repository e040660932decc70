// The filter in the kernel: four BPF programs on the root of all cgroups, attached once. Their links and maps are
// pinned nowhere, so that they end with this process, and nobody stays cut off. After load() nothing here needs a
// capability, or more memory that is shared with the kernel.
#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "netguard/bpf/counted.h"
#include "netguard/filter.hpp"

struct bpf_link;
struct bpf_object;
struct ring_buffer;

namespace stint {

class BpfFilter : public Filter {
public:
    /// `root`: the directory of a cgroup v2; cgroups in it and below it can be watched. System where the kernel
    /// refuses, in its own words.
    static Result<std::unique_ptr<BpfFilter>> load(const std::filesystem::path& root);
    ~BpfFilter() override;

    Result<void> watch(CgroupId cgroup, unsigned depth) override;
    void forget(CgroupId cgroup) override;
    Result<void> setCut(CgroupId cgroup, bool cut) override;
    Result<Counted> counted(CgroupId cgroup) const override;
    Result<void> setMark(CgroupId cgroup, std::optional<std::uint64_t> total) override;
    std::vector<CgroupId> takePassed() override;
    /// A descriptor that is readable while takePassed() has something to return.
    int ring() const;

private:
    BpfFilter() = default;
    Result<void> attach(const std::filesystem::path& root);
    Result<void> findMaps();
    static int hear(void* self, void* data, std::size_t size);
    Result<void> findRoot(CgroupId root);
    void tellSpan() const;

    struct CloseObject {
        void operator()(bpf_object* object) const;
    };
    struct CloseLink {
        void operator()(bpf_link* link) const;
    };
    struct FreeRing {
        void operator()(ring_buffer* ring) const;
    };
    std::unique_ptr<bpf_object, CloseObject> object_;
    std::vector<std::unique_ptr<bpf_link, CloseLink>> links_;
    std::unique_ptr<ring_buffer, FreeRing> ring_;
    std::vector<CgroupId> passed_;
    int watched_ = -1;
    int cut_ = -1;
    int span_ = -1;
    int marks_ = -1;
    unsigned rootLevel_ = 0; ///< the kernel's level of the root that this process sees
    std::map<CgroupId, unsigned> levels_;
    std::array<unsigned, STINT_DEEPEST> watchedAt_{}; ///< the number of watched cgroups at each level
};

} // namespace stint
