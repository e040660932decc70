// A campaign (fleet.md §4): this file, command or policy, to these devices, on these conditions, and so many at a time.
// It is read from the file that an operator writes, and from the document that is signed (document.hpp), by the same
// rows (campaign_fields.hpp) and the same rules; so whoever makes one by hand has it checked by reading its document.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/job.hpp"
#include "fleet/document/plan.hpp"
#include "fleet/document/query.hpp"
#include "fleet/document/value.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

enum class StepKind : std::uint8_t {
    Get,      ///< a file, into the campaign's folder on the device
    Run,      ///< a command
    Verify,   ///< a command that says whether all went well; its success is the device's
    Policy,   ///< a policy's file, put under policy.d
    App,      ///< an app's manifest
    Settings, ///< a bucket, the battery setting, budgets
};

/// A file: by its URL, or, up to 4 KiB of it, in the document.
struct Source {
    std::string url;
    std::string sha256; ///< 64 hexadecimal digits, small
    Bytes size = 0;
    std::string to;   ///< its name in the campaign's folder; a Get's alone
    std::string text; ///< no Get's; then there is no URL

    bool operator==(const Source&) const = default;
};

struct Step {
    StepKind kind = StepKind::Get;
    Source source;                    ///< of all but commands
    std::vector<std::string> command; ///< a program's path and its arguments
    Duration timeout{0};              ///< a command's; a Verify's from the end of the step before it on
    bool commit = false;              ///< once it has begun, a cancel comes too late; one step's at most
    bool afterRestart = false;        ///< a Verify that waits until the device has restarted
    bool idempotent = false;          ///< a Run that begins again if the device died in it; any other kind always does

    bool operator==(const Step&) const = default;
};

struct Campaign {
    std::string name;
    std::optional<Query> targets;
    std::vector<std::string> ids; ///< sorted; in place of targets
    bool open = false;            ///< devices that join later are meant, too
    WallTime made{};              ///< when it became a document
    Duration expires{0};          ///< from then on, at most 90 days: no device begins it later
    bool sealOutput = false;      ///< a command's output is told to the operators alone
    JobInfo job;                  ///< its conditions; its id and its service are the device's own
    Duration waitMax{0};          ///< the conditions hold for so long at most; 0: to the end
    std::vector<Condition> late;  ///< in place of the job's own after that; empty: the device has failed
    std::vector<Step> steps;
    Plan plan;

    bool operator==(const Campaign&) const = default;
};

/// The job's conditions once wait-max is over, of a device that has still so many bytes to fetch: those of `late`, or,
/// where these let it move less, its own.
Result<JobInfo> lateJobOf(const Campaign& campaign, Bytes toFetch);

/// The campaign of an operator's file. IllegalArgument: "FILE:LINE:COLUMN: ", what is wrong, and what would be right.
Result<Campaign> campaignFromFile(std::string_view text, std::string_view file, WallTime made);
/// The same of values that come from elsewhere, such as a command line; `file` stands before what is wrong.
Result<Campaign> campaignFromValues(const Value& root, std::string_view file, WallTime made);

} // namespace stint::fleet
