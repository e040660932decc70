#include "faces/control/calls.hpp"

#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"

namespace stint::cli::calls {
namespace {

using wire::DictionaryWriter;
using wire::Reader;
using wire::Writer;

void writeWords(Writer& writer, const std::map<std::string, std::string>& words) {
    writer.openArray("{ss}");
    for (const auto& [key, value] : words)
        writer.openEntry("ss").string(key).string(value).close();
    writer.close();
}

/// Writes the job's key: package, namespace, number.
std::function<void(Writer&)> naming(const JobKey& job) {
    return [job](Writer& writer) { writer.string(job.app.name).string(job.space).int32(job.id.value); };
}

std::function<void(Writer&)> naming(const std::string& package) {
    return [package](Writer& writer) { writer.string(package); };
}

Result<void> readNothing(Reader&) { return {}; }
Result<void> skipState(Reader& reader) { return reader.skip("a{sv}"); }

template <class Row> Result<Page<Row>> readPage(Reader& reader, Result<Row> (*one)(Reader&)) {
    Page<Row> page;
    page.rows = STINT_TRY(wire::readList(reader, one));
    const bool more = STINT_TRY(reader.boolean());
    page.more = more && !page.rows.empty();
    return page;
}

} // namespace

Call<Page<JobView>> jobs(const std::optional<std::string>& package, bool finished, const std::vector<JobView>& before) {
    const auto last = before.empty() ? std::nullopt : std::optional(before.back().key);
    return {wire::taskManagerInterface, "ListJobs",
            [](Reader& reader) { return readPage<JobView>(reader, wire::readRow<JobView>); }, nothing,
            [package, finished, last, skip = before.size()](DictionaryWriter& options) {
                if (package) options.put("package", *package);
                if (finished) options.put("finished", true);
                if (!last) return;
                if (finished) return options.put("skip", static_cast<std::int32_t>(skip));
                options.put("afterPackage", last->app.name);
                options.put("afterNamespace", last->space);
                options.put("afterId", last->id.value);
            }};
}

Call<Explanation> explain(const JobKey& job) {
    return {wire::taskManagerInterface, "Explain",
            [](Reader& reader) -> Result<Explanation> {
                Explanation made;
                made.job = STINT_TRY(wire::readRow<JobView>(reader));
                made.blockers = STINT_TRY(wire::readRows<Blocker>(reader));
                return made;
            },
            naming(job)};
}

Call<std::vector<HistoryEntry>> history(const JobKey& job) {
    return {wire::taskManagerInterface, "History", wire::readRows<HistoryEntry>, naming(job)};
}

Call<std::vector<PastRun>> log(const JobKey& job) {
    return {wire::taskManagerInterface, "Log", wire::readRows<PastRun>, naming(job)};
}

Call<Forecast> whatIf(const JobKey& job, const std::map<std::string, std::string>& changes) {
    return {wire::taskManagerInterface, "WhatIf", wire::readRow<Forecast>, [job, changes](Writer& writer) {
                naming(job)(writer);
                writeWords(writer, changes);
            }};
}

Call<DayPage> day(const DayAsked& asked) {
    return {wire::taskManagerInterface, "Day",
            [](Reader& reader) -> Result<DayPage> {
                DayPage page;
                page.runs = STINT_TRY(wire::readRows<DayRun>(reader));
                page.device = STINT_TRY(wire::readRows<DeviceChange>(reader));
                page.after = STINT_TRY(reader.string());
                return page;
            },
            [asked](Writer& writer) {
                writer.int64(asked.from.time_since_epoch().count()).int64(asked.to.time_since_epoch().count());
            },
            [after = asked.after](DictionaryWriter& options) {
                if (!after.empty()) options.put("after", after);
            }};
}

Call<Page<WorkItem>> work(const JobKey& job, const std::vector<WorkItem>& before) {
    return {wire::taskManagerInterface, "ListWork",
            [](Reader& reader) { return readPage<WorkItem>(reader, wire::readWork); }, naming(job),
            [last = before.empty() ? std::nullopt : std::optional(before.back().id)](DictionaryWriter& options) {
                if (last) options.put("after", *last);
            }};
}

Call<JobView> watch(const JobKey& job) {
    return {wire::taskManagerInterface, "Watch", wire::readRow<JobView>, naming(job)};
}

Call<void> watchEverything(Topics lists) {
    return {wire::taskManagerInterface, "Watch", skipState, naming(JobKey{}), [lists](DictionaryWriter& options) {
                options.put("everything", true);
                options.put("topics", namesOf(lists));
            }};
}

Call<void> cancel(const JobKey& job) {
    return {wire::jobSchedulerInterface, "Cancel", readNothing,
            [job](Writer& writer) { writer.int32(job.id.value).string(job.space); },
            [job](DictionaryWriter& options) { options.put("as", job.app.name); }};
}

Call<void> hold(const JobKey& job, bool on) {
    return {wire::taskManagerInterface, "Hold", readNothing, [name = naming(job), on](Writer& writer) {
                name(writer);
                writer.boolean(on);
            }};
}

Call<void> retry(const JobKey& job) { return {wire::taskManagerInterface, "Retry", readNothing, naming(job)}; }

Call<ShellAnswer> shell(const std::vector<std::string>& words, const std::vector<std::string>& before) {
    return {wire::taskManagerInterface, "Shell",
            [](Reader& reader) -> Result<ShellAnswer> {
                ShellAnswer made;
                made.code = STINT_TRY(reader.int32());
                made.out = STINT_TRY(reader.string());
                made.err = STINT_TRY(reader.string());
                return made;
            },
            [words](Writer& writer) { writer.strings(words); },
            [before](DictionaryWriter& options) {
                if (!before.empty()) options.put("before", before);
            }};
}

std::vector<std::string> wordsToRunNow(const JobKey& job) {
    std::vector<std::string> words{"run", "-f"};
    if (!job.space.empty()) words.insert(words.end(), {"-n", job.space});
    words.insert(words.end(), {job.app.name, std::to_string(job.id.value)});
    return words;
}

Call<SchedulerView> overview() { return {wire::taskManagerInterface, "Overview", wire::readSchedulerView}; }

Call<std::vector<TaskRow>> tasks() {
    return {wire::taskManagerInterface, "ListTasks", [](Reader& reader) { return wire::readRows<TaskRow>(reader); }};
}

Call<std::uint32_t> stop(const std::string& package) {
    return {wire::taskManagerInterface, "Stop", [](Reader& reader) { return reader.uint32(); }, naming(package)};
}

Call<std::vector<AppView>> apps() {
    return {wire::taskManagerInterface, "ListApps", [](Reader& reader) { return wire::readRows<AppView>(reader); }};
}

Call<void> setBatteryUse(const std::string& package, const std::string& use) {
    return {wire::limitsInterface, "SetBatteryUse", readNothing,
            [package, use](Writer& writer) { writer.string(package).string(use); }};
}

Call<void> setDevice(const std::map<std::string, std::string>& changes) {
    return {wire::deviceInterface, "Set", readNothing, [changes](Writer& writer) { writeWords(writer, changes); }};
}

Call<void> resetDevice(const std::vector<std::string>& keys) {
    return {wire::deviceInterface, "Reset", readNothing, [keys](Writer& writer) { writer.strings(keys); }};
}

Call<wire::DozeView> doze() { return {wire::limitsInterface, "GetDoze", wire::readRow<wire::DozeView>}; }

Call<Quotas> quota(const std::string& package) {
    return {wire::limitsInterface, "Quota",
            [](Reader& reader) -> Result<Quotas> {
                Quotas made;
                made.regular = STINT_TRY(wire::readRow<QuotaView>(reader));
                made.expedited = STINT_TRY(wire::readRow<QuotaView>(reader));
                return made;
            },
            naming(package)};
}

Call<Page<AlarmView>> alarms(const std::optional<std::string>& package, const std::vector<AlarmView>& before) {
    const auto last =
        before.empty() ? std::nullopt : std::optional(std::pair(before.back().alarm.app.name, before.back().alarm.tag));
    return {wire::alarmManagerInterface, "List",
            [](Reader& reader) { return readPage<AlarmView>(reader, wire::readRow<AlarmView>); }, nothing,
            [package, last](DictionaryWriter& options) {
                if (package) options.put("package", *package);
                if (!last) return;
                options.put("afterPackage", last->first);
                options.put("afterTag", last->second);
            }};
}

} // namespace stint::cli::calls
