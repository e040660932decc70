// The questions that may be asked about the present. The core answers them (contract/core/scheduler.hpp) from the
// verdicts that it decides by; an edge that passes answers on knows nothing else of it.
// Topic: the lists whose changes a watcher of everything is told about: by name alone, without content, so that a slow
// reader costs nothing (TaskManager1.Watch, everything). MeterRow: counters since the daemon's start, for programs
// that measure a machine over time (linux.md §A.11); they are never written down, so a restart begins at 0. Forecast:
// the answer for a job if something were otherwise, and the supposition behind it (jobs.md §9.6).
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/device.hpp"
#include "contract/model/push.hpp"
#include "contract/model/view.hpp"
#include "stint/result.hpp"

namespace stint {

/// A list whose changes a watcher of everything hears of: by name alone, without content, so that a slow reader costs
/// nothing.
enum class Topic : std::uint8_t {
    Jobs,     ///< waiting jobs may wait for something else; JobChanged reports a job's other changes
    Finished, ///< the history of completed jobs
    Tasks,
    Apps,
    Device, ///< its values, networks and Doze, and what they hold back
    Alarms,
    Messages, ///< pushed ones, their log, and where apps get them: registrations, the line
};

/// In the order of the enumerators.
inline constexpr std::array<std::string_view, 7> topicNames{"jobs",   "finished", "tasks",   "apps",
                                                            "device", "alarms",   "messages"};

constexpr std::string_view nameOf(Topic topic) { return topicNames[static_cast<std::size_t>(topic)]; }

constexpr std::optional<Topic> topicNamed(std::string_view name) {
    const auto found = std::ranges::find(topicNames, name);
    if (found == topicNames.end()) return std::nullopt;
    return static_cast<Topic>(found - topicNames.begin());
}

class Topics {
public:
    constexpr Topics() = default;
    constexpr Topics(Topic topic) : bits_(static_cast<std::uint8_t>(1U << static_cast<unsigned>(topic))) {}
    static constexpr Topics all() {
        Topics topics;
        topics.bits_ = (1U << topicNames.size()) - 1;
        return topics;
    }

    constexpr bool has(Topic topic) const { return (bits_ & Topics(topic).bits_) != 0; }
    constexpr bool none() const { return bits_ == 0; }
    constexpr Topics& operator|=(Topics more) {
        bits_ |= more.bits_;
        return *this;
    }
    friend constexpr Topics operator|(Topics a, Topics b) { return a |= b; }
    friend constexpr Topics operator&(Topics a, Topics b) {
        a.bits_ &= b.bits_;
        return a;
    }
    friend constexpr Topics operator-(Topics a, Topics b) {
        a.bits_ &= static_cast<std::uint8_t>(~b.bits_);
        return a;
    }
    bool operator==(const Topics&) const = default;

private:
    std::uint8_t bits_ = 0;
};

constexpr Topics operator|(Topic a, Topic b) { return Topics(a) | Topics(b); }

inline std::vector<std::string> namesOf(Topics topics) {
    std::vector<std::string> names;
    for (const std::string_view name : topicNames)
        if (topics.has(*topicNamed(name))) names.emplace_back(name);
    return names;
}

/// Unknown names are ignored.
inline Topics topicsNamed(const std::vector<std::string>& names) {
    Topics topics;
    for (const std::string& name : names)
        if (const auto topic = topicNamed(name)) topics |= *topic;
    return topics;
}

/// One number. Its name says what its labels are: for "bytes" an app, a direction, and whether the network was metered.
struct MeterRow {
    std::string name;
    std::vector<std::string> labels;
    std::int64_t value = 0;

    static constexpr auto noun = "meter";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("name", row.name);
        field("labels", row.labels);
        field("value", row.value);
    };
    bool operator==(const MeterRow&) const = default;
};

/// A histogram of durations: a count for each bound, and one for those above all bounds.
template <std::size_t size> struct Durations {
    std::array<std::int64_t, size + 1> counts{};
    std::int64_t sum = 0;

    void add(const std::array<std::int64_t, size>& bounds, std::int64_t length) {
        ++counts[static_cast<std::size_t>(std::ranges::lower_bound(bounds, length) - bounds.begin())];
        sum += length;
    }
};

