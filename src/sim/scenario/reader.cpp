#include "sim/scenario/reader.hpp"

#include "sim/scenario/parts.hpp"
#include "sim/scenario/values.hpp"

namespace stint::sim {
namespace {

// Reads the start before anything with a time: times of day count from it.
WallTime readStart(Yaml& yaml, const Node& document) {
    const Node start = document.IsMap() ? document["start"] : Node{};
    if (!document.IsMap() || !start) return defaultStart;
    return yaml.parsed<WallTime>(start, "start", parseTimeOfDay);
}

void readDocument(Yaml& yaml, const Node& document, Scenario& scenario) {
    const WallTime start = scenario.start = readStart(yaml, document);
    const auto already = [](const Node&) {};
    yaml.map(document, "a scenario",
             {{"title", [&](const Node& node) { scenario.title = yaml.text(node, "title"); }},
              {"policy", [&](const Node& node) { scenario.policy = readPolicyName(yaml, node); }},
              {"start", already},
              {"until",
               [&](const Node& node) {
                   scenario.until = readMoment(yaml, node, start);
                   scenario.untilLocation = locationOf(node);
               }},
              {"constants", [&](const Node& node) { scenario.constants = readConstants(yaml, node); }},
              {"network_budget", [&](const Node& node) { scenario.budgets = readBudgets(yaml, node); }},
              {"device",
               [&](const Node& node) {
                   scenario.device = readDevice(yaml, node);
                   scenario.deviceLocation = locationOf(node);
               }},
              {"apps",
               [&](const Node& node) {
                   yaml.names(node, "apps", [&](const Node& name, const Node& app) {
                       scenario.apps[readAppId(yaml, name)] = readApp(yaml, app);
                   });
               }},
              {"timeline", [&](const Node& node) { scenario.timeline = readTimeline(yaml, node, start); }},
              {"trace", [&](const Node& node) { scenario.trace = readTrace(yaml, node, start); }},
              {"totals", [&](const Node& node) { scenario.totals = readTotals(yaml, node, start); }},
              {"from", [&](const Node& node) { scenario.from = yaml.text(node, "from"); }},
              {"ticks", [&](const Node& node) {
                   scenario.recordedTicks = yaml.word<bool>(node, "ticks", {{"recorded", true}});
               }}});
}

} // namespace

Result<Scenario> readScenario(const std::string& text, const std::string& file) {
    Yaml yaml(file);
    Scenario scenario;
    scenario.file = file;
    yaml.read(text, [&](const Node& document) { readDocument(yaml, document, scenario); });
    // Where parts could not be read, this check would report them as missing.
    if (yaml.clean()) check(yaml, scenario);
    if (!yaml.clean()) return yaml.error();
    return scenario;
}

} // namespace stint::sim
