// The places of started processes, so that everything each one starts can be found and killed: cgroups, or reapers
// where there is no cgroup. How a process is started and waited for is in children.cpp.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/cgroup/cgroup.hpp"
#include "base/cgroup/cgroup_limits.hpp"
#include "base/text/app_id.hpp"
#include "base/unix/event_source.hpp"
#include "stintd/process/processes.hpp"
#include "stintd/process/spawn.hpp"

namespace stint {

/// The place where started processes are kept, so that everything each one starts can be found and killed. How a
/// process is started and waited for is in children.cpp.
class Enclosure {
public:
    /// Called from the event loop, after clear() has said that something was left.
    using OnEmpty = std::function<void(ProcessId)>;

    /// Called inside a call of this class when the largest share of the processors that anything in this unit of the
    /// user's service manager has is a new one.
    using OnShare = std::function<void(const std::string& unit, std::int64_t weight)>;

    virtual ~Enclosure() = default;

    /// Makes the place of one process, which is not in it yet, with those of the limits that can be enforced here.
    virtual Result<Entrance> make(const AppId& app, ProcessId id, const CgroupLimits& limits) = 0;
    /// Removes the place of a process that was not started after all.
    virtual void discard(const AppId& app, ProcessId id) = 0;
    /// Kills all that is there now and the process of `pidfd`, which may not have entered yet.
    virtual void kill(const AppId& app, ProcessId id, const Fd& pidfd) = 0;
    /// Kills all that is in any place of the app, in one stroke where that is possible; the caller then kills one by
    /// one.
    virtual void killApp(const AppId& app) = 0;
    /// Kills what a process that has ended left behind. True: nothing is left; else OnEmpty follows.
    virtual bool clear(const AppId& app, ProcessId id) = 0;
    /// Opens the directory of the cgroup that all places of the app are in, made where there is none yet. System where
    /// there are no cgroups.
    virtual Result<Fd> cgroupOf(const AppId& app) = 0;
    /// The limit of its place that the process has met, in words; empty: none. To be asked before clear().
    virtual std::string limitMet(const AppId& app, ProcessId id) const = 0;
    /// The highest number of a place that an earlier daemon has left because something in it does not die; 0: none.
    virtual std::uint64_t lastLeft() const { return 0; }
    /// The process in whose place `pid` is.
    virtual std::optional<ProcessId> find(pid_t pid) const = 0;
    virtual std::string description() const = 0;
    /// The controllers that enforce limits here, and the reason that others do not.
    virtual Held controllers() const = 0;
    /// True if nothing that a process starts can get out.
    virtual bool enclosesAll() const = 0;
};

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
/// that is kept from ending, or only looks like a reaper, is killed once `grace` is over, and waited for as long again.
/// True if all are gone.
bool killReaperLeftovers(const std::string& instance, std::chrono::milliseconds grace);

/// Processes kept in cgroups: BASE/stint-INSTANCE/app.PACKAGE/N, one for each started process. Above each stands a
/// reaper, outside of its cgroup: a process that may write the cgroups can leave one, but not its ancestors. BASE is
/// the daemon's own cgroup, which is its to divide where systemd delegated it, in a container, or to root. Where it
/// offers controllers, the daemon itself stands in BASE/daemon, and they enforce the limits of each N.
class CgroupEnclosure : public Enclosure {
public:
    /// Error, with the reason, where there is no cgroup v2 that may be used: the caller then does without.
    static Result<std::unique_ptr<CgroupEnclosure>> open(sd_event* loop, const std::string& instance, OnEmpty empty,
                                                         OnShare shareChanged = {});
    ~CgroupEnclosure() override;

    Result<Entrance> make(const AppId& app, ProcessId id, const CgroupLimits& limits) override;
    void discard(const AppId& app, ProcessId id) override;
    void kill(const AppId& app, ProcessId id, const Fd& pidfd) override;
    void killApp(const AppId& app) override;
    bool clear(const AppId& app, ProcessId id) override;
    Result<Fd> cgroupOf(const AppId& app) override;
    std::string limitMet(const AppId& app, ProcessId id) const override;
    std::uint64_t lastLeft() const override;
    std::optional<ProcessId> find(pid_t pid) const override;
    std::string description() const override;
    Held controllers() const override { return controllers_; }
    bool enclosesAll() const override { return true; }

private:
    /// A place whose process has ended and that is not empty yet.
    struct Draining {
        CgroupEnclosure* owner = nullptr;
        AppId app;
        ProcessId id;
        std::filesystem::path directory;
        Fd events;
        EventSource change;
    };

    CgroupEnclosure(sd_event* loop, std::string instance, CgroupPlace root, Held controllers, OnEmpty empty,
                    OnShare shareChanged);
    Result<void> makeApp(const AppId& app);
    static int changed(sd_event_source* source, int fd, std::uint32_t events, void* draining);
    std::filesystem::path appDirectory(const AppId& app) const;
    std::filesystem::path directory(const AppId& app, ProcessId id) const;
    void forget(const AppId& app, ProcessId id);
    void weighApp(const AppId& app);
    void tellShare();

    sd_event* loop_;
    std::string instance_;
    CgroupPlace root_;
    Fd lock_; ///< held as long as this daemon lives
    Held controllers_;
    std::map<AppId, std::map<ProcessId, std::int64_t>> weights_; ///< the shares of all places that are there
    OnEmpty empty_;
    OnShare shareChanged_;
    std::string unit_;       ///< the user's unit that this is; empty: none
    std::int64_t share_ = 0; ///< the one last reported
    std::map<ProcessId, std::unique_ptr<Draining>> draining_;
};

/// The cgroup that a daemon in `own` divides: one that stands in an earlier daemon's leaf divides the parent, as that
/// did.
CgroupPlace divisible(const CgroupPlace& own);

/// The unit of a user's service manager that the path of a cgroup is, such as "stintd.service"; empty: it is none.
std::string userUnit(const std::string& path);

/// True if a cgroup may be divided: any but a unit of systemd's that was not delegated, for that ends whole when one
/// process of it is killed for memory. `marked`: the unit's Environment= says that it is delegated.
bool isDelegated(const std::filesystem::path& cgroup, bool marked);

/// Takes the cgroup of a daemon's instance, making it where needed; held until the descriptor is closed. No descriptor
/// where that fails.
Fd holdInstance(const std::filesystem::path& cgroup);
/// Removes cgroups of dead daemons in `base`, where nothing is alive in them and nothing has changed for `age`.
void sweepInstances(const std::filesystem::path& base, std::chrono::seconds age = std::chrono::hours(24));

/// Kills what an earlier daemon of the instance left, in whatever cgroup it ran, and waits until that is gone. False
/// where it is not: a process that the kernel is stuck in, or that another traces, dies when that is over.
bool killCgroupLeftovers(const std::string& instance, std::chrono::milliseconds forAll);

} // namespace stint
