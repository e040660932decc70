#include "store/job_json.hpp"

#include <algorithm>
#include <set>

#include "base/fail.hpp"
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

/// An unknown key may be a constraint; without heeding it the job would run wrongly (design.md, wire).
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
                                                  "extras"};
    for (const auto& [key, value] : job.items())
        if (!known.contains(key)) return fail(Errc::IllegalArgument, "unknown key \"{}\" in a job", key);
    return {};
}

/// May throw what nlohmann's checked access throws.
Result<JobInfo> readJob(const json& job) {
    STINT_TRY(checkKeys(job));
    JobInfo::Builder builder{job.at("id").get<std::int32_t>(), serviceFrom(job.at("service").get<std::string>())};
    builder.setUserInitiated(job.at("userInitiated").get<bool>())
        .setPriority(job.at("priority").get<std::int32_t>()) // after setUserInitiated, which moves it
        .setEstimatedNetworkBytes(job.at("estimatedDownloadBytes").get<Bytes>(),
                                  job.at("estimatedUploadBytes").get<Bytes>())
        .setMinimumNetworkChunkBytes(job.at("minimumNetworkChunkBytes").get<Bytes>())
        .setPersisted(job.at("persisted").get<bool>())
        .setRequiresBatteryNotLow(job.at("requiresBatteryNotLow").get<bool>())
        .setRequiresCharging(job.at("requiresCharging").get<bool>())
        .setRequiresStorageNotLow(job.at("requiresStorageNotLow").get<bool>());
    if (job.contains("requiredNetwork")) builder.setRequiredNetwork(STINT_TRY(networkFrom(job.at("requiredNetwork"))));
    if (job.contains("initialBackoff"))
        builder.setBackoffCriteria(Duration{job.at("initialBackoff").get<Duration::rep>()},
                                   job.at("backoffPolicy").get<std::int32_t>());
    std::optional<ClipData> clip;
    if (job.contains("clipData")) clip = clipFrom(job.at("clipData"));
    builder.setClipData(std::move(clip), job.at("clipGrantFlags").get<std::int32_t>());
    if (job.contains("extras")) builder.setExtras(STINT_TRY(bundleFrom(job.at("extras"))));
    return builder.build();
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
    // D-Bus lets only UTF-8 in; what is not becomes U+FFFD rather than an exception.
    return job.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<JobInfo> jobInfoFrom(std::string_view text) {
    try {
        return readJob(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::IllegalArgument, "no job: {}", problem.what());
    }
}

std::string instantsText(const std::vector<Instant>& instants) {
    json list = json::array();
    for (const auto instant : instants)
        list.push_back(instant.time_since_epoch().count());
    return list.dump();
}

Result<std::vector<Instant>> instantsFrom(std::string_view text) {
    try {
        std::vector<Instant> instants;
        for (const auto& count : json::parse(text))
            instants.emplace_back(Duration{count.get<Duration::rep>()});
        return instants;
    } catch (const json::exception& problem) {
        return fail(Errc::IllegalArgument, "no list of instants: {}", problem.what());
    }
}

} // namespace stint
