// scenario.md, apps.
#include <array>

#include "sim/scenario/parts.hpp"
#include "sim/scenario/vocabulary.hpp"

namespace stint::sim {
namespace {

// jobs.md §2.3, the names of the allowed states.
constexpr std::array<std::string_view, 9> conditionNames{"bound_by_visible", "bound_by_system", "just_in_front",
                                                         "foreground_task",  "ui_broadcast",    "overlay",
                                                         "background_start", "companion",       "device_owner"};
constexpr std::array<std::string_view, 3> usages{"unrestricted", "optimized", "restricted"};

Service readService(Yaml& yaml, const std::string& name, const Node& node) {
    Service service{.name = name, .command = {}, .permission = std::string(bindJobService)};
    yaml.map(node, "service",
             {{"exported", [&](const Node& value) { service.exported = yaml.flag(value, "exported"); }},
              {"permission", [&](const Node& value) { service.permission = yaml.text(value, "permission"); }}});
    return service;
}

} // namespace

ProcessState readState(Yaml& yaml, const Node& node) {
    using enum ProcessState;
    return yaml.word<ProcessState>(node, "state",
                                   {{"top", Top},
                                    {"visible", Visible},
                                    {"foreground_service", ForegroundService},
                                    {"background", Background},
                                    {"not_running", NotRunning}});
}

std::string readBucket(Yaml& yaml, const Node& node) { return readWord(yaml, node, "bucket", bucketNames()); }

std::string readBatteryUsage(Yaml& yaml, const Node& node) { return readWord(yaml, node, "battery_usage", usages); }

std::set<std::string, std::less<>> readConditions(Yaml& yaml, const Node& node) {
    return readWords(yaml, node, "may_start_from_background", conditionNames);
}

std::set<std::string, std::less<>> readPermissions(Yaml& yaml, const Node& node) {
    return readWords(yaml, node, "permissions");
}

AppSetup readApp(Yaml& yaml, const Node& node) {
    AppSetup app{.location = locationOf(node)};
    yaml.map(
        node, "app",
        {{"state", [&](const Node& value) { app.state = readState(yaml, value); }},
         {"bucket", [&](const Node& value) { app.bucket = readBucket(yaml, value); }},
         {"last_used", [&](const Node& value) { app.lastUsed = readDuration(yaml, value, "last_used"); }},
         {"screen_on_since",
          [&](const Node& value) { app.screenOnSince = readDuration(yaml, value, "screen_on_since"); }},
         {"battery_usage", [&](const Node& value) { app.batteryUsage = readBatteryUsage(yaml, value); }},
         {"data_saver_exempt", [&](const Node& value) { app.dataSaverExempt = yaml.flag(value, "data_saver_exempt"); }},
         {"permissions", [&](const Node& value) { app.permissions = readPermissions(yaml, value); }},
         {"services",
          [&](const Node& value) {
              app.services.clear();
              yaml.names(value, "services", [&](const Node& name, const Node& service) {
                  app.services[name.Scalar()] = readService(yaml, name.Scalar(), service);
              });
          }},
         {"may_start_from_background", [&](const Node& value) { app.conditions = readConditions(yaml, value); }},
         {"maybe_visible", [&](const Node& value) { app.maybeVisible = yaml.flag(value, "maybe_visible"); }},
         {"recents_task", [&](const Node& value) { app.recentsTask = yaml.flag(value, "recents_task"); }},
         {"system", [&](const Node& value) { app.system = yaml.flag(value, "system"); }},
         {"hidden", [&](const Node& value) { app.hidden = yaml.flag(value, "hidden"); }},
         {"debuggable", [&](const Node& value) { app.debuggable = yaml.flag(value, "debuggable"); }},
         {"legacy_fgs_jobs_free",
          [&](const Node& value) { app.legacyFgsJobsFree = yaml.flag(value, "legacy_fgs_jobs_free"); }},
         {"legacy_top_started_jobs_free", [&](const Node& value) {
              app.legacyTopStartedJobsFree = yaml.flag(value, "legacy_top_started_jobs_free");
          }}});
    return app;
}

} // namespace stint::sim
