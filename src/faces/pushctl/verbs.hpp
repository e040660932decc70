// The verbs that talk to push services and servers of push, for which `stint` runs stint-pushctl (push.md §5). Each
// returns the exit code.
#pragma once
#include <filesystem>

#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::pushctl {

/// `stint push send`: a message, encrypted and signed, to an endpoint's URL.
int send(const cli::Arguments& given, const cli::Screen& screen);
/// `stint push test`: a message of ours through the whole circle.
int test(const cli::Arguments& given, const cli::Screen& screen);
/// `stint push serve`: nats-server and stint-endpoint are kept running, until a signal.
int serve(const cli::Arguments& given, const cli::Screen& screen);
/// `stint push invite`: the line by which another device joins that server.
int invite(const cli::Arguments& given, const cli::Screen& screen);
/// `stint push join`: this user's device joins a server, and has a line.toml.
int join(const cli::Arguments& given, const cli::Screen& screen);
/// `stint push leave`: it is forgotten there, and has none.
int leave(const cli::Arguments& given, const cli::Screen& screen);

/// `stint push doctor`: which part of the way is missing.
int doctor(const cli::Arguments& given, const cli::Screen& screen);

/// The server's directory that --data names, or the usual one. IllegalArgument: it names nothing.
Result<std::filesystem::path> directoryOf(const cli::Arguments& given);
/// `stint push devices`: those that have joined the server on this machine.
int devices(const cli::Arguments& given, const cli::Screen& screen);
/// `stint push revoke`: one of them gets in no more.
int revoke(const cli::Arguments& given, const cli::Screen& screen);

} // namespace stint::pushctl
