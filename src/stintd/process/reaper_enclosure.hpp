// Reapers in place of cgroups.
#pragma once
#include "base/text/app_id.hpp"
#include "stintd/process/enclosure.hpp"

namespace stint {

/// Reapers in place of cgroups: each started process stays below a stint-exec of its own, which gathers its orphans and
/// kills all of them before it ends itself. Advisory: a process of the same user can break out by killing its
/// stint-exec.
class ReaperEnclosure : public Enclosure {
public:
    /// `why`: the reason that there is no cgroup.
    ReaperEnclosure(std::string instance, std::string why) : instance_(std::move(instance)), why_(std::move(why)) {}

    Result<Entrance> make(const AppId& app, ProcessId id, const CgroupLimits& limits) override;
    void discard(const AppId&, ProcessId) override {}
    void kill(const AppId& app, ProcessId id, const Fd& pidfd) override;
    void killApp(const AppId&) override {} // no single stroke kills all; each is killed by itself
    bool clear(const AppId&, ProcessId) override { return true; }
    Result<Fd> cgroupOf(const AppId&) override { return Error{Errc::SYSTEM, description()}; }
    std::string limitMet(const AppId&, ProcessId) const override { return {}; }
    std::optional<ProcessId> find(pid_t) const override { return std::nullopt; } // Children finds it by ancestry
    std::string description() const override;
    Held controllers() const override { return {{}, "no cgroup: " + why_}; }
    bool enclosesAll() const override { return false; }

private:
    std::string instance_;
    std::string why_;
};

/// Makes a reaper kill all that is below it, and end.
void endReaper(const Fd& pidfd);

/// Ends the reapers of an earlier daemon of the instance, and waits until all that each had started is gone. A process
/// that is kept from ending, or only looks like a reaper, is killed once `forEach` is over. True if all are gone.
bool killReaperLeftovers(const std::string& instance, std::chrono::milliseconds forEach);

} // namespace stint
