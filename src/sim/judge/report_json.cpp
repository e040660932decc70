// scenario.md, the trace as JSON: one object a line, keys in a fixed order.
#include <nlohmann/json.hpp>

#include "base/result/overloaded.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "sim/judge/report.hpp"

namespace stint::sim {
namespace {

using Json = nlohmann::ordered_json;

std::string lineOf(const Json& json) {
    return printableJson(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json jsonOf(const Finding& finding, const Scenario& scenario) {
    Json json{{"file", scenario.file}, {"line", finding.location.line}, {"expected", finding.expected}};
    json["happened"] = finding.happened.value_or("");
    if (finding.at) json["at_ms"] = finding.at->count();
    return json;
}

} // namespace

std::string verdictJson(const Scenario& scenario, const Played& played) {
    Json failed = Json::array();
    for (const Finding& finding : played.findings)
        if (!finding.held()) failed.push_back(jsonOf(finding, scenario));
    return lineOf({{"verdict", played.passed() ? "pass" : "fail"},
                   {"file", scenario.file},
                   {"expectations", played.findings.size()},
                   {"failed", failed}});
}

} // namespace stint::sim
