// scenario.md, schedule: the keys are those of contract/model/job_fields.hpp. Whatever the order in the file, the
// priority is set before what raises it (jobs.md §1.2 note a).
#include <array>
#include <limits>

#include "contract/model/job_fields.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/trace.hpp"

namespace stint::sim {
namespace {

template <class Named> std::vector<std::string_view> namesOf(const Named& all) {
    std::vector<std::string_view> names;
    for (auto one : all)
        names.push_back(nameOf(one));
    return names;
}

constexpr std::array capabilities{
    NET_CAPABILITY_INTERNET,      NET_CAPABILITY_NOT_METERED,    NET_CAPABILITY_NOT_ROAMING,
    NET_CAPABILITY_NOT_VPN,       NET_CAPABILITY_NOT_RESTRICTED, NET_CAPABILITY_VALIDATED,
    NET_CAPABILITY_NOT_CONGESTED, NET_CAPABILITY_NOT_SUSPENDED,  NET_CAPABILITY_TEMPORARILY_NOT_METERED,
    NET_CAPABILITY_TRUSTED,       NET_CAPABILITY_CAPTIVE_PORTAL};
constexpr std::array transports{TRANSPORT_CELLULAR, TRANSPORT_WIFI, TRANSPORT_BLUETOOTH, TRANSPORT_ETHERNET,
                                TRANSPORT_VPN,      TRANSPORT_USB,  TRANSPORT_LOOPBACK};

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
        yaml.complain(locationOf(node), "a network is asked for by its type, or by capabilities and transports; write "
                                        "one of the two, such as {{type: any}}");
    if (detailed)
        job.setRequiredNetwork(request.build());
    else if (type)
        job.setRequiredNetworkType(*type);
}

NetworkBytes readSides(Yaml& yaml, const Node& node, std::string_view what) {
    NetworkBytes sides;
    yaml.map(node, what,
             {{"down", [&](const Node& value) { sides.down = readSize(yaml, value, "down"); }},
              {"up", [&](const Node& value) { sides.up = readSize(yaml, value, "up"); }}});
    return sides;
}

Backoff readBackoff(Yaml& yaml, const Node& node) {
    Backoff backoff{JobInfo::DEFAULT_INITIAL_BACKOFF, JobInfo::BACKOFF_POLICY_EXPONENTIAL};
    yaml.map(node, "backoff",
             {{"policy",
               [&](const Node& value) {
                   backoff.policy = yaml.word<std::int32_t>(value, "back-off policy",
                                                            {{"exponential", JobInfo::BACKOFF_POLICY_EXPONENTIAL},
                                                             {"linear", JobInfo::BACKOFF_POLICY_LINEAR}});
               }},
              {"initial", [&](const Node& value) { backoff.initial = readDuration(yaml, value, "initial"); }}});
    return backoff;
}

void readPeriod(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    std::optional<Duration> every, flex;
    yaml.map(node, "periodic",
             {{"every", [&](const Node& value) { every = readDuration(yaml, value, "every"); }},
              {"flex", [&](const Node& value) { flex = readDuration(yaml, value, "flex"); }}});
    if (!every) return yaml.complain(locationOf(node), "periodic lacks every, its period, as in {{every: 1h}}");
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
    if (uri.uri.empty()) yaml.complain(locationOf(node), "content_trigger lacks path, what is watched");
    job.addTriggerContentUri(uri);
}

void readClip(Yaml& yaml, const Node& node, JobInfo::Builder& job) {
    ClipData clip;
    yaml.list(node, "clip_data", [&](const Node& item) { clip.items.push_back({yaml.text(item, "a path"), nullptr}); });
    job.setClipData(clip, ClipData::FLAG_GRANT_READ_URI_PERMISSION);
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

// The builder, made with its id and service, and the priority, which is set before what may raise it: read ahead of the
// rest.
JobInfo::Builder begun(Yaml& yaml, const Node& node, JobKey& key) {
    std::string service = "Jobs";
    if (!node.IsMap()) return {JobId{}, service}; // complained of when its keys are read
    const Node job = node["job"];
    if (job)
        key = readJobKey(yaml, job);
    else
        yaml.complain(locationOf(node), "schedule lacks job, as in {{job: com.example.mail/7}}");
    if (const Node named = node["service"]) service = yaml.text(named, "service");
    JobInfo::Builder builder{key.id, service};
    if (const Node priority = node["priority"]) builder.setPriority(readPriority(yaml, priority));
    return builder;
}

/// Reads the value of one row's key.
class FieldReader {
public:
    FieldReader(Yaml& yaml, const Node& node, const JobField& row, JobInfo::Builder& job)
        : yaml_(yaml), node_(node), row_(row), job_(job) {}

    void operator()(const JobValue<bool>& field) const { field.set(job_, yaml_.flag(node_, row_.scenario)); }
    void operator()(const JobValue<std::int32_t>&) const {} // begun() has read it
    void operator()(const JobValue<Bytes>& field) const { field.set(job_, readSize(yaml_, node_, row_.scenario)); }
    void operator()(const JobValue<NetworkBytes>& field) const {
        field.set(job_, readSides(yaml_, node_, row_.scenario));
    }
    void operator()(const JobValue<std::optional<NetworkRequest>>&) const { readNetwork(yaml_, node_, job_); }
    void operator()(const JobValue<std::optional<Backoff>>& field) const { field.set(job_, readBackoff(yaml_, node_)); }
    void operator()(const ClipValue&) const { readClip(yaml_, node_, job_); }
    void operator()(const JobValue<std::optional<Duration>>& field) const {
        field.set(job_, readDuration(yaml_, node_, row_.scenario));
    }
    void operator()(const JobValue<std::optional<JobInfo::Period>>&) const { readPeriod(yaml_, node_, job_); }
    void operator()(const JobValue<std::vector<JobInfo::TriggerContentUri>>&) const { readTrigger(yaml_, node_, job_); }
    /// scenario.md has no key for these.
    void operator()(const NoValue&) const {}
    void operator()(const JobValue<PersistableBundle>&) const {}
    void operator()(const JobValue<std::set<std::string>>&) const {}
    void operator()(const JobValue<std::optional<std::string>>&) const {}

private:
    Yaml& yaml_;
    const Node& node_;
    const JobField& row_;
    JobInfo::Builder& job_;
};

std::vector<JobKey> readJobs(Yaml& yaml, const Node& node, std::string_view noun) {
    std::vector<JobKey> others;
    yaml.list(node, noun, [&](const Node& item) { others.push_back(readJobKey(yaml, item)); });
    return others;
}

// jobs.md §14.5.
void readGuard(Yaml& yaml, const Node& node, StartTerms& terms) {
    yaml.map(node, "guard",
             {{"while", [&](const Node& value) { terms.guard = yaml.text(value, "while"); }},
              {"else", [&](const Node& value) {
                   const auto named = [](GuardElse one) { return std::pair(nameOf(one), one); };
                   terms.guardElse = yaml.word<GuardElse>(
                       value, "what becomes of a guarded program",
                       {named(GuardElse::Freeze), named(GuardElse::Stop), named(GuardElse::Offline)},
                       GuardElse::Freeze);
               }}});
    if (terms.guard.empty())
        yaml.complain(locationOf(node), "guard lacks while, its condition, as in {{while: unmetered, else: freeze}}");
}

// jobs.md §14.1, pools.
void readPool(Yaml& yaml, const Node& node, StartTerms& terms) {
    yaml.map(node, "pool",
             {{"name", [&](const Node& value) { terms.pool = yaml.text(value, "name"); }},
              {"depth", [&](const Node& value) {
                   terms.poolDepth = static_cast<std::int32_t>(yaml.number(value, "depth", 1, mostPoolDepth));
               }}});
    if ((terms.pool.empty() || terms.poolDepth == 0) && node.IsMap())
        yaml.complain(locationOf(node), "a pool has a name and a depth, as in {{name: isos, depth: 2}}");
}

} // namespace

std::vector<Condition> readJobConditions(Yaml& yaml, const Node& node) {
    std::vector<Condition> conditions;
    if (!node.IsMap()) yaml.complain(locationOf(node), "conditions are a map, as in {{network: any, charging: no}}");
    for (const auto& entry : node)
        conditions.push_back({yaml.text(entry.first, "a condition"), yaml.text(entry.second, "a condition")});
    return conditions;
}

action::TellBytes readBytes(Yaml& yaml, const Node& node) {
    const NetworkBytes sides = readSides(yaml, node, "bytes");
    return {.job = {}, .estimate = true, .down = sides.down, .up = sides.up};
}

action::Schedule readSchedule(Yaml& yaml, const Node& node) {
    JobKey key;
    action::Schedule read{.job = {}, .asked = begun(yaml, node, key), .items = {}, .behaves = {}};
    read.job = key;
    JobInfo::Builder& job = read.asked;
    std::vector<Key> keys{
        {"job", [](const Node&) {}}, // these two and the priority: begun() has read them
        {"service", [](const Node&) {}},
        {"after", [&](const Node& value) { read.terms.after = readJobs(yaml, value, "after"); }},
        {"after_failure", [&](const Node& value) { read.terms.afterFailure = readJobs(yaml, value, "after_failure"); }},
        {"calendar", [&](const Node& value) { read.terms.calendar = yaml.text(value, "calendar"); }},
        {"wait_max", [&](const Node& value) { read.waitMost = readDuration(yaml, value, "wait_max"); }},
        {"metered_bytes", [&](const Node& value) { read.terms.meteredBytes = readSize(yaml, value, "metered_bytes"); }},
        {"then", [&](const Node& value) { read.terms.then = readJobConditions(yaml, value); }},
        {"guard", [&](const Node& value) { readGuard(yaml, value, read.terms); }},
        {"pool", [&](const Node& value) { readPool(yaml, value, read.terms); }},
        {"at", [&](const Node& value) { read.terms.at = readTimeOfDay(yaml, value, "at"); }},
        {"work_items", [&](const Node& value) { read.items = readItems(yaml, value); }},
        {"runs", [&](const Node& value) { read.behaves = readRuns(yaml, value); }}};
    for (const JobField& row : jobFields)
        if (!row.scenario.empty())
            keys.push_back(
                {row.scenario, [&](const Node& value) { std::visit(FieldReader(yaml, value, row, job), row.value); }});
    yaml.mapOf(node, "schedule", keys);
    return read;
}

action::ScheduleAll readScheduleAll(Yaml& yaml, const Node& node) {
    action::ScheduleAll read;
    yaml.list(node, "schedule_all", [&](const Node& item) {
        const action::Schedule& one = read.jobs.emplace_back(readSchedule(yaml, item));
        const JobKey& first = read.jobs.front().job;
        if (one.job.app != first.app || one.job.space != first.space)
            yaml.complain(locationOf(item), "jobs that are scheduled together are of one app and one namespace");
        if (!one.items.empty())
            yaml.complain(locationOf(item), "a job that is scheduled with others has no work_items yet");
    });
    if (read.jobs.empty()) yaml.complain(locationOf(node), "schedule_all lacks jobs, each as in schedule");
    return read;
}

} // namespace stint::sim
