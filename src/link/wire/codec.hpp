// Our words as dictionaries, in both directions; their keys and types are in the comments of dbus/*.xml. Writing
// cannot fail by itself: ask Writer::done() at the end. Reading trusts nothing, and answers IllegalArgument by key.
// Times (x in ms of the wall clock, -1 unset), lists and their pages, the reasons why a job waits (jobs.md §9.1),
// extras, clip data and networks, and the messages of running jobs; job_codec.cpp has jobs.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result/errors.hpp"
#include "contract/model/job.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "stint/bundle.hpp"
#include "stint/job_info.hpp"
#include "stint/job_parameters.hpp"
#include "stint/network.hpp"
#include "stint/notification.hpp"
#include "stint/reasons.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::wire {

inline std::int64_t wallNumber(WallTime time) { return time.time_since_epoch().count(); }
inline std::int64_t wallNumber(const std::optional<WallTime>& time) { return time ? wallNumber(*time) : -1; }
inline std::optional<WallTime> wallFrom(std::int64_t number) {
    if (number < 0) return std::nullopt;
    return WallTime(Duration(number));
}

/// Reads an aa{sv} of which each element is read by `one`: readList(reader, readRow<JobView>).
template <class T> Result<std::vector<T>> readList(Reader& reader, Result<T> (*one)(Reader&)) {
    std::vector<T> list;
    STINT_TRY(reader.array("a{sv}", [&](Reader& element) -> Result<void> {
        auto row = STINT_TRY(one(element));
        list.push_back(std::move(row));
        return {};
    }));
    return list;
}

/// Writes an aa{sv}: writeList(writer, views, writeRow<JobView>).
template <class T> void writeList(Writer& writer, const std::vector<T>& list, void (*one)(Writer&, const T&)) {
    writer.openArray("a{sv}");
    for (const T& element : list)
        one(writer, element);
    writer.close();
}

/// Writes as many of `list`, each of the type `contents`, as fit into a page (names.hpp), and at least one; then true
/// if there are more.
template <class T, class Write>
void writePage(Writer& writer, const char* contents, const std::vector<T>& list, Write one) {
    writer.openArray(contents);
    const std::size_t before = writer.bytes();
    std::size_t written = 0;
    while (written < list.size() && written < mostListed && writer.bytes() - before < mostListedBytes)
        one(writer, list[written++]);
    writer.close().boolean(written < list.size());
}

} // namespace stint::wire

namespace stint {
struct JobOfList;
}

namespace stint::wire {

/// Clip data with their open files, or only with their paths.
enum class ClipFiles { Included, LeftOut };

/// Keys that a job does not set: written, as version 1.0 did, or left out, which is read as the same, and costs half as
/// much. A scheduling client leaves them out.
enum class Absent { Written, LeftOut };

void writeJob(Writer& writer, const JobInfo& job, ClipFiles files, Absent absent = Absent::Written);
/// The job as it was requested: the core validates it, so a hand-written message obeys jobs.md §1.2 like any other.
Result<JobInfo> readJob(Reader& reader);

/// A list of jobs that are scheduled together (jobs.md §2.7): each job's dictionary, and its terms within the list.
void writeJobs(Writer& writer, std::span<const JobOfList> jobs, ClipFiles files);
/// LimitExceeded at the first job that is one too many; an error names the job's place. An unknown key is refused, as
/// in a job.
Result<std::vector<JobOfList>> readJobs(Reader& reader);

void writeBundle(Writer& writer, const PersistableBundle& bundle);
/// At most 64 KiB in all and 10 deep (jobs.md §12.9).
Result<PersistableBundle> readBundle(Reader& reader);

void writeClip(Writer& writer, const ClipData& clip, ClipFiles files);
Result<ClipData> readClip(Reader& reader);

void writeNetworkRequest(Writer& writer, const NetworkRequest& request);
Result<NetworkRequest> readNetworkRequest(Reader& reader);

/// Unknown keys and names are ignored: a newer daemon may know more of a network.
void writeNetwork(Writer& writer, const Network& network);
Result<Network> readNetwork(Reader& reader);

/// The news of NetworkChanged: the network, and among its keys the limit of the run's rate (limits.md §15).
struct NetworkChange {
    Network network;
    Bytes rateLimit = 0; ///< bytes a second; 0: none
};
void writeNetworkChange(Writer& writer, const NetworkChange& change);
Result<NetworkChange> readNetworkChange(Reader& reader);

/// An item of a job's work, both when it is enqueued and when it is handed out.
void writeWork(Writer& writer, const WorkItem& item);
/// An unknown key is refused, as in a job. The rules for items are not checked here.
Result<WorkItem> readWork(Reader& reader);

/// The parameters that StartJob gives to a service, beside the run and the service's name.
struct RunParameters {
    JobId id;
    std::string space; ///< empty: the root namespace
    PersistableBundle extras;
    PersistableBundle transientExtras;
    std::optional<ClipData> clip;
    std::int32_t clipGrantFlags = 0;
    bool userInitiated = false;
    bool expedited = false;
    bool overdue = false;  ///< its deadline had passed when it began
    Duration timeLimit{0}; ///< the longest time that it may go on
    std::optional<Network> network;
    Bytes rateLimit = 0;                           ///< bytes a second; 0: none (limits.md §15)
    std::vector<std::string> triggeredUris;        ///< empty also where too many have changed
    std::vector<std::string> triggeredAuthorities; ///< empty: no change started it
    std::vector<EndedJob> ended;                   ///< those that it has waited for (jobs.md §14.1)

    static constexpr auto noun = "params";
    static constexpr auto fields = [](auto& field, auto& params) {
        field("id", params.id.value);
        field.some("namespace", params.space);
        field("extras", params.extras);
        field("clipData", params.clip);
        field.where(params.clip.has_value(), [&] { field("clipGrantFlags", params.clipGrantFlags); });
        field("userInitiated", params.userInitiated);
        field("network", params.network);
        field.some("rateLimit", params.rateLimit);
        field.some("expedited", params.expedited);
        field.some("overrideDeadlineExpired", params.overdue);
        field("timeLimit", params.timeLimit);
        field.some("transientExtras", params.transientExtras);
        field.some("triggeredContentUris", params.triggeredUris);
        field.some("triggeredContentAuthorities", params.triggeredAuthorities);
        field.someRows("endedJobs", params.ended);
    };
};
void writeRunParameters(Writer& writer, const RunParameters& parameters);
Result<RunParameters> readRunParameters(Reader& reader);

void writeNotification(Writer& writer, const Notification& notification);
Result<Notification> readNotification(Reader& reader);

/// Enough for one line for a person.
inline constexpr std::size_t longestOutcome = 4096;
void writeOutcome(Writer& writer, const Outcome& outcome);
/// Reads an outcome, and cuts its text to that length.
Result<Outcome> readOutcome(Reader& reader);

} // namespace stint::wire
