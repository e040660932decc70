// The only log: one line for each thing that happened, to stderr for the journal (CONTRIBUTING.md §10).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.hpp"
#include "contract/model/effect.hpp"

namespace stint {

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
