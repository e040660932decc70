// scenario.md, schedule: each key is one setter of jobs.md §1.1. The setters are called in a fixed order, whatever the
// order in the file: the priority before what raises it (jobs.md §1.2 note a).
#include <array>
#include <limits>

#include "sim/parts.hpp"
#include "sim/vocabulary.hpp"

namespace stint::sim {
namespace {

template <class Named> std::vector<std::string_view> namesOf(const Named& all) {
    std::vector<std::string_view> names;
    for (auto one : all)
        names.push_back(nameOf(one));
    return names;
}

constexpr std::array capabilities{
    NetworkCapability::Internet,     NetworkCapability::NotMetered,    NetworkCapability::NotRoaming,
    NetworkCapability::NotVpn,       NetworkCapability::NotRestricted, NetworkCapability::Validated,
    NetworkCapability::NotCongested, NetworkCapability::NotSuspended,  NetworkCapability::TemporarilyNotMetered,
    NetworkCapability::Trusted,      NetworkCapability::CaptivePortal};
constexpr std::array transports{NetworkTransport::Cellular, NetworkTransport::Wifi, NetworkTransport::Bluetooth,
                                NetworkTransport::Ethernet, NetworkTransport::Vpn,  NetworkTransport::Usb,
                                NetworkTransport::Loopback};

// jobs.md §1.3: a shorthand type, or capabilities and transports.
void readNetwork(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    std::optional<std::int32_t> type;
    NetworkRequest::Builder request;
    bool detailed = false;
    yaml.map(node, "network",
             {{"type",
               [&](const Node& value) {
                   type = yaml.word<std::int32_t>(value, "network type",
                                                  {{"any", JobInfo::NETWORK_TYPE_ANY},
                                                   {"unmetered", JobInfo::NETWORK_TYPE_UNMETERED},
                                                   {"not_roaming", JobInfo::NETWORK_TYPE_NOT_ROAMING},
                                                   {"cellular", JobInfo::NETWORK_TYPE_CELLULAR}});
               }},
              {"capabilities",
               [&](const Node& value) {
                   detailed = true;
                   for (const auto& name : readWords(yaml, value, "capability", namesOf(capabilities)))
                       if (const auto known = capabilityNamed(name)) request.addCapability(*known);
               }},
              {"transports", [&](const Node& value) {
                   detailed = true;
                   for (const auto& name : readWords(yaml, value, "transport", namesOf(transports)))
                       if (const auto known = transportNamed(name)) request.addTransportType(*known);
               }}});
    if (type.has_value() == detailed && node.IsMap())
        yaml.complain(placeOf(node), "a network is asked for by its type, or by capabilities and transports; write "
                                     "one of the two, such as {{type: any}}");
    if (detailed)
        job.setRequiredNetwork(request.build());
    else if (type)
        job.setRequiredNetworkType(*type);
}

struct Sides {
    Bytes down = unknownBytes;
    Bytes up = unknownBytes;
};

Sides readSides(Yaml& yaml, const Node& node, std::string_view what) {
    Sides sides;
    yaml.map(node, what,
             {{"down", [&](const Node& value) { sides.down = readSize(yaml, value, "down"); }},
              {"up", [&](const Node& value) { sides.up = readSize(yaml, value, "up"); }}});
    return sides;
}

void readEstimate(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    const Sides sides = readSides(yaml, node, "estimated_bytes");
    job.setEstimatedNetworkBytes(sides.down, sides.up);
}

void readBackoff(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    std::int32_t policy = JobInfo::BACKOFF_POLICY_EXPONENTIAL;
    Duration initial = JobInfo::DEFAULT_INITIAL_BACKOFF;
    yaml.map(node, "backoff",
             {{"policy",
               [&](const Node& value) {
                   policy = yaml.word<std::int32_t>(value, "back-off policy",
                                                    {{"exponential", JobInfo::BACKOFF_POLICY_EXPONENTIAL},
                                                     {"linear", JobInfo::BACKOFF_POLICY_LINEAR}});
               }},
              {"initial", [&](const Node& value) { initial = readDuration(yaml, value, "initial"); }}});
    job.setBackoffCriteria(initial, policy);
}

void readPeriod(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    std::optional<Duration> every, flex;
    yaml.map(node, "periodic",
             {{"every", [&](const Node& value) { every = readDuration(yaml, value, "every"); }},
              {"flex", [&](const Node& value) { flex = readDuration(yaml, value, "flex"); }}});
    if (!every) return yaml.complain(placeOf(node), "periodic lacks every, its period, as in {{every: 1h}}");
    flex ? job.setPeriodic(*every, *flex) : job.setPeriodic(*every);
}

void readTrigger(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    JobInfo::TriggerContentUri uri;
    yaml.map(node, "content_trigger",
             {{"path", [&](const Node& value) { uri.uri = yaml.text(value, "path"); }},
              {"descendants",
               [&](const Node& value) {
                   if (yaml.flag(value, "descendants"))
                       uri.flags = JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
               }},
              {"update_delay",
               [&](const Node& value) { job.setTriggerContentUpdateDelay(readDuration(yaml, value, "update_delay")); }},
              {"max_delay",
               [&](const Node& value) { job.setTriggerContentMaxDelay(readDuration(yaml, value, "max_delay")); }}});
    if (uri.uri.empty()) yaml.complain(placeOf(node), "content_trigger lacks path, what is watched");
    job.addTriggerContentUri(uri);
}

void readClip(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    ClipData clip;
    yaml.list(node, "clip_data", [&](const Node& item) { clip.items.push_back({yaml.text(item, "a path"), nullptr}); });
    job.setClipData(clip, ClipData::grantRead);
}

std::vector<std::string> readItems(Yaml& yaml, const Node& node) {
    std::vector<std::string> items;
    yaml.list(node, "work_items", [&](const Node& item) { items.push_back(yaml.text(item, "a work item")); });
    return items;
}

std::int32_t readPriority(Yaml& yaml, const Node& node) {
    return yaml.word<std::int32_t>(node, "priority",
                                   {{"max", JobInfo::PRIORITY_MAX},
                                    {"high", JobInfo::PRIORITY_HIGH},
                                    {"default", JobInfo::PRIORITY_DEFAULT},
                                    {"low", JobInfo::PRIORITY_LOW},
                                    {"min", JobInfo::PRIORITY_MIN}},
                                   JobInfo::PRIORITY_DEFAULT);
}

// What the builder is made with, and the priority, which is set before what may raise it: read ahead of the rest.
JobInfo::Builder begun(Yaml& yaml, const Node& node, JobKey& key) {
    std::string service = "Jobs";
    if (!node.IsMap()) return {JobId{}, service}; // complained of when its keys are read
    const Node job = node["job"];
    if (job)
        key = readJobKey(yaml, job);
    else
        yaml.complain(placeOf(node), "schedule lacks job, as in {{job: com.example.mail/7}}");
    if (const Node named = node["service"]) service = yaml.text(named, "service");
    JobInfo::Builder builder{key.id, service};
    if (const Node priority = node["priority"]) builder.setPriority(readPriority(yaml, priority));
    return builder;
}

} // namespace

deed::TellBytes readBytes(Yaml& yaml, const Node& node) {
    const Sides sides = readSides(yaml, node, "bytes");
    return {.job = {}, .estimate = true, .down = sides.down, .up = sides.up};
}

deed::Schedule readSchedule(Yaml& yaml, const Node& node) {
    JobKey key;
    deed::Schedule read{.job = {}, .asked = begun(yaml, node, key), .items = {}, .behaves = {}};
    read.job = key;
    JobInfo::Builder& job = read.asked;
    using Setter = JobInfo::Builder& (JobInfo::Builder::*)(bool);
    const auto flag = [&](std::string_view name, Setter set) {
        return Key{name, [&yaml, &job, name, set](const Node& value) { (job.*set)(yaml.flag(value, name)); }};
    };
    const auto part = [&](std::string_view name, void (*set)(Yaml&, const Node&, JobInfo::Builder&)) {
        return Key{name, [&yaml, &job, set](const Node& value) { set(yaml, value, job); }};
    };
    const auto already = [](const Node&) {};
    yaml.map(node, "schedule",
             {{"job", already},
              {"service", already},
              {"priority", already},
              flag("user_initiated", &JobInfo::Builder::setUserInitiated),
              flag("expedited", &JobInfo::Builder::setExpedited),
              part("network", readNetwork),
              part("estimated_bytes", readEstimate),
              {"minimum_chunk",
               [&](const Node& value) { job.setMinimumNetworkChunkBytes(readSize(yaml, value, "minimum_chunk")); }},
              flag("charging", &JobInfo::Builder::setRequiresCharging),
              flag("battery_not_low", &JobInfo::Builder::setRequiresBatteryNotLow),
              flag("storage_not_low", &JobInfo::Builder::setRequiresStorageNotLow),
              flag("device_idle", &JobInfo::Builder::setRequiresDeviceIdle),
              flag("persisted", &JobInfo::Builder::setPersisted),
              part("backoff", readBackoff),
              {"latency", [&](const Node& value) { job.setMinimumLatency(readDuration(yaml, value, "latency")); }},
              {"deadline", [&](const Node& value) { job.setOverrideDeadline(readDuration(yaml, value, "deadline")); }},
              part("periodic", readPeriod),
              flag("prefetch", &JobInfo::Builder::setPrefetch),
              flag("important_while_foreground", &JobInfo::Builder::setImportantWhileForeground),
              part("content_trigger", readTrigger),
              part("clip_data", readClip),
              {"work_items", [&](const Node& value) { read.items = readItems(yaml, value); }},
              {"runs", [&](const Node& value) { read.behaves = readRuns(yaml, value); }}});
    return read;
}

} // namespace stint::sim
