// A server of push that a verb runs in its own process, until a signal: `stint push serve` and `stint fleet serve`
// (push.md §5). Those options of theirs that say how are the same.
#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"
#include "push/serving/serving.hpp"
#include "stint/result.hpp"

namespace stint::pushctl {

/// The directory that the option names, or the usual one. IllegalArgument: it names nothing.
Result<std::filesystem::path> directoryOf(const cli::Arguments& given, std::string_view option,
                                          const std::filesystem::path& usual);

/// The server in `data` that --port, --broker-port, --store, --origin, --listen, --cert and --key ask for.
/// IllegalArgument: they are wrong, or do not go together.
Result<push::Serving::Settings> servingOf(const cli::Arguments& given, const std::filesystem::path& data);

struct Whereupon {
    std::function<void(push::Serving&)> ready; ///< it takes messages
    std::function<void()> first = [] {};       ///< of push::Serving::Hooks
};
/// Runs it until a signal; returns the exit code.
int serveUntilSignal(const push::Serving::Settings& settings, const Whereupon& whereupon, const cli::Screen& screen);

} // namespace stint::pushctl
