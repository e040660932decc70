#include "faces/views/job.hpp"

#include <algorithm>
#include <map>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/containers.hpp"
#include "base/time/time.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/rules/ending.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

using Phrases = std::vector<std::string>;

template <class Set> Phrases namesOf(const Set& members) {
    Phrases names;
    for (auto member : members)
        names.emplace_back(nameOf(member));
    return names;
}

Phrases keysOf(const PersistableBundle& bundle) {
    Phrases keys;
    for (const auto& [key, value] : bundle.entries())
        keys.push_back(key);
    return keys;
}

Phrases pathsOf(const std::vector<JobInfo::TriggerContentUri>& watched) {
    Phrases paths;
    for (const auto& each : watched)
        paths.push_back(each.flags & JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS
                            ? fmt::format("{} and below", each.uri)
                            : each.uri);
    return paths;
}

/// The facts of one row, where it is set.
class FactsOfField {
public:
    FactsOfField(std::vector<Fact>& facts, const JobField& row, const JobInfo& job)
        : facts_(facts), row_(row), job_(job) {}

    void operator()(const NoValue&) const {}
    void operator()(const JobValue<bool>&) const { add(row_.key, true); }
    void operator()(const JobValue<std::int32_t>& field) const { add(row_.key, std::int64_t{field.get(job_)}); }
    void operator()(const JobValue<Bytes>& field) const { addSize(row_.key, field.get(job_)); }
    void operator()(const JobValue<NetworkBytes>& field) const {
        const NetworkBytes bytes = field.get(job_);
        addSize(row_.key, bytes.down);
        addSize(row_.second, bytes.up);
    }
    void operator()(const JobValue<std::optional<NetworkRequest>>& field) const {
        const auto& network = field.get(job_);
        addWords("networkCapabilities", namesOf(network->getCapabilities()));
        addWords("networkTransports", namesOf(network->getTransportTypes()));
        if (network->getNetworkSpecifier()) add("networkSpecifier", *network->getNetworkSpecifier());
    }
    void operator()(const JobValue<std::optional<Backoff>>&) const {
        add(row_.key, job_.getInitialBackoff());
        add(row_.second, job_.getBackoffPolicy() == JobInfo::BACKOFF_POLICY_LINEAR ? "linear" : "exponential");
    }
    void operator()(const ClipValue&) const {
        add("clipItems", static_cast<std::int64_t>(job_.getClipData()->items.size()));
    }
    void operator()(const JobValue<std::optional<Duration>>& field) const { add(row_.key, *field.get(job_)); }
    void operator()(const JobValue<std::optional<JobInfo::Period>>& field) const {
        add(row_.key, field.get(job_)->interval);
        add(row_.second, field.get(job_)->flex);
    }
    void operator()(const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) const {
        addWords(row_.key, pathsOf(field.get(job_)));
    }
    void operator()(const JobValue<PersistableBundle>& field) const { addWords(row_.key, keysOf(field.get(job_))); }
    void operator()(const JobValue<std::set<std::string>>& field) const {
        addWords(row_.key, {field.get(job_).begin(), field.get(job_).end()});
    }
    void operator()(const JobValue<std::optional<std::string>>& field) const { add(row_.key, *field.get(job_)); }

private:
    template <class T> void add(std::string_view name, T value) const { facts_.push_back({name, std::move(value)}); }
    void addSize(std::string_view name, Bytes bytes) const {
        if (bytes != NETWORK_BYTES_UNKNOWN) add(name, std::int64_t{bytes});
    }
    void addWords(std::string_view name, Phrases words) const {
        if (!words.empty()) add(name, std::move(words));
    }

    std::vector<Fact>& facts_;
    const JobField& row_;
    const JobInfo& job_;
};

/// A back-off is a fact of every job, also where nobody asked for it.
bool isFact(const JobField& row, const JobInfo& info) {
    return isSet(row, info) || std::holds_alternative<JobValue<std::optional<Backoff>>>(row.value);
}

} // namespace

std::vector<Fact> factsOf(const JobInfo& info) {
    std::vector<Fact> facts;
    for (const JobField& row : jobFields)
        if (isFact(row, info)) std::visit(FactsOfField(facts, row, info), row.value);
    return facts;
}

