// The verbs of a fleet, for which `stint` runs stint-fleetctl (fleet.md §8.1). Each returns the exit code.
#pragma once
#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::fleetctl {

/// `stint fleet init`: the keys and the first list of operators, in a new directory.
int init(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet serve`: a server of push and stint-fleetd are kept running, until a signal.
int serve(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet invite`: the line by which a device joins.
int invite(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet join`: this device joins, by a job of the fleet's agent.
int join(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet leave`: and leaves it, likewise.
int leave(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet allow` and `refuse`: a person's word on a campaign that waits for it here.
int allow(const cli::Arguments& given, const cli::Screen& screen);
int refuse(const cli::Arguments& given, const cli::Screen& screen);

// Whoever runs the fleet asks its server, on the same machine.

/// `stint fleet devices`: those that have joined.
int devices(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet remove`: one of them is none of the fleet any more.
int remove(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet label`: one of them has other labels.
int label(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet device`: one of them, and whether it is as it is to be; without a name, the one that this is.
int device(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet drift`: those that are not as they are to be.
int drift(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet campaigns`.
int campaigns(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet status`: one of them, wave by wave.
int status(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet results`: what became of each of its devices.
int results(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet why`: and of one.
int why(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet doctor`: what is missing for campaigns to go.
int doctor(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet ui`: all of that in a browser.
int ui(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet audit`: who did what, and whether that is what was written.
int audit(const cli::Arguments& given, const cli::Screen& screen);

// An operator's word, signed here.

/// `stint fleet start`: a campaign of a file.
int start(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet send`: one of the line's options.
int send(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet set`: how devices are to be.
int set(const cli::Arguments& given, const cli::Screen& screen);
/// `stint fleet pause`, `resume`, `retry` and `cancel`, by the verb's own word.
int pause(const cli::Arguments& given, const cli::Screen& screen);
int resume(const cli::Arguments& given, const cli::Screen& screen);
int retry(const cli::Arguments& given, const cli::Screen& screen);
int cancel(const cli::Arguments& given, const cli::Screen& screen);

} // namespace stint::fleetctl
