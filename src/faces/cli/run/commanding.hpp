// A command that is to be a job, from its arguments to its exit code: the common part of `stint run` and `stint
// guard`. It is checked, scheduled, and followed as long as a person wants: its output on stdout, the job's states on
// stderr. Stdin is read before the command is scheduled, which reads it again in each run.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/run/run_job.hpp"
#include "faces/control/daemon.hpp"
#include "faces/screen/terminal.hpp"
#include "programs/spool/log.hpp"
#include "programs/spool/spool.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Stdin, read to its end, as by a program in a pipe; a person who waits for that gets a message. A terminal is not
/// read: a job has none.
class CallersInput {
public:
    static constexpr Bytes most = 64_MiB;   ///< the most that is kept for a command
    static constexpr Duration silence = 1s; ///< after this a person is told what is waited for

    CallersInput(Signals& signals, const Screen& screen) : signals_(signals), screen_(screen) {}

    /// The next piece; empty at the end. An error where it cannot be read, is larger than `most`, or a signal came.
    Result<std::string> next();
    /// The bytes that were read so far.
    Bytes size() const { return size_; }
    /// The exit code after an error of next().
    int exitCode(const Error& error) const;

private:
    Result<void> await();

    Signals& signals_;
    const Screen& screen_;
    Bytes size_ = 0;
    Duration since_{0}; ///< the first time that it was waited for
    bool told_ = false;
    std::optional<int> signal_;
};

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
    Result<JobId> schedule(Daemon& daemon, const Spool& spool, JobId number);
    Result<std::vector<Follower>> followers() const;
    Result<JobView> stateOf(Daemon& daemon, JobId id) const;
    void tellScheduled(const JobView& job);
    int follow(Daemon& daemon, JobView job, Signals& signals);
    int scheduled(const Spool& spool, Signals& signals);
    Result<std::vector<JobView>> namesakes(Daemon& daemon) const;
    int kept(const Spool& spool, const JobView& job) const;
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

/// Prints a command's output: byte for byte into a file or a pipe, and on a terminal without control characters.
class LogTail {
public:
    /// Reads from the oldest kept byte. `follows`: fd() becomes readable when there may be more.
    static Result<LogTail> open(const std::filesystem::path& spool, const Screen& screen, bool follows);

    int fd() const { return reader_.fd(); }
    /// Prints all there is. System if it cannot be read any more.
    Result<void> take();
    bool hasPrinted() const { return printed_; }

private:
    LogTail(LogReader reader, const Screen& screen) : reader_(std::move(reader)), screen_(screen) {}
    void print(const LogReader::Piece& piece);

    LogReader reader_;
    const Screen& screen_;
    std::string cut_; ///< the beginning of an incomplete character
    bool printed_ = false;
};

} // namespace stint::cli
