// The requests that an app's work layer shows on the session bus (dbus/org.stint.Work1.xml), for their readers: `stint
// work`, and the Task Manager. The app is a stranger and not trusted: its rows are only text, and the number of those
// that are read is limited. stintd has no part in it.
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
/// The bus name of an app that shows work: this, a dot and its package.
inline constexpr std::string_view workNamespace = workInterface;

std::string workNameOf(const std::string& package);
/// The package in a bus name; nullopt: the name is not one that shows work.
std::optional<std::string> workPackageOf(std::string_view name);

/// One request.
struct WorkRow {
    std::string id;
    std::string worker;
    std::string state; ///< Android's: "ENQUEUED"
    std::string name;  ///< its unique name; empty: none
    std::vector<std::string> tags;
    std::vector<std::string> follows; ///< the ids of requests
    std::int32_t attempts = 0;
    std::int32_t generation = 0;
    std::optional<std::int32_t> job;  ///< its id; nullopt: the request waits in the app's file alone
    std::optional<WallTime> nextRun;  ///< not before
    std::optional<Duration> periodic; ///< nullopt: once
    std::vector<std::string> constraints;
    bool expedited = false;
    std::int32_t stopReason = 0;
    std::string why;                   ///< the reason, where it ended without its worker's result
    std::vector<std::string> progress; ///< "done=3", in its worker's words

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
    bool more = false;         ///< there are further rows
};

/// Reads the answer of List, at most `most` rows. IllegalArgument where a part of it has the wrong type.
Result<WorkList> readWork(Reader& reader, std::size_t most);

} // namespace stint::wire
