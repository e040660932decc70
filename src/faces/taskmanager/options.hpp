// The options of stint-taskmanager's command line.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/time/time.hpp"

namespace stint::taskmanager {

struct Options {
    std::uint16_t port = 0; ///< 0: one that is free
    std::optional<Duration> idle = 5min;
    std::optional<std::filesystem::path> webRoot;
};

/// Ends the process for --help, --version and wrong words.
Options parseOptions(int count, char** words);

} // namespace stint::taskmanager
