// JobInfo and what belongs to it: clip data and the requested network.
#include "base/fail.hpp"
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
};

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
        .take("extras", "a{sv}", [&words](Reader& value) -> Result<void> {
            words.extras = STINT_TRY(readBundle(value));
            return {};
        });
    return dictionary.read(reader);
}

/// The back-off is a pair; a half of it has no meaning that could be guessed.
Result<void> setBackoff(JobInfo::Builder& builder, const JobWords& words) {
    if (words.initialBackoff.has_value() != words.backoffPolicy.has_value())
        return fail(Errc::IllegalArgument, "job: initialBackoff and backoffPolicy must be given together");
    if (words.initialBackoff) builder.setBackoffCriteria(Duration(*words.initialBackoff), *words.backoffPolicy);
    return {};
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
        .setUserInitiated(words.userInitiated);
    // The priority last: setUserInitiated may have raised a default one, which is not what was said.
    if (words.priority) builder.setPriority(*words.priority);
    // -1 is "unset" on the wire and a misuse in the setter, as 0 is (jobs.md §1.1).
    if (words.minimumChunk && *words.minimumChunk != unknownBytes)
        builder.setMinimumNetworkChunkBytes(*words.minimumChunk);
    STINT_TRY(setBackoff(builder, words));
    return builder.build();
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
        dictionary.put("initialBackoff", static_cast<std::int64_t>(job.getInitialBackoff().count()));
        dictionary.put("backoffPolicy", job.getBackoffPolicy());
    }
    writeClipOf(dictionary, job, files);
    dictionary.put("persisted", job.isPersisted());
    dictionary.put("requiresBatteryNotLow", job.isRequireBatteryNotLow());
    dictionary.put("requiresCharging", job.isRequireCharging());
    dictionary.put("requiresStorageNotLow", job.isRequireStorageNotLow());
    if (!job.getExtras().isEmpty())
        dictionary.put("extras", "a{sv}", [&job](Writer& value) { writeBundle(value, job.getExtras()); });
}

Result<JobInfo> readJob(Reader& reader) {
    JobWords words;
    STINT_TRY(readWords(reader, words));
    return built(std::move(words));
}

void writeClip(Writer& writer, const ClipData& clip, ClipFiles files) {
    writer.openArray("(sah)");
    for (const ClipData::Item& item : clip.items) {
        writer.openStruct("sah").string(item.path).openArray("h");
        if (item.file && files == ClipFiles::Included) writer.descriptor(item.file->descriptor());
        writer.close().close();
    }
    writer.close();
}

Result<ClipData> readClip(Reader& reader) {
    ClipData clip;
    STINT_TRY(reader.array("(sah)", [&clip](Reader& items) {
        return items.structure("sah", [&clip](Reader& fields) -> Result<void> {
            ClipData::Item& item = clip.items.emplace_back();
            item.path = STINT_TRY(fields.string());
            return fields.array("h", [&item](Reader& files) -> Result<void> {
                if (item.file) return fail(Errc::IllegalArgument, "{} has two descriptors; it may have one", item.path);
                item.file = std::make_shared<ClipFile>(STINT_TRY(files.descriptor()).release());
                return {};
            });
        });
    }));
    return clip;
}

} // namespace stint::wire