/// The bounds for waits, in seconds: from a second to a week.
inline constexpr std::array<std::int64_t, 8> waitBounds{1, 10, 60, 600, 3600, 21600, 86400, 604800};
/// The bounds for decisions, in microseconds: from 10 µs to a second.
inline constexpr std::array<std::int64_t, 8> decisionBounds{10, 30, 100, 300, 1000, 10'000, 100'000, 1'000'000};

/// A supposed change; empty: things are as they are.
struct Supposed {
    std::map<std::string, std::string> words; ///< a person's words: "charging" is "no"
    std::optional<Device> device;             ///< the device with `words` applied
    std::optional<Bucket> bucket;             ///< the job's app's
};

/// The core's answer.
struct Forecast {
    bool runs = false;              ///< it would run now
    std::vector<Blocker> blockers;  ///< the things that would keep it from running, as in Explain
    std::optional<WallTime> starts; ///< nullopt: unknown; when it began, if it runs
    std::optional<WallTime> ends;   ///< nullopt: unknown
    bool atLatest = false;          ///< `ends` is its limit: how much it has to do is unknown
    std::string says;               ///< all that in a sentence

    static constexpr auto noun = "forecast";
    static constexpr auto fields = [](auto& field, auto& forecast) {
        field("runs", forecast.runs);
        field.rows("blockers", forecast.blockers);
        field("starts", forecast.starts);
        field("ends", forecast.ends);
        field("says", forecast.says);
        field("atLatest", forecast.atLatest);
    };
    bool operator==(const Forecast&) const = default;
};

class Questions {
public:
    virtual ~Questions() = default;

    /// A tracked job, else the newest completed one of that key, else nullopt.
    virtual std::optional<JobView> job(const JobKey& key, Now now) const = 0;
    /// Tracked jobs in key order, later than `after`, at most `most`; one app's where `app` is given.
    virtual std::vector<JobView> jobs(const std::optional<AppId>& app, const std::optional<JobKey>& after,
                                      std::size_t most, Now now) const = 0;
    /// Completed jobs, newest first.
    virtual std::vector<JobView> completed(const std::optional<AppId>& app) const = 0;
    /// Everything that keeps a pending job from running; empty exactly when it may run, and when it runs.
    virtual std::vector<Blocker> explain(const JobKey& key, Now now) const = 0;
    /// How its reasons have changed while the job waited, oldest first, the last ten (jobs.md §9.2).
    virtual std::vector<HistoryEntry> history(const JobKey& key) const = 0;
    /// The items of a tracked job's work behind `after`, at most `most`, in the order in which they are handed out.
    virtual std::vector<WorkItem> work(const JobKey& key, std::uint64_t after, std::size_t most) const = 0;
    /// The forecast for a job if `supposed` were so (jobs.md §9.6). IllegalArgument: no such job, or it has ended;
    /// LimitExceeded: there are too many jobs to try it.
    virtual Result<Forecast> whatIf(const JobKey& key, const Supposed& supposed, Now now) const = 0;
    /// jobs.md §2.1.
    virtual bool canRunUserInitiatedJobs(const AppId& app) const = 0;
    /// limits.md §7.5.
    virtual bool canScheduleExactAlarms(const AppId& app) const = 0;
    /// All that the line is to fetch now (push.md §4.2).
    virtual LineWanted line() const = 0;
    /// Says of each message whether it showed something (limits.md §8.5).
    virtual void tellShown(std::vector<MessageStory>& stories, Now now) const = 0;
    /// The scheduler as a whole, for a dump (jobs.md §9.3), with at most the first `mostQueued` of its ready jobs.
    virtual SchedulerView overview(std::size_t mostQueued, Now now) const = 0;

    /// Every row of one kind.
    template <class Row> std::vector<Row> all(Now now) const {
        Rows rows = std::vector<Row>();
        fill(rows, now);
        return std::get<std::vector<Row>>(std::move(rows));
    }
    std::vector<TaskRow> tasks(Now now) const { return all<TaskRow>(now); }
    std::vector<AppView> apps(Now now) const { return all<AppView>(now); }
    std::vector<AlarmView> alarms(Now now) const { return all<AlarmView>(now); }
    std::vector<MessageView> messages(Now now) const { return all<MessageView>(now); }
    std::vector<MessageStory> messageStories(Now now) const { return all<MessageStory>(now); }
    std::vector<DeviceLimitView> deviceLimits(Now now) const { return all<DeviceLimitView>(now); }

private:
    /// Fills `rows` with every row of the kind that it holds.
    virtual void fill(Rows& rows, Now now) const = 0;
};

} // namespace stint
