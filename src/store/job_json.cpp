#include "store/job_json.hpp"

#include <algorithm>
#include <set>

#include "base/fail.hpp"
#include "base/whole_number.hpp"
#include "model/job_info_access.hpp"
#include "rules/validation.hpp"
#include "store/bundle_json.hpp"

namespace stint {

namespace {

using nlohmann::json;

/// "Name", "package/Name"; "/Na/me" where a name without a package has a slash of its own.
std::string serviceText(const ComponentName& service) {
    if (service.package.empty() && service.name.find('/') == std::string::npos) return service.name;
    return service.package + "/" + service.name;
}

ComponentName serviceFrom(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return ComponentName{text};
    return ComponentName{text.substr(0, slash), text.substr(slash + 1)};
}

json networkJson(const NetworkRequest& request) {
    json capabilities = json::array();
    for (const auto capability : request.getCapabilities())
        capabilities.push_back(nameOf(capability));
    json transports = json::array();
    for (const auto transport : request.getTransportTypes())
        transports.push_back(nameOf(transport));
    json network{{"capabilities", std::move(capabilities)}, {"transports", std::move(transports)}};
    if (request.getNetworkSpecifier()) network["specifier"] = *request.getNetworkSpecifier();
    return network;
}

Result<NetworkRequest> networkFrom(const json& network) {
    NetworkRequest::Builder builder;
    builder.clearCapabilities();
    for (const auto& name : network.at("capabilities")) {
        const auto capability = capabilityNamed(name.get<std::string>());
        if (!capability) return fail(Errc::IllegalArgument, "unknown network capability {}", name.dump());
        builder.addCapability(*capability);
    }
    for (const auto& name : network.at("transports")) {
        const auto transport = transportNamed(name.get<std::string>());
        if (!transport) return fail(Errc::IllegalArgument, "unknown network transport {}", name.dump());
        builder.addTransportType(*transport);
    }
    if (network.contains("specifier")) builder.setNetworkSpecifier(network.at("specifier").get<std::string>());
    return builder.build();
}

json clipJson(const ClipData& clip) {
    json paths = json::array();
    if (std::any_of(clip.items.begin(), clip.items.end(), [](const auto& item) { return item.file != nullptr; }))
        return paths;
    for (const auto& item : clip.items)
        paths.push_back(item.path);
    return paths;
}

ClipData clipFrom(const json& paths) {
    ClipData clip;
    for (const auto& path : paths)
        clip.items.push_back({path.get<std::string>(), nullptr});
    return clip;
}

/// An unknown key may be a constraint; without heeding it the job would run wrongly (architecture.md, wire).
Result<void> checkKeys(const json& job) {
    static const std::set<std::string_view> known{"id",
                                                  "service",
                                                  "userInitiated",
                                                  "priority",
                                                  "requiredNetwork",
                                                  "estimatedDownloadBytes",
                                                  "estimatedUploadBytes",
                                                  "minimumNetworkChunkBytes",
                                                  "initialBackoff",
                                                  "backoffPolicy",
                                                  "clipData",
                                                  "clipGrantFlags",
                                                  "persisted",
                                                  "requiresBatteryNotLow",
                                                  "requiresCharging",
                                                  "requiresStorageNotLow",
                                                  "extras",
                                                  "expedited",
                                                  "requiresDeviceIdle",
                                                  "prefetch",
                                                  "minimumLatency",
                                                  "overrideDeadline",
                                                  "periodicInterval",
                                                  "periodicFlex",
                                                  "triggerContentUris",
                                                  "triggerContentUpdateDelay",
                                                  "triggerContentMaxDelay",
                                                  "transientExtras",
                                                  "debugTags",
                                                  "traceTag"};
    for (const auto& [key, value] : job.items())
        if (!known.contains(key)) return fail(Errc::IllegalArgument, "unknown key \"{}\" in a job", key);
    return {};
}

/// A list of [path, flags].
json triggersJson(const std::vector<JobInfo::TriggerContentUri>& triggers) {
    json list = json::array();
    for (const auto& watched : triggers)
        list.push_back(json::array({watched.uri, watched.flags}));
    return list;
}

std::optional<Duration> timeIn(const json& job, const char* key) {
    if (!job.contains(key)) return std::nullopt;
    return Duration{wholeNumber<Duration::rep>(job.at(key))};
}

/// The keys that a job has only where they are set.
Result<void> readRest(const json& job, JobInfo::Builder& builder) {
    builder.setRequiresDeviceIdle(job.value("requiresDeviceIdle", false)).setPrefetch(job.value("prefetch", false));
    if (const auto latency = timeIn(job, "minimumLatency")) builder.setMinimumLatency(*latency);
    if (const auto deadline = timeIn(job, "overrideDeadline")) builder.setOverrideDeadline(*deadline);
    if (const auto interval = timeIn(job, "periodicInterval"))
        builder.setPeriodic(*interval, Duration{wholeNumber<Duration::rep>(job.at("periodicFlex"))});
    if (job.contains("triggerContentUris"))
        for (const auto& watched : job.at("triggerContentUris"))
            builder.addTriggerContentUri({watched.at(0).get<std::string>(), wholeNumber<std::int32_t>(watched.at(1))});
    if (const auto delay = timeIn(job, "triggerContentUpdateDelay")) builder.setTriggerContentUpdateDelay(*delay);
    if (const auto delay = timeIn(job, "triggerContentMaxDelay")) builder.setTriggerContentMaxDelay(*delay);
    if (job.contains("transientExtras")) builder.setTransientExtras(STINT_TRY(bundleFrom(job.at("transientExtras"))));
    if (job.contains("debugTags"))
        for (const auto& tag : job.at("debugTags"))
            builder.addDebugTag(tag.get<std::string>());
    if (job.contains("traceTag")) builder.setTraceTag(job.at("traceTag").get<std::string>());
    return {};
}

void writeRest(const JobInfo& info, json& job) {
    const auto put = [&job](const char* key, const std::optional<Duration>& time) {
        if (time) job[key] = time->count();
    };
    if (info.isExpedited()) job["expedited"] = true;
    if (info.isRequireDeviceIdle()) job["requiresDeviceIdle"] = true;
    if (info.isPrefetch()) job["prefetch"] = true;
    put("minimumLatency", info.getMinimumLatency());
    put("overrideDeadline", info.getOverrideDeadline());
    if (info.getPeriod()) {
        put("periodicInterval", info.getPeriod()->interval);
        put("periodicFlex", info.getPeriod()->flex);
    }
    if (!info.getTriggerContentUris().empty()) job["triggerContentUris"] = triggersJson(info.getTriggerContentUris());
    put("triggerContentUpdateDelay", info.getTriggerContentUpdateDelay());
    put("triggerContentMaxDelay", info.getTriggerContentMaxDelay());
    if (!info.getTransientExtras().isEmpty()) job["transientExtras"] = bundleJson(info.getTransientExtras());
    if (!info.getDebugTags().empty()) job["debugTags"] = info.getDebugTags();
    if (info.getTraceTag()) job["traceTag"] = *info.getTraceTag();
}

/// D-Bus lets only UTF-8 in; what is not becomes U+FFFD rather than an exception.
std::string textOf(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// May throw what nlohmann's checked access throws.
Result<JobInfo> readJob(const json& job) {
    STINT_TRY(checkKeys(job));
    JobInfo::Builder builder{wholeNumber<std::int32_t>(job.at("id")),
                             serviceFrom(job.at("service").get<std::string>())};
    builder.setUserInitiated(job.at("userInitiated").get<bool>())
        .setExpedited(job.value("expedited", false))
        .setPriority(wholeNumber<std::int32_t>(job.at("priority"))) // after the two, which move it
        .setEstimatedNetworkBytes(wholeNumber<Bytes>(job.at("estimatedDownloadBytes")),
                                  wholeNumber<Bytes>(job.at("estimatedUploadBytes")))
        .setMinimumNetworkChunkBytes(wholeNumber<Bytes>(job.at("minimumNetworkChunkBytes")))
        .setPersisted(job.at("persisted").get<bool>())
        .setRequiresBatteryNotLow(job.at("requiresBatteryNotLow").get<bool>())
        .setRequiresCharging(job.at("requiresCharging").get<bool>())
        .setRequiresStorageNotLow(job.at("requiresStorageNotLow").get<bool>());
    if (job.contains("requiredNetwork")) builder.setRequiredNetwork(STINT_TRY(networkFrom(job.at("requiredNetwork"))));
    if (job.contains("initialBackoff"))
        builder.setBackoffCriteria(Duration{wholeNumber<Duration::rep>(job.at("initialBackoff"))},
                                   wholeNumber<std::int32_t>(job.at("backoffPolicy")));
    std::optional<ClipData> clip;
    if (job.contains("clipData")) clip = clipFrom(job.at("clipData"));
    builder.setClipData(std::move(clip), wholeNumber<std::int32_t>(job.at("clipGrantFlags")));
    if (job.contains("extras")) builder.setExtras(STINT_TRY(bundleFrom(job.at("extras"))));
    STINT_TRY(readRest(job, builder));
    JobInfo info = STINT_TRY(JobInfoAccess::requested(builder));
    // What was accepted stays, also under a policy that would now ask for a wider window.
    Constants constants;
    constants.minTimeWindow = 0ms;
    if (auto broken = brokenRule(info, constants)) return *std::move(broken);
    return info;
}

} // namespace

std::string jobInfoText(const JobInfo& info) {
    json job{{"id", info.getId().value},
             {"service", serviceText(info.getService())},
             {"userInitiated", info.isUserInitiated()},
             {"priority", info.getPriority()},
             {"estimatedDownloadBytes", info.getEstimatedNetworkDownloadBytes()},
             {"estimatedUploadBytes", info.getEstimatedNetworkUploadBytes()},
             {"minimumNetworkChunkBytes", info.getMinimumNetworkChunkBytes()},
             {"clipGrantFlags", info.getClipGrantFlags()},
             {"persisted", info.isPersisted()},
             {"requiresBatteryNotLow", info.isRequireBatteryNotLow()},
             {"requiresCharging", info.isRequireCharging()},
             {"requiresStorageNotLow", info.isRequireStorageNotLow()}};
    if (info.getRequiredNetwork()) job["requiredNetwork"] = networkJson(*info.getRequiredNetwork());
    if (info.hasExplicitBackoff()) {
        job["initialBackoff"] = info.getInitialBackoff().count();
        job["backoffPolicy"] = info.getBackoffPolicy();
    }
    if (info.getClipData()) job["clipData"] = clipJson(*info.getClipData());
    if (!info.getExtras().isEmpty()) job["extras"] = bundleJson(info.getExtras());
    writeRest(info, job);
    return textOf(job);
}

Result<JobInfo> jobInfoFrom(std::string_view text) {
    try {
        return readJob(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::IllegalArgument, "no job: {}", problem.what());
    }
}

std::string extrasText(const PersistableBundle& extras) { return textOf(bundleJson(extras)); }

Result<PersistableBundle> extrasFrom(std::string_view text) {
    try {
        return bundleFrom(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::IllegalArgument, "no extras: {}", problem.what());
    }
}

} // namespace stint
