// The only log: one line for each thing that happened, to stderr for the journal (CONTRIBUTING.md §10); each app has a
// share of it.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/effect.hpp"

namespace stint {

/// Limits the lines of the log that each app may cause. journald takes 10,000 lines of a service in 30 s and drops the
/// rest, whoever caused them. So each app has a share of its own, and cannot displace another's lines; the number of
/// lines left out is reported once the share begins anew. Pure: it is given the time.
class LogShares {
public:
    // PROPOSAL: enough that nothing is left out of an app's orderly work: 150 jobs begin and end in fewer lines.
    static constexpr std::int64_t most = 1000; ///< lines in each `span`
    static constexpr Duration span = 1min;

    /// Counts a line about `whose`, most often an app; true if it is to be written. A share's time begins with its
    /// first line.
    bool admits(std::string_view whose, Instant now);
    /// Returns a line for each share that has ended and left lines out, with their number; each is returned once.
    std::vector<std::string> leftOut(Instant now);
    /// The next end of such a share; nullopt: nothing was left out.
    std::optional<Instant> tellsAt() const;

private:
    struct Share {
        Instant until;
        std::int64_t lines = 0; ///< counted, written or not
    };
    std::map<std::string, Share, std::less<>> shares_;
};

void startLog();

/// Holds lines back while it lives, and writes them at its end, in one piece.
class LogInOnePiece {
public:
    LogInOnePiece();
    ~LogInOnePiece();
    LogInOnePiece(const LogInOnePiece&) = delete;
    LogInOnePiece& operator=(const LogInOnePiece&) = delete;
};

void logInfo(const std::string& line);
void logWarning(const std::string& line);
void logError(const std::string& line);

/// True if `whose`, a package, has not used up its share of the log (LogShares). To be asked once before each line
/// that an app causes, which it may do as often as it likes.
bool mayLogOf(std::string_view whose, Instant now);
/// Logs a line that a process of the app has written to its stdout or stderr. Each app has a further share for these.
void logWritten(const AppId& app, std::string_view line, Instant now);
/// Logs how many lines were left out in the shares that have ended by `now`; Instant::max(): in all of them.
void logLeftOut(Instant now);
/// The next time at which there is something to log about lines left out.
std::optional<Instant> logsLeftOutAt();

/// "stopped job=com.example.mail/7 reason=QUOTA asked=yes ran=10min".
std::string lineOf(const Trace& trace, Now now);

} // namespace stint
