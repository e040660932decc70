// How `stint get` and `stint put` are told to reach a server, as extras of the transfer app's jobs (src/transfer's
// wishes.hpp). What is secret in it goes from these words into the job and nowhere else.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "cli/line/arguments.hpp"
#include "stint/bundle.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::cli {

/// Adds to `extras` what `given` says of the way to `url`; relative files are in `here`. IllegalArgument for what can
/// never be right. Reads the files that headers are in, and this process's environment for a proxy.
Result<void> putReach(const Arguments& given, const std::string& url, const std::filesystem::path& here,
                      PersistableBundle& extras);

/// "500KB", "2MiB", "1.5MB/s", and curl's "200k", "3M", "1G", "1000". IllegalArgument for what is none, and for 0.
Result<Bytes> parseByteRate(std::string_view text);

/// `url` without name and password, for people.
std::string withoutSecrets(std::string_view url);

} // namespace stint::cli
