// A command that is to be a job, from its arguments to its exit code: what `stint run` and `stint guard` have in
// common. It is checked, scheduled, and followed as long as a person wants: its output on stdout, the job's states on
// stderr.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "faces/cli/line/arguments.hpp"
#include "faces/cli/run/run_job.hpp"
#include "faces/cli/run/run_limits.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/signals.hpp"
#include "faces/screen/terminal.hpp"
#include "programs/spool/spool.hpp"

namespace stint::cli {

class Commanding {
public:
    /// `verb`: the verb that the options are for.
    Commanding(const char* verb, const Arguments& given, const Screen& screen)
        : verb_(verb), given_(given), screen_(screen) {}
    int run();

private:
    /// A job that is scheduled with the command's own, and where its order is.
    struct Follower {
        JobOfList job;
        Spool spool;
        std::string sentence; ///< follows its name
    };
    /// The command or the app, as an error names it.
    std::string subject() const {
        return given_.words.empty() ? given_.value("app").value_or("anything") : given_.words[0];
    }
    bool isGuard() const { return std::string_view(verb_) == "guard"; }
    int check();
    int refused(const Error& error) const;
    std::string trouble() const; ///< the beginning of an error: "cannot run make"
    Result<void> validate();
    Result<JobId> schedule(Daemon& daemon, const Spool& spool);
    Result<std::vector<Follower>> followers() const;
    Result<JobView> stateOf(Daemon& daemon, JobId id) const;
    void tellScheduled(const JobView& job);
    int follow(Daemon& daemon, JobView job, Signals& signals);
    int scheduled(const Spool& spool, Signals& signals);
    int detached(const JobView& job, int signal) const;
    int ended(const JobView& job) const;

    const char* verb_;
    const Arguments& given_;
    const Screen& screen_;
    CommandWanted wanted_;
    AppId app_;
    StartTerms terms_;
    RunLimits limits_;
    JobClass kind_ = JobClass::Regular;
    std::vector<std::string> adjusted_;
    std::vector<std::string> followers_; ///< a sentence each
    std::filesystem::path spool_;
    Bytes input_ = 0;         ///< read from stdin, for the command
    bool owesReboot_ = false; ///< "a reboot ends it" is still to be said
};

} // namespace stint::cli
