// The journal of what the app did, a line each, appended to a file at once: a test reads it while the app lives, and
// after it died.
#pragma once
#include <string>

namespace testapp {

/// Appends "PID WHAT" to `file`; to stderr where that is empty. Whole lines, from any thread and any process.
void note(const std::string& file, const std::string& what);

} // namespace testapp
