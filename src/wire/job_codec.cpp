// JobInfo, every setter of jobs.md §1.1; what is unset is an absent key.
#include "base/fail.hpp"
#include "model/job_info_access.hpp"
#include "wire/codec.hpp"

namespace stint::wire {
namespace {

std::string textOf(const ComponentName& service) {
    return service.package.empty() ? service.name : fmt::format("{}/{}", service.package, service.name);
}

/// "Name", or "package/Name".
ComponentName componentOf(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return ComponentName(text);
    return ComponentName(text.substr(0, slash), text.substr(slash + 1));
}

void writeNetworkOf(DictionaryWriter& dictionary, const JobInfo& job) {
    if (job.getRequiredNetwork())
        dictionary.put("requiredNetwork", "a{sv}",
                       [&job](Writer& value) { writeNetworkRequest(value, *job.getRequiredNetwork()); });
    dictionary.put("estimatedDownloadBytes", job.getEstimatedNetworkDownloadBytes());
    dictionary.put("estimatedUploadBytes", job.getEstimatedNetworkUploadBytes());
    dictionary.put("minimumNetworkChunkBytes", job.getMinimumNetworkChunkBytes());
}

void writeClipOf(DictionaryWriter& dictionary, const JobInfo& job, ClipFiles files) {
    if (!job.getClipData()) return;
    dictionary.put("clipData", "a(sah)", [&job, files](Writer& value) { writeClip(value, *job.getClipData(), files); });
    dictionary.put("clipGrantFlags", job.getClipGrantFlags());
}

// What was asked, not what this end makes of it: the daemon raises what is too small by its own policy.
void writeTimesOf(DictionaryWriter& dictionary, const JobInfo& job) {
    const auto& asked = JobInfoAccess::asked(job);
    const auto put = [&dictionary](const char* key, const std::optional<Duration>& time) {
        if (time) dictionary.put(key, std::int64_t{time->count()});
    };
    put("minimumLatency", job.getMinimumLatency());
    put("overrideDeadline", job.getOverrideDeadline());
    if (!asked.period) return;
    put("periodicInterval", asked.period->interval);
    put("periodicFlex", asked.period->flex);
}

void writeTriggersOf(DictionaryWriter& dictionary, const JobInfo& job) {
    if (!job.getTriggerContentUris().empty())
        dictionary.put("triggerContentUris", "a(si)", [&job](Writer& value) {
            value.openArray("(si)");
            for (const JobInfo::TriggerContentUri& watched : job.getTriggerContentUris())
                value.openStruct("si").string(watched.uri).int32(watched.flags).close();
            value.close();
        });
    const auto& asked = JobInfoAccess::asked(job);
    if (const auto& delay = asked.triggerUpdateDelay)
        dictionary.put("triggerContentUpdateDelay", std::int64_t{delay->count()});
    if (const auto& delay = asked.triggerMaxDelay)
        dictionary.put("triggerContentMaxDelay", std::int64_t{delay->count()});
}

void writeTagsOf(DictionaryWriter& dictionary, const JobInfo& job) {
    const std::vector<std::string> tags(job.getDebugTags().begin(), job.getDebugTags().end());
    if (!tags.empty()) dictionary.put("debugTags", tags);
    if (job.getTraceTag()) dictionary.put("traceTag", *job.getTraceTag());
}

/// A flag that version 1 did not know at first: its bytes stay those of a job that has none of these.
void putIfSet(DictionaryWriter& dictionary, const char* key, bool flag) {
    if (flag) dictionary.put(key, flag);
}

/// What a job dictionary said; absent keys are unset.
struct JobWords {
    std::optional<std::int32_t> id;
    std::optional<std::string> service;
    bool userInitiated = false;
    std::optional<std::int32_t> priority;
    std::optional<NetworkRequest> network;
    Bytes estimatedDown = unknownBytes;
    Bytes estimatedUp = unknownBytes;
    std::optional<Bytes> minimumChunk;
    std::optional<std::int64_t> initialBackoff;
    std::optional<std::int32_t> backoffPolicy;
    std::optional<ClipData> clip;
    std::int32_t clipGrantFlags = 0;
    bool persisted = false;
    bool batteryNotLow = false;
    bool charging = false;
    bool storageNotLow = false;
    PersistableBundle extras;
    bool expedited = false;
    bool deviceIdle = false;
    bool prefetch = false;
    std::int64_t minimumLatency = -1;
    std::int64_t overrideDeadline = -1;
    std::int64_t periodicInterval = -1;
    std::int64_t periodicFlex = -1;
    std::vector<JobInfo::TriggerContentUri> triggers;
    std::int64_t triggerUpdateDelay = -1;
    std::int64_t triggerMaxDelay = -1;
    PersistableBundle transientExtras;
    std::vector<std::string> debugTags;
    std::optional<std::string> traceTag;
};

Result<std::vector<JobInfo::TriggerContentUri>> readTriggers(Reader& reader) {
    std::vector<JobInfo::TriggerContentUri> triggers;
    STINT_TRY(reader.array("(si)", [&triggers](Reader& items) {
        return items.structure("si", [&triggers](Reader& fields) -> Result<void> {
            JobInfo::TriggerContentUri& watched = triggers.emplace_back();
            watched.uri = STINT_TRY(fields.string());
            watched.flags = STINT_TRY(fields.int32());
            return {};
        });
    }));
    return triggers;
}

DictionaryReader::Read bundleInto(PersistableBundle& bundle) {
    return [&bundle](Reader& value) -> Result<void> {
        bundle = STINT_TRY(readBundle(value));
        return {};
    };
}

/// The setters that came with the whole job contract.
void takeNewer(DictionaryReader& dictionary, JobWords& words) {
    dictionary.take("expedited", words.expedited)
        .take("requiresDeviceIdle", words.deviceIdle)
        .take("prefetch", words.prefetch)
        .take("minimumLatency", words.minimumLatency)
        .take("overrideDeadline", words.overrideDeadline)
        .take("periodicInterval", words.periodicInterval)
        .take("periodicFlex", words.periodicFlex)
        .take("triggerContentUris", "a(si)",
              [&words](Reader& value) -> Result<void> {
                  words.triggers = STINT_TRY(readTriggers(value));
                  return {};
              })
        .take("triggerContentUpdateDelay", words.triggerUpdateDelay)
        .take("triggerContentMaxDelay", words.triggerMaxDelay)
        .take("transientExtras", "a{sv}", bundleInto(words.transientExtras))
        .take("debugTags", words.debugTags)
        .take("traceTag", words.traceTag);
}

Result<void> readWords(Reader& reader, JobWords& words) {
    DictionaryReader dictionary("job", UnknownKeys::Refuse);
    dictionary.take("id", words.id)
        .take("service", words.service)
        .take("userInitiated", words.userInitiated)
        .take("priority", words.priority)
        .take("requiredNetwork", "a{sv}",
              [&words](Reader& value) -> Result<void> {
                  words.network = STINT_TRY(readNetworkRequest(value));
                  return {};
              })
        .take("estimatedDownloadBytes", words.estimatedDown)
        .take("estimatedUploadBytes", words.estimatedUp)
        .take("minimumNetworkChunkBytes", words.minimumChunk)
        .take("initialBackoff", words.initialBackoff)
        .take("backoffPolicy", words.backoffPolicy)
        .take("clipData", "a(sah)",
              [&words](Reader& value) -> Result<void> {
                  words.clip = STINT_TRY(readClip(value));
                  return {};
              })
        .take("clipGrantFlags", words.clipGrantFlags)
        .take("persisted", words.persisted)
        .take("requiresBatteryNotLow", words.batteryNotLow)
        .take("requiresCharging", words.charging)
        .take("requiresStorageNotLow", words.storageNotLow)
        .take("extras", "a{sv}", bundleInto(words.extras));
    takeNewer(dictionary, words);
    return dictionary.read(reader);
}

/// The back-off is a pair; a half of it has no meaning that could be guessed.
Result<void> setBackoff(JobInfo::Builder& builder, const JobWords& words) {
    if (words.initialBackoff.has_value() != words.backoffPolicy.has_value())
        return fail(Errc::IllegalArgument, "job: initialBackoff and backoffPolicy must be given together");
    if (words.initialBackoff) builder.setBackoffCriteria(Duration(*words.initialBackoff), *words.backoffPolicy);
    return {};
}

/// The interval and its flex are one setting, too.
Result<void> setPeriod(JobInfo::Builder& builder, const JobWords& words) {
    const bool hasInterval = words.periodicInterval != -1;
    if (hasInterval != (words.periodicFlex != -1))
        return fail(Errc::IllegalArgument, "job: periodicInterval and periodicFlex must be given together");
    if (hasInterval) builder.setPeriodic(Duration(words.periodicInterval), Duration(words.periodicFlex));
    return {};
}

/// What takeNewer() took. -1 is "unset" on the wire, where a setter would take it for a negative time.
void setNewer(JobInfo::Builder& builder, JobWords& words) {
    builder.setRequiresDeviceIdle(words.deviceIdle)
        .setPrefetch(words.prefetch)
        .setTriggerContentUpdateDelay(Duration(words.triggerUpdateDelay))
        .setTriggerContentMaxDelay(Duration(words.triggerMaxDelay))
        .setTransientExtras(std::move(words.transientExtras))
        .setTraceTag(std::move(words.traceTag));
    if (words.minimumLatency != -1) builder.setMinimumLatency(Duration(words.minimumLatency));
    if (words.overrideDeadline != -1) builder.setOverrideDeadline(Duration(words.overrideDeadline));
    for (JobInfo::TriggerContentUri& watched : words.triggers)
        builder.addTriggerContentUri(std::move(watched));
    for (std::string& tag : words.debugTags)
        builder.addDebugTag(std::move(tag));
}

Result<JobInfo> built(JobWords words) {
    if (!words.id) return fail(Errc::IllegalArgument, "job: id, an int32 (i), is missing");
    if (!words.service) return fail(Errc::IllegalArgument, "job: service, a string (s), is missing");
    JobInfo::Builder builder(JobId(*words.id), componentOf(*words.service));
    builder.setRequiredNetwork(std::move(words.network))
        .setEstimatedNetworkBytes(words.estimatedDown, words.estimatedUp)
        .setClipData(std::move(words.clip), words.clipGrantFlags)
        .setPersisted(words.persisted)
        .setRequiresBatteryNotLow(words.batteryNotLow)
        .setRequiresCharging(words.charging)
        .setRequiresStorageNotLow(words.storageNotLow)
        .setExtras(std::move(words.extras))
        .setUserInitiated(words.userInitiated)
        .setExpedited(words.expedited);
    // The priority after these two, which may have raised a default one; that is not what was said.
    if (words.priority) builder.setPriority(*words.priority);
    // -1 is "unset" on the wire and a misuse in the setter, as 0 is (jobs.md §1.1).
    if (words.minimumChunk && *words.minimumChunk != unknownBytes)
        builder.setMinimumNetworkChunkBytes(*words.minimumChunk);
    STINT_TRY(setBackoff(builder, words));
    STINT_TRY(setPeriod(builder, words));
    setNewer(builder, words);
    return JobInfoAccess::requested(builder);
}

} // namespace

void writeJob(Writer& writer, const JobInfo& job, ClipFiles files) {
    DictionaryWriter dictionary(writer);
    dictionary.put("id", job.getId().value);
    dictionary.put("service", textOf(job.getService()));
    dictionary.put("userInitiated", job.isUserInitiated());
    dictionary.put("priority", job.getPriority());
    writeNetworkOf(dictionary, job);
    if (job.hasExplicitBackoff()) {
        dictionary.put("initialBackoff", std::int64_t{JobInfoAccess::asked(job).initialBackoff.count()});
        dictionary.put("backoffPolicy", job.getBackoffPolicy());
    }
    writeClipOf(dictionary, job, files);
    dictionary.put("persisted", job.isPersisted());
    dictionary.put("requiresBatteryNotLow", job.isRequireBatteryNotLow());
    dictionary.put("requiresCharging", job.isRequireCharging());
    dictionary.put("requiresStorageNotLow", job.isRequireStorageNotLow());
    if (!job.getExtras().isEmpty())
        dictionary.put("extras", "a{sv}", [&job](Writer& value) { writeBundle(value, job.getExtras()); });
    putIfSet(dictionary, "expedited", job.isExpedited());
    putIfSet(dictionary, "requiresDeviceIdle", job.isRequireDeviceIdle());
    putIfSet(dictionary, "prefetch", job.isPrefetch());
    writeTimesOf(dictionary, job);
    writeTriggersOf(dictionary, job);
    writeTagsOf(dictionary, job);
    if (!job.getTransientExtras().isEmpty())
        dictionary.put("transientExtras", "a{sv}",
                       [&job](Writer& value) { writeBundle(value, job.getTransientExtras()); });
}

Result<JobInfo> readJob(Reader& reader) {
    JobWords words;
    STINT_TRY(readWords(reader, words));
    return built(std::move(words));
}

} // namespace stint::wire
