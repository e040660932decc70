// The only log: one line for each thing that happened, to stderr for the journal (CONTRIBUTING.md §10).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.hpp"
#include "contract/model/effect.hpp"

namespace stint {

void startLog();

/// Lines that are logged while it lives are written at its end, in one piece.
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

/// Asked before each line that an app causes, as often as it likes: no more than its share (log_shares.hpp). `whose`:
/// its package.
bool mayLogOf(std::string_view whose, Instant now);
/// What a process of the app has written to its stdout or stderr: of that each app has a share of its own.
void logWritten(const AppId& app, std::string_view line, Instant now);
/// Tells what was left out until now; at the end, too, what still counts.
void logLeftOut(Instant now);
/// When there is something of that to tell.
std::optional<Instant> logsLeftOutAt();

/// "stopped job=com.example.mail/7 reason=QUOTA asked=yes ran=10min".
std::string lineOf(const Trace& trace, Now now);

} // namespace stint
