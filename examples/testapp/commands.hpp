// The commands of the app; each answers the exit code: 0, 1 for RESULT_FAILURE or "no such job", 2 for
// an Error, whose kind and message are on stderr.
#pragma once
#include <stint/result.hpp>

#include "arguments.hpp"

namespace testapp {

/// Hosts the named services (Jobs where none is named) until the daemon lets go of this process.
int host(const Arguments&);

/// "success ID" or "failure".
int schedule(const Arguments&);
int cancel(const Arguments&);
/// One line a job: its id and service. With an id: that job alone.
int pending(const Arguments&);
/// The package, and whether it may run user-initiated jobs.
int describe(const Arguments&);

// alarm_commands.cpp

/// Sets an alarm: its kind, its tag, and in how many milliseconds.
int alarm(const Arguments&);
int cancelAlarm(const Arguments&);
/// Hosts the named receivers (Alarms where none is named) until the daemon lets go of this process.
int receive(const Arguments&);
/// "bucket=10 importance=100 network=open exact=no clock=none".
int standing(const Arguments&);

// push_commands.cpp

/// Registers for messages from elsewhere ("endpoint URL", or "endpoint -"), ends that, or lists registrations, a line
/// each: "NAME RECEIVER URL".
int push(const Arguments&);

/// Says what went wrong; answers the exit code for it.
int complain(const stint::Error& error);

} // namespace testapp
