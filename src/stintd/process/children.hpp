// Started processes: their ends, each waited for by its pidfd, and what they write, by lines.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <sys/signalfd.h>

#include "base/text/app_id.hpp"
#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stintd/process/enclosure.hpp"
#include "stintd/process/spawn.hpp"

namespace stint {

/// The lines that a started process writes to its stdout and stderr where nobody else takes them. They come through a
/// pipe that is read only so often: a process that writes more waits, and nothing else does.
class OutputLines {
public:
    /// Gets a line without its end, never an empty one; a line longer than 1 KiB comes in pieces.
    using Take = std::function<void(std::string_view line)>;

    /// Returns it with the end that the process writes to. System where no descriptor is left.
    static Result<std::pair<std::unique_ptr<OutputLines>, Fd>> open(sd_event* loop, Take take);
    /// Takes the rest of the pipe of a process that is gone, and a line that it has not ended.
    void finish();

private:
    OutputLines(Fd pipe, Take take) : pipe_(std::move(pipe)), take_(std::move(take)) {}
    static int readable(sd_event_source* source, int fd, std::uint32_t events, void* self);
    bool readSome();
    void tellWholeLines();

    Fd pipe_;
    Take take_;
    std::string unended_;
    EventSource source_;
};

/// The processes that were started and are not gone yet: each is waited for by its pidfd, and reported gone once its
/// enclosure is empty, too.
class Children : public Processes {
public:
    using Starting = std::function<void(const AppId&)>;
    using Written = std::function<void(const AppId&, std::string_view line)>;

    Children(sd_event* loop, Listener& listener, Helper helper, const std::string& instance, Starting starting,
             Written written);
    ~Children() override;

    /// To be called once, before anything is started.
    void keepIn(std::unique_ptr<Enclosure> enclosure);
    /// Makes orphans of started processes children of this process from now on.
    Result<void> adopt();
    /// The enclosure calls this when nothing of a process is left.
    void emptied(ProcessId id);

    Result<Started> start(const Command& command) override;
    void kill(ProcessId id) override;
    unsigned killApp(const AppId& app) override;
    void limitBackground(const CgroupLimits& limits) override { background_ = limits; }
    Held controllers() const override { return enclosure_->controllers(); }
    bool anyAlive(const AppId& app) const override;
    unsigned survivors(const AppId& app) const override;
    Result<std::optional<Owner>> ownerOf(pid_t pid) override;
    Result<Fd> cgroupOf(const AppId& app) override { return enclosure_->cgroupOf(app); }
    std::string description() const override;
    bool enclosesAll() const override { return enclosure_->enclosesAll(); }

private:
    struct Child {
        Children* owner = nullptr;
        ProcessId id;
        AppId app;
        pid_t pid = 0; ///< its reaper's
        Fd pidfd;
        EventSource exit;
        std::optional<int> status; ///< set once it has ended; what it started may still be there
        std::string limit;         ///< the limit it met
        bool killed = false;
        std::unique_ptr<Prepared> ordered; ///< set until the process is known to be there
        std::unique_ptr<OutputLines> output;
    };

    Result<Fd> readOutput(Child& child, Command& command);
    bool watch(Child& child, Born born);
    void hear(Starter::Wait wait);
    void begin(Child& child, Result<pid_t> started);
    static int neverBegan(sd_event_source* source, void* child);
    static int exited(sd_event_source* source, int fd, std::uint32_t events, void* child);
    static int childEnded(sd_event_source* source, const signalfd_siginfo* signal, void* self);
    void end(Child& child, int status);
    void tell(const Child& child);
    Child* withPid(pid_t pid) const;
    std::optional<Owner> startedAs(pid_t pid) const;
    Result<std::optional<Owner>> aboveOf(pid_t pid) const;

    sd_event* loop_;
    Listener& listener_;
    Helper helper_;
    Starter starter_;
    Starting starting_;
    Written written_;
    Environment environment_;
    CgroupLimits background_;
    std::map<ProcessId, std::unique_ptr<Child>> children_;
    std::set<ProcessId> ordered_; ///< orders of the starter whose process is not known to be there yet
    std::unique_ptr<Enclosure> enclosure_;
    EventSource adopted_; ///< fires when any child has ended
    std::uint64_t last_ = 0;
};

} // namespace stint
