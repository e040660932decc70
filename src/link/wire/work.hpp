// What an app's work layer shows of itself on the session bus (dbus/org.stint.Work1.xml), as whoever looks reads it:
// `stint work`, and the Task Manager. The app itself is no room of this house, and is believed in nothing: what it says
// is text, and there is an end to how much of it is read. stintd has no part in it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"
#include "link/wire/reader.hpp"
#include "stint/result.hpp"

namespace stint::wire {

inline constexpr const char* workInterface = "org.stint.Work1";
inline constexpr const char* workPath = "/org/stint/work";
/// The name of the app's that shows it: this, a dot and its package.
inline constexpr std::string_view workNamespace = workInterface;
/// Of its jobs (jobs.md §10).
inline constexpr std::string_view workJobs = "stint.work";

std::string workNameOf(const std::string& package);
/// The package of whoever has this name on the bus; nullopt: it shows no work.
std::optional<std::string> workPackageOf(std::string_view name);

/// One request.
struct WorkRow {
    std::string id;
    std::string worker;
    std::string state; ///< Android's: "ENQUEUED"
    std::string name;  ///< of unique work; empty: none
    std::vector<std::string> tags;
    std::vector<std::string> follows; ///< ids
    std::int32_t attempts = 0;
    std::int32_t generation = 0;
    std::optional<std::int32_t> job;  ///< its number; nullopt: it waits in the app's file alone
    std::optional<WallTime> nextRun;  ///< not before
    std::optional<Duration> periodic; ///< nullopt: once
    std::vector<std::string> constraints;
    bool expedited = false;
    std::int32_t stopReason = 0;
    std::string why;                   ///< where it ended without its worker's word
    std::vector<std::string> progress; ///< "done=3", as its worker says it

    static constexpr auto noun = "work";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("id", row.id);
        field("worker", row.worker);
        field("state", row.state);
        field("name", row.name);
        field("tags", row.tags);
        field("follows", row.follows);
        field("attempts", row.attempts);
        field("generation", row.generation);
        field.always("job", row.job);
        field.always("nextRun", row.nextRun);
        field.always("periodic", row.periodic);
        field("constraints", row.constraints);
        field("expedited", row.expedited);
        field("stopReason", row.stopReason);
        field("why", row.why);
        field("progress", row.progress);
    };
    bool operator==(const WorkRow&) const = default;
};

struct WorkList {
    std::vector<WorkRow> rows; ///< in the order in which they were enqueued
    bool more = false;         ///< and this was not all
};

/// What List answers, `most` of it. IllegalArgument where it says something of the wrong kind.
Result<WorkList> readWork(Reader& reader, std::size_t most);

} // namespace stint::wire
