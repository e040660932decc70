// scenario.md, the trace as JSON: one object a line, keys in a fixed order.
#include <nlohmann/json.hpp>

#include "base/overloaded.hpp"
#include "base/printable.hpp"
#include "base/time.hpp"
#include "sim/report.hpp"

namespace stint::sim {
namespace {

using Json = nlohmann::ordered_json;

// PROPOSAL: a further field that is a time is written as a scenario writes it: "10min30s".
Json jsonOf(const FieldValue& value) {
    return std::visit(Overloaded{[](Duration time) -> Json { return formatDuration(time); },
                                 [](const auto& plain) -> Json { return plain; }},
                      value);
}

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

std::string traceJson(const Happening& happening) {
    Json json{{"at_ms", happening.at.count()}, {"wall", formatWall(happening.wall)}, {"what", happening.what}};
    if (happening.app) json["app"] = happening.app->name;
    if (happening.job) {
        json["job"] = happening.job->id.value;
        if (!happening.job->space.empty()) json["namespace"] = happening.job->space;
    }
    for (const Field& field : happening.fields)
        json[field.key] = jsonOf(field.value);
    return lineOf(json);
}

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
