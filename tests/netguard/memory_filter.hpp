// A filter that lives in memory, which can be told to count and to refuse, and sockets that remember what they are to
// end.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "netguard/claims.hpp"
#include "netguard/filter.hpp"

namespace stint {

class MemoryFilter final : public Filter {
public:
    std::map<CgroupId, Counted> watched;
    std::set<CgroupId> cut;
    std::map<CgroupId, std::uint64_t> marks;
    std::optional<Error> refusal;

    Result<void> watch(CgroupId cgroup, unsigned) override {
        if (refusal) return *refusal;
        watched.emplace(cgroup, Counted{});
        return {};
    }
    void forget(CgroupId cgroup) override {
        watched.erase(cgroup);
        cut.erase(cgroup);
        marks.erase(cgroup);
    }
    Result<void> setCut(CgroupId cgroup, bool on) override {
        if (refusal) return *refusal;
        if (on)
            cut.insert(cgroup);
        else
            cut.erase(cgroup);
        return {};
    }
    Result<Counted> counted(CgroupId cgroup) const override { return watched.at(cgroup); }
    Result<void> setMark(CgroupId cgroup, std::optional<std::uint64_t> total) override {
        if (refusal) return *refusal;
        if (total)
            marks[cgroup] = *total;
        else
            marks.erase(cgroup);
        return {};
    }
    std::vector<CgroupId> takePassed() override {
        std::vector<CgroupId> passed;
        for (const auto& [cgroup, total] : marks)
            if (watched.at(cgroup).in + watched.at(cgroup).out >= total) passed.push_back(cgroup);
        for (const CgroupId cgroup : passed)
            marks.erase(cgroup);
        return passed;
    }
};

class MemorySockets final : public Sockets {
public:
    unsigned severed = 0;      ///< how often, of any cgroup
    std::set<CgroupId> ending; ///< severed and not spared
    void sever(uid_t, CgroupId cgroup, const Fd&) override {
        ++severed;
        ending.insert(cgroup);
    }
    void spare(CgroupId cgroup) override { ending.erase(cgroup); }
};

} // namespace stint