std::string textOf(const Fact& fact) {
    return std::visit(Overloaded{[](Duration length) { return formatDuration(length); },
                                 [](const std::string& word) { return word; },
                                 [](const Phrases& words) { return fmt::format("{}", fmt::join(words, " ")); },
                                 [](auto plain) { return fmt::format("{}", plain); }},
                      fact.value);
}

std::vector<PendingReason> reasonsToWaitOf(const JobInfo& info) {
    std::set<PendingReason> reasons;
    for (const JobField& row : jobFields)
        if (row.constraint != PENDING_JOB_REASON_UNDEFINED && isSet(row, info)) reasons.insert(row.constraint);
    return {reasons.begin(), reasons.end()};
}

namespace {

bool isReady(const HistoryEntry& entry) { return entry.reasons == std::vector{PENDING_JOB_REASON_APP}; }

/// Adds each wait, until the next one, or until `end`; nullopt: the last goes on.
void addWaits(std::vector<LogLine>& lines, const std::vector<HistoryEntry>& waits, std::optional<WallTime> end) {
    for (std::size_t i = 0; i < waits.size(); ++i) {
        if (isReady(waits[i])) continue;
        const auto until = i + 1 < waits.size() ? std::optional(waits[i + 1].when) : end;
        const std::string reasons = reasonsText(waits[i].reasons);
        if (until)
            lines.push_back({waits[i].when, "waited", fmt::format("{}: {}", briefly(*until - waits[i].when), reasons)});
        else
            lines.push_back({waits[i].when, "waits", reasons});
    }
}

std::string movedText(const PastRun& run) {
    const Bytes moved = std::max(run.transferredDown, run.transferredUp);
    if (moved <= 0) return {};
    if (run.resumedAt <= 0) return fmt::format("; {}", formatSize(moved));
    if (run.resumedAt == moved) return fmt::format("; still at {}", formatSize(moved));
    return fmt::format("; went on at {}, came to {}", formatSize(run.resumedAt), formatSize(moved));
}

std::string endOf(const PastRun& run) {
    std::string text = endingText(run);
    const Duration ran = run.began ? run.ended - *run.began : Duration::zero();
    const Duration whole = std::chrono::floor<std::chrono::seconds>(ran); // briefly() rounds up, and nobody saw as much
    if (run.began && !run.atLeast) text += fmt::format("; ran {}", briefly(ran));
    if (run.atLeast && whole >= 1s) text += fmt::format("; ran at least {}", briefly(whole));
    text += movedText(run);
    if (run.next && *run.next - run.ended >= 1s) text += fmt::format("; runs again at {}", clockText(*run.next));
    return text;
}

} // namespace

std::vector<PastRun> runsOf(std::vector<PastRun> all, WallTime scheduled) {
    std::erase_if(all, [scheduled](const PastRun& run) { return run.scheduled != scheduled; });
    return all;
}

std::vector<LogLine> linesOf(const JobLog& log) {
    std::vector<LogLine> lines{{log.scheduled, "scheduled", log.label}};
    for (const PastRun& run : log.runs) {
        addWaits(lines, run.waits, run.began.value_or(run.ended));
        if (run.began) lines.push_back({*run.began, "started", std::string(kindWord(run.kind))});
        const bool bySelf = run.ending.internal == InternalReason::SuccessfulFinish;
        const char* const bySelfWord = run.outcome.exitCode == 0 ? "finished" : "failed";
        const char* const what = run.last ? "ended" : bySelf ? bySelfWord : "stopped";
        lines.push_back({run.ended, what, endOf(run)});
    }
    if (!log.now) return lines;
    addWaits(lines, log.waits, log.now->started);
    if (log.now->state == JobView::State::Pending && !lines.empty() && lines.back().what == "waits")
        lines.back().detail = waitsText(*log.now);
    if (log.now->started) lines.push_back({*log.now->started, "started", std::string(kindWord(log.now->kind))});
    return lines;
}

std::string jsonOf(const JobKey& job, const LogLine& line) {
    Json object = header();
    object["job"] = textOf(job);
    putRow(object, line);
    return dumped(object);
}

