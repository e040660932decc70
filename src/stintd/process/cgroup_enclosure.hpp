// Processes kept in cgroups.
#pragma once
#include "base/cgroup/cgroup.hpp"
#include "base/text/app_id.hpp"
#include "base/unix/event_source.hpp"
#include "stintd/process/enclosure.hpp"

namespace stint {

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
