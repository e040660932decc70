// scenario.md, expectations of state.
#include <algorithm>
#include <array>

#include "contract/model/reasons.hpp"
#include "sim/scenario/parts.hpp"
#include "sim/scenario/vocabulary.hpp"

namespace stint::sim {
namespace {

std::set<PendingReason> readReasons(Yaml& yaml, const Node& node) {
    std::vector<std::string_view> known;
    for (const PendingRow& row : pendingRows())
        if (row.reason >= PENDING_JOB_REASON_UNDEFINED) known.push_back(row.name);
    std::set<PendingReason> reasons;
    for (const auto& name : readWords(yaml, node, "a pending reason", known)) {
        const auto row = std::ranges::find(pendingRows(), name, &PendingRow::name);
        if (row != pendingRows().end()) reasons.insert(row->reason);
    }
    return reasons;
}

Action readExpectJob(Yaml& yaml, const Node& node) {
    action::ExpectJob expect;
    yaml.map(node, "expect",
             {{"job", [&](const Node& value) { expect.job = readJobKey(yaml, value); }},
              {"is",
               [&](const Node& value) {
                   using enum action::Is;
                   expect.is = yaml.word<action::Is>(value, "is",
                                                     {{"running", Running}, {"pending", Pending}, {"absent", Absent}});
               }},
              {"why", [&](const Node& value) { expect.why = readReasons(yaml, value); }},
              {"next",
               [&](const Node& value) {
                   expect.nextUnknown = value.IsScalar() && value.Scalar() == "unknown";
                   if (!expect.nextUnknown) expect.next = readDuration(yaml, value, "next");
               }},
              {"failures", [&](const Node& value) { expect.failures = yaml.number(value, "failures", 0, many); }},
              {"keeps_awake", [&](const Node& value) { expect.keepsAwake = yaml.flag(value, "keeps_awake"); }}});
    if (!expect.is && !expect.why && !expect.next && !expect.nextUnknown && !expect.failures && !expect.keepsAwake)
        yaml.complain(locationOf(node), "nothing is expected of the job; write is, why, next, failures or keeps_awake");
    return expect;
}

action::TaskManagerRow readTaskManager(Yaml& yaml, const Node& node) {
    action::TaskManagerRow row;
    yaml.map(node, "task_manager",
             {{"row", [&](const Node& value) { row.row = yaml.flag(value, "row"); }},
              {"stop", [&](const Node& value) { row.stop = yaml.flag(value, "stop"); }},
              {"jobs", [&](const Node& value) {
                   row.jobs.emplace();
                   yaml.list(value, "jobs",
                             [&](const Node& item) { row.jobs->push_back(yaml.text(item, "a job's id")); });
               }}});
    return row;
}

Action readExpectApp(Yaml& yaml, const Node& node) {
    action::ExpectApp expect;
    yaml.map(node, "expect",
             {{"app", [&](const Node& value) { expect.app = readAppId(yaml, value); }},
              {"bucket", [&](const Node& value) { expect.bucket = readBucket(yaml, value); }},
              {"network",
               [&](const Node& value) {
                   expect.networkAllowed = yaml.word<bool>(value, "network", {{"allowed", true}, {"blocked", false}});
               }},
              {"state", [&](const Node& value) { expect.state = readState(yaml, value); }},
              {"quota_left", [&](const Node& value) { expect.quotaLeft = readBalance(yaml, value, "quota_left"); }},
              {"expedited_left",
               [&](const Node& value) { expect.expeditedLeft = readBalance(yaml, value, "expedited_left"); }},
              {"task_manager", [&](const Node& value) { expect.taskManager = readTaskManager(yaml, value); }}});
    return expect;
}

Action readExpectDevice(Yaml& yaml, const Node& node) {
    static constexpr std::array<std::string_view, 5> states{"active", "light_idle", "light_maintenance", "idle",
                                                            "idle_maintenance"};
    action::ExpectDevice expect;
    yaml.map(node, "expect", {{"device", [&](const Node& device) {
                                   yaml.map(device, "device", {{"doze", [&](const Node& value) {
                                                                    expect.doze = readWord(yaml, value, "doze", states);
                                                                }}});
                               }}});
    return expect;
}

} // namespace

Action readExpect(Yaml& yaml, const Node& node) {
    if (node.IsMap() && node["job"]) return readExpectJob(yaml, node);
    if (node.IsMap() && node["app"]) return readExpectApp(yaml, node);
    if (node.IsMap() && node["work"]) return readExpectWork(yaml, node);
    if (node.IsMap() && node["device"]) return readExpectDevice(yaml, node);
    yaml.complain(locationOf(node),
                  "what is expected, and of whom? write {{job: …}}, {{work: …}}, {{app: …}} or {{device: …}}");
    return action::Tick{};
}

} // namespace stint::sim