namespace {

constexpr std::size_t widestLabel = 30;
constexpr std::size_t shortBar = 8;

std::string percentText(const Progress& progress) {
    auto percent = percentOf(progress);
    return percent ? fmt::format("{} {:>3}%", bar(*percent, shortBar), *percent) : "-";
}

/// The bytes that the job has moved. A job that moves nothing has no size, but for an empty file.
Bytes movedBy(const JobView& job) {
    const Bytes moved = std::max(job.transferredDown, job.transferredUp);
    return moved == 0 && job.completed->url.empty() ? NETWORK_BYTES_UNKNOWN : moved;
}

std::string sizeText(Bytes size) { return size == NETWORK_BYTES_UNKNOWN ? "-" : formatSize(size); }

/// The job's label, else its notification's title.
std::string whatOf(const JobView& job) {
    std::string what = job.label;
    if (what.empty() && job.notification) what = job.notification->getTitle();
    return shortened(printable(what), widestLabel);
}

/// "90 MiB, 2.8 MiB/s, 39s left": its size stands in a column of its own; empty: it has moved nothing.
std::string paceText(const JobView& job) {
    const Progress progress = progressOf(job);
    if (progress.done <= 0) return {};
    std::string text = formatSize(progress.done);
    for (const std::string& word : paceWords(progress))
        text += ", " + word;
    return text + "; ";
}

std::string detailOf(const JobView& job, WallTime now) {
    std::string detail = paceText(job);
    if (job.state == JobView::State::Pending) {
        detail += waitsText(job);
        if (job.earliest && *job.earliest > now) detail += fmt::format(", earliest {}", ahead(*job.earliest, now));
    } else if (job.started) {
        detail += fmt::format("started {}", ago(*job.started, now));
        if (!job.guarded.empty()) detail += fmt::format("; {}", waitsText(job));
    }
    const bool isMentioned = job.lastRun && job.state == JobView::State::Pending; // the reason mentions them
    return job.failures == 0 || isMentioned ? detail : fmt::format("{}; failures: {}", detail, job.failures);
}

} // namespace

std::size_t foldPools(std::vector<JobView>& jobs, std::size_t most) {
    std::map<std::pair<AppId, std::string>, std::vector<std::size_t>>
        pools; // each with the places in `jobs` of its own
    for (std::size_t i = 0; i < jobs.size(); ++i)
        if (jobs[i].state == JobView::State::Pending && !jobs[i].held && !jobs[i].terms.pool.empty())
            pools[{jobs[i].key.app, jobs[i].terms.pool}].push_back(i);
    std::vector<bool> leftOut(jobs.size(), false);
    for (const auto& [pool, places] : pools) {
        std::vector<JobView> line;
        for (const std::size_t place : places)
            line.push_back(std::move(jobs[place]));
        std::ranges::stable_sort(line, {}, &JobView::place);
        for (std::size_t i = 0; i < line.size(); ++i) {
            leftOut[places[i]] = i >= most;
            jobs[places[i]] = std::move(line[i]);
        }
    }
    const std::size_t before = jobs.size();
    std::size_t seen = 0;
    std::erase_if(jobs, [&](const JobView&) { return leftOut[seen++]; });
    return before - jobs.size();
}

Table trackedJobs(const std::vector<JobView>& jobs, WallTime now) {
    using enum Table::Align;
    Table table({{"JOB"}, {"KIND"}, {"STATE"}, {"DONE", Right}, {"SIZE", Right}, {"WHAT"}, {"DETAIL"}});
    for (const auto& job : jobs) {
        auto progress = progressOf(job);
        table.add({textOf(job.key),
                   kindText(job),
                   {std::string(stateWord(job)), paintOf(job)},
                   percentText(progress),
                   sizeText(progress.total),
                   whatOf(job),
                   detailOf(job, now)});
    }
    return table;
}

Table endedJobs(const std::vector<JobView>& jobs, WallTime now) {
    using enum Table::Align;
    Table table({{"JOB"}, {"RESULT"}, {"EXIT", Right}, {"SIZE", Right}, {"ENDED", Right}, {"WHAT"}, {"DETAIL"}});
    for (const auto& job : jobs) {
        if (!job.completed) continue;
        table.add({textOf(job.key),
                   {std::string(stateWord(job)), paintOf(job)},
                   std::to_string(exitCodeOf(*job.completed)),
                   sizeText(movedBy(job)),
                   ago(job.completed->ended, now),
                   shortened(printable(job.label), widestLabel),
                   endText(*job.completed)});
    }
    return table;
}

} // namespace stint::cli
