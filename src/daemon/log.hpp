// The only log: one line for each thing that happened, to stderr for the journal (CONTRIBUTING.md §10).
#pragma once
#include <string>

#include "base/time.hpp"
#include "model/effect.hpp"

namespace stint {

void startLog();
void logInfo(const std::string& line);
void logWarning(const std::string& line);
void logError(const std::string& line);

/// "stopped job=com.example.mail/7 reason=QUOTA asked=yes ran=10min".
std::string lineOf(const Trace& trace, Now now);

} // namespace stint
