#include "faces/control/calls.hpp"

#include <concepts>

#include <unistd.h>

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

void put(Writer& writer, const std::string& text) { writer.string(text); }
void put(Writer& writer, std::same_as<bool> auto on) { writer.boolean(on); }
void put(Writer& writer, Duration length) { writer.int64(length.count()); }
void put(Writer& writer, WallTime time) { writer.int64(time.time_since_epoch().count()); }
void put(Writer& writer, const JobKey& job) { writer.string(job.app.name).string(job.space).int32(job.id.value); }

/// Writes the arguments, one after the other.
template <class... Arguments> std::function<void(Writer&)> writing(Arguments... arguments) {
    return [=](Writer& writer) { (put(writer, arguments), ...); };
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

Question<Page<JobView>> jobs(const std::optional<std::string>& package, bool finished,
                             const std::vector<JobView>& before) {
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

Question<Explanation> explain(const JobKey& job) {
    return {wire::taskManagerInterface, "Explain",
            [](Reader& reader) -> Result<Explanation> {
                Explanation made;
                made.job = STINT_TRY(wire::readRow<JobView>(reader));
                made.blockers = STINT_TRY(wire::readRows<Blocker>(reader));
                return made;
            },
            writing(job)};
}

Question<std::vector<HistoryEntry>> history(const JobKey& job) {
    return {wire::taskManagerInterface, "History", wire::readRows<HistoryEntry>, writing(job)};
}

Question<std::vector<PastRun>> log(const JobKey& job) {
    return {wire::taskManagerInterface, "Log", wire::readRows<PastRun>, writing(job)};
}

Question<Forecast> whatIf(const JobKey& job, const std::map<std::string, std::string>& changes) {
    return {wire::taskManagerInterface, "WhatIf", wire::readRow<Forecast>, [job, changes](Writer& writer) {
                writing(job)(writer);
                writeWords(writer, changes);
            }};
}

Question<DayPage> day(const DayAsked& asked) {
    return {wire::taskManagerInterface, "Day",
            [](Reader& reader) -> Result<DayPage> {
                DayPage page;
                page.runs = STINT_TRY(wire::readRows<DayRun>(reader));
                page.device = STINT_TRY(wire::readRows<DeviceChange>(reader));
                page.after = STINT_TRY(reader.string());
                return page;
            },
            writing(asked.from, asked.to),
            [after = asked.after](DictionaryWriter& options) {
                if (!after.empty()) options.put("after", after);
            }};
}

Question<Page<WorkItem>> work(const JobKey& job, const std::vector<WorkItem>& before) {
    return {wire::taskManagerInterface, "ListWork",
            [](Reader& reader) { return readPage<WorkItem>(reader, wire::readWork); }, writing(job),
            [last = before.empty() ? std::nullopt : std::optional(before.back().id)](DictionaryWriter& options) {
                if (last) options.put("after", *last);
            }};
}

Question<JobView> watch(const JobKey& job) {
    return {wire::taskManagerInterface, "Watch", wire::readRow<JobView>, writing(job)};
}

Call<void> watchEverything(Topics lists) {
    return {wire::taskManagerInterface, "Watch", skipState, writing(JobKey{}), [lists](DictionaryWriter& options) {
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
    return {wire::taskManagerInterface, "Hold", readNothing, writing(job, on)};
}

Call<void> edit(const JobKey& job, const std::vector<Condition>& conditions) {
    return {wire::taskManagerInterface, "Edit", readNothing, [job, conditions](Writer& writer) {
                put(writer, job);
                wire::writeRows(writer, conditions);
            }};
}

Call<void> retry(const JobKey& job) { return {wire::taskManagerInterface, "Retry", readNothing, writing(job)}; }

Call<void> move(const JobKey& job, MoveTo to) {
    return {wire::taskManagerInterface, "Move", readNothing, writing(job, std::string(nameOf(to)))};
}

Call<void> clear(const JobKey& job) { return {wire::taskManagerInterface, "Clear", readNothing, writing(job)}; }

Call<std::uint32_t> clearAll(const std::string& package) {
    return {wire::taskManagerInterface, "Clear", [](Reader& reader) { return reader.uint32(); },
            writing(JobKey{AppId{package}, "", JobId{0}}), [](DictionaryWriter& options) { options.put("all", true); }};
}

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

Call<ShellAnswer> runNow(const JobKey& job) {
    std::vector<std::string> words{"run", "-f"};
    if (!job.space.empty()) words.insert(words.end(), {"-n", job.space});
    words.insert(words.end(), {job.app.name, std::to_string(job.id.value)});
    return shell(words);
}

Question<SchedulerView> overview() { return {wire::taskManagerInterface, "Overview", wire::readSchedulerView}; }

Question<std::vector<TaskRow>> tasks() {
    return {wire::taskManagerInterface, "ListTasks", [](Reader& reader) { return wire::readRows<TaskRow>(reader); }};
}

Call<std::uint32_t> stop(const std::string& package) {
    return {wire::taskManagerInterface, "Stop", [](Reader& reader) { return reader.uint32(); }, writing(package)};
}

Call<std::uint32_t> startApp(const std::string& package, const std::vector<std::string>& arguments,
                             const std::string& directory) {
    return {wire::taskManagerInterface, "StartApp", [](Reader& reader) { return reader.uint32(); },
            [package, arguments](Writer& writer) {
                writer.string(package).strings(arguments).openArray("h");
                for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
                    writer.descriptor(descriptor);
                writer.close();
            },
            [directory](DictionaryWriter& options) { options.put("directory", directory); }};
}

Call<std::vector<std::string>> openApp(const std::string& package) {
    return {wire::taskManagerInterface, "OpenApp", [](Reader& reader) { return reader.strings(); }, writing(package)};
}

Question<std::vector<AppView>> apps() {
    return {wire::taskManagerInterface, "ListApps", [](Reader& reader) { return wire::readRows<AppView>(reader); }};
}

Call<void> setAppState(const std::string& package, const std::string& state) {
    return {wire::taskManagerInterface, "SetApp", readNothing, [package, state](Writer& writer) {
                writer.string(package);
                DictionaryWriter(writer).put("state", state);
            }};
}

Call<void> setRevoked(const std::string& package, const std::vector<std::string>& permissions) {
    return {wire::taskManagerInterface, "SetApp", readNothing, [package, permissions](Writer& writer) {
                writer.string(package);
                DictionaryWriter(writer).put("revoked", permissions);
            }};
}

Call<void> markNetwork(const std::string& network, const std::string& word) {
    return {wire::deviceInterface, "MarkNetwork", readNothing, writing(network, word)};
}

Call<void> record(bool on) { return {wire::taskManagerInterface, "Record", readNothing, writing(on)}; }

Call<void> setStandbyBucket(const std::string& package, const std::string& bucket) {
    return {wire::limitsInterface, "SetStandbyBucket", readNothing, writing(package, bucket)};
}

Call<void> predictBucket(const std::string& package, const std::string& bucket) {
    return {wire::limitsInterface, "PredictBucket", readNothing, writing(package, bucket)};
}

Call<void> reportUsage(const std::string& package, const std::string& kind) {
    return {wire::limitsInterface, "ReportUsage", readNothing, writing(package, kind)};
}

Call<void> setDataSaverExempt(const std::string& package, bool exempt) {
    return {wire::limitsInterface, "SetDataSaverExempt", readNothing, writing(package, exempt)};
}

Call<void> allowTemporarily(const std::string& package, Duration length) {
    return {wire::limitsInterface, "TempAllowlist", readNothing, writing(package, length)};
}

Call<void> rotateRegistrations(const std::string& package) {
    return {wire::limitsInterface, "RotateRegistrations", readNothing, writing(package)};
}

Call<void> revokeRegistrations(const std::string& package) {
    return {wire::limitsInterface, "RevokeRegistrations", readNothing, writing(package)};
}

Call<void> push(const std::string& package, const Pushed& message) {
    return {wire::limitsInterface, "Push", readNothing,
            writing(package, message.urgency == nameOf(Urgency::High), message.data),
            [message](DictionaryWriter& options) {
                if (!message.receiver.empty()) options.put("receiver", message.receiver);
                if (!message.urgency.empty()) options.put("urgency", message.urgency);
                if (message.ttl) options.put("ttl", message.ttl->count());
                if (!message.topic.empty()) options.put("topic", message.topic);
            }};
}

Call<void> setBatteryUse(const std::string& package, const std::string& use) {
    return {wire::limitsInterface, "SetBatteryUse", readNothing, writing(package, use)};
}

Call<void> setDevice(const std::map<std::string, std::string>& changes) {
    return {wire::deviceInterface, "Set", readNothing, [changes](Writer& writer) { writeWords(writer, changes); }};
}

Call<void> resetDevice(const std::vector<std::string>& keys) {
    return {wire::deviceInterface, "Reset", readNothing, [keys](Writer& writer) { writer.strings(keys); }};
}

Question<wire::DozeView> doze() { return {wire::limitsInterface, "GetDoze", wire::readRow<wire::DozeView>}; }

Call<wire::DozeView> stepDoze(const std::string& machine) {
    return {wire::limitsInterface, "StepDoze", wire::readRow<wire::DozeView>, writing(machine)};
}

Call<wire::DozeView> forceDoze(const std::string& state) {
    return {wire::limitsInterface, "ForceDoze", wire::readRow<wire::DozeView>, writing(state)};
}

Question<Quotas> quota(const std::string& package) {
    return {wire::limitsInterface, "Quota",
            [](Reader& reader) -> Result<Quotas> {
                Quotas made;
                made.regular = STINT_TRY(wire::readRow<QuotaView>(reader));
                made.expedited = STINT_TRY(wire::readRow<QuotaView>(reader));
                return made;
            },
            writing(package)};
}

Question<Page<MessageView>> messages(const std::optional<std::string>& package,
                                     const std::vector<MessageView>& before) {
    return {wire::limitsInterface, "ListMessages",
            [](Reader& reader) { return readPage<MessageView>(reader, wire::readRow<MessageView>); }, nothing,
            [package, last = before.empty() ? 0 : before.back().id](DictionaryWriter& options) {
                if (package) options.put("package", *package);
                options.put("after", last);
            }};
}

Question<MessageLogPage> messageLog(const MessageLogAsked& asked) {
    return {wire::limitsInterface, "MessageLog",
            [](Reader& reader) -> Result<MessageLogPage> {
                MessageLogPage page;
                page.messages = STINT_TRY(wire::readRows<MessageStory>(reader));
                page.after = STINT_TRY(reader.string());
                return page;
            },
            nothing,
            [asked](DictionaryWriter& options) {
                if (!asked.package.empty()) options.put("package", asked.package);
                options.put("since", asked.since.time_since_epoch().count());
                if (!asked.after.empty()) options.put("after", asked.after);
            }};
}

Question<Page<AlarmView>> alarms(const std::optional<std::string>& package, const std::vector<AlarmView>& before) {
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
