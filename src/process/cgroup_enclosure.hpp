// Processes kept in cgroups: BASE/stint-INSTANCE/app.PACKAGE/N, a leaf for each started process. BASE is the daemon's
// own cgroup, which is its to divide where systemd delegated it, in a container, or to root.
#pragma once
#include "base/app_id.hpp"
#include "base/event_source.hpp"
#include "process/cgroup.hpp"
#include "process/enclosure.hpp"

namespace stint {

class CgroupEnclosure : public Enclosure {
public:
    /// Error where there is no cgroup v2 that may be used, with the reason: the caller then does without.
    static Result<std::unique_ptr<CgroupEnclosure>> open(sd_event* loop, const std::string& instance, OnEmpty empty);
    ~CgroupEnclosure() override;

    Result<Entrance> make(const AppId& app, ProcessId id) override;
    void discard(const AppId& app, ProcessId id) override;
    void kill(const AppId& app, ProcessId id, const Fd& pidfd) override;
    void killApp(const AppId& app) override;
    bool clear(const AppId& app, ProcessId id) override;
    std::optional<ProcessId> find(pid_t pid) const override;
    std::string description() const override;
    bool enclosesAll() const override { return true; }

private:
    /// A place whose process has ended and that is not empty yet.
    struct Draining {
        CgroupEnclosure* owner = nullptr;
        ProcessId id;
        std::filesystem::path directory;
        Fd events;
        EventSource change;
    };

    CgroupEnclosure(sd_event* loop, CgroupPlace root, OnEmpty empty);
    static int changed(sd_event_source* source, int fd, std::uint32_t events, void* draining);
    std::filesystem::path appDirectory(const AppId& app) const;
    std::filesystem::path directory(const AppId& app, ProcessId id) const;

    sd_event* loop_;
    CgroupPlace root_;
    OnEmpty empty_;
    std::map<ProcessId, std::unique_ptr<Draining>> draining_;
};

/// Kills what a former daemon of the instance left, in whatever cgroup it ran, and waits until that is gone.
Result<void> killCgroupLeftovers(const std::string& instance);

} // namespace stint
