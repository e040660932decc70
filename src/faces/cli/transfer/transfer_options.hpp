// The options of `stint get` and `stint put` as a job of the transfer app has them: the conditions it waits for; the
// lines of files that options name; and the ways of reaching a server, as extras of the job (src/programs/transfer's
// spec.hpp). Secrets in them go into the job and nowhere else.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "faces/cli/line/job_options.hpp"
#include "faces/cli/line/verbs.hpp"
#include "stint/bundle.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::cli {

struct Conditions {
    std::int32_t network = JobInfo::NETWORK_TYPE_ANY;
    ConstraintFlags constraints;

    bool operator==(const Conditions&) const = default;
};

/// The conditions that were asked for. IllegalArgument: networks that contradict each other.
Result<Conditions> conditionsIn(const Arguments&);

/// The way in which the job runs: because a person looks on, or when the device sees fit.
enum class Manner { UserInitiated, Regular };

/// A job of the transfer app, persisted, without extras and estimate yet. The daemon chooses the id.
JobInfo::Builder transferJob(const Conditions&, Manner);

struct NumberedLine {
    std::size_t number = 0; ///< from 1 on, as an editor counts
    std::string text;
};

/// The lines of a file that a person names, or of stdin ("-"), without their ends, and without empty ones; a relative
/// name is in `here`. IllegalState: it cannot be read; IllegalArgument: it has more than 32 MiB.
Result<std::vector<NumberedLine>> linesOf(const std::string& name, const std::filesystem::path& here);

/// The error, by errno, of a file that a person named. IllegalState, since the command line itself is right
/// (failOfLookUp(), faces/control).
Error cannotRead(const std::string& name);

/// The URLs of a list, one a line, as wget and aria2 read them: blanks around them and lines that begin with "#" do not
/// count. IllegalArgument: one that cannot be used, with its line.
Result<std::vector<std::string>> urlsOf(const std::string& name, const std::filesystem::path& here);

/// Adds to `extras` the options of `given` for `url`; relative files are in `here`. IllegalArgument for wrong values.
/// Reads files of headers, and the environment for a proxy.
Result<void> putReach(const Arguments& given, const std::string& url, const std::filesystem::path& here,
                      PersistableBundle& extras);

/// Reads "500KB", "2MiB", "1.5MB/s", and curl's "200k", "3M", "1G", "1000". IllegalArgument for anything else, and for
/// 0.
Result<Bytes> parseByteRate(std::string_view text);

} // namespace stint::cli
