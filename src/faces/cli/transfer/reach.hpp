// The options of `stint get` and `stint put` for reaching a server, as extras of the transfer app's jobs
// (src/programs/transfer's spec.hpp). Secrets in them go into the job and nowhere else.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "faces/cli/line/arguments.hpp"
#include "stint/bundle.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::cli {

/// Adds to `extras` the options of `given` for `url`; relative files are in `here`. IllegalArgument for wrong values.
/// Reads files of headers, and the environment for a proxy.
Result<void> putReach(const Arguments& given, const std::string& url, const std::filesystem::path& here,
                      PersistableBundle& extras);

/// Reads "500KB", "2MiB", "1.5MB/s", and curl's "200k", "3M", "1G", "1000". IllegalArgument for anything else, and for
/// 0.
Result<Bytes> parseByteRate(std::string_view text);

} // namespace stint::cli
