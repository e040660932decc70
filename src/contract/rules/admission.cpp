#include "contract/rules/admission.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "contract/rules/app_state.hpp"

namespace stint {

std::optional<Error> receiverError(const Manifest& manifest, std::string_view receiver) {
    const auto& declared = manifest.receivers;
    const std::string& app = manifest.package.name;
    if (receiver.empty() ? declared.size() == 1 : declared.contains(receiver)) return std::nullopt;
    if (declared.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "{} declares no receiver in its manifest", app);
    std::vector<std::string_view> names;
    for (const auto& [name, _] : declared)
        names.push_back(name);
    if (receiver.empty()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "{} has more than one receiver; name one of {}", app,
                    fmt::join(names, ", "));
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "{} has no receiver \"{}\"; it declares {}", app, receiver,
                fmt::join(names, ", "));
}

namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string knownServices(const Manifest& manifest) {
    std::string names;
    for (const auto& [name, service] : manifest.services)
        names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "it declares none" : "it declares " + names;
}

} // namespace

std::optional<Error> manifestError(const App& app, const JobInfo& job) {
    const auto& [owner, name] = job.getService();
    const std::string& package = app.manifest.package.name;
    if (!owner.empty() && owner != package) {
        return fail(Errc::ILLEGAL_ARGUMENT, "service {}/{} does not belong to {}", owner, name, package);
    }
    const auto service = app.manifest.services.find(name);
    if (service == app.manifest.services.end()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "unknown service \"{}\" in {}: {}", name, package,
                    knownServices(app.manifest));
    }
    if (service->second.permission != bindJobService) {
        return fail(Errc::ILLEGAL_ARGUMENT, "service \"{}\" of {} is not declared with permission = \"{}\"", name,
                    package, bindJobService);
    }
    if (job.isPersisted() && !app.manifest.declares(receiveBootCompleted)) {
        return fail(Errc::ILLEGAL_ARGUMENT, "a persisted job needs the permission {}, which {} does not declare",
                    receiveBootCompleted, package);
    }
    return std::nullopt;
}

std::optional<Error> admissionError(const App& app, const Schedule& request, Instant now, const Constants& constants) {
    if (!request.info.isUserInitiated()) return std::nullopt;
    const std::string& package = app.manifest.package.name;
    if (!app.manifest.declares(runUserInitiatedJobs))
        return fail(Errc::SECURITY, "{} does not declare the permission {}", package, runUserInitiatedJobs);
    if (!mayRunUserInitiated(app))
        return fail(Errc::REFUSED, "the user has taken the permission {} back from {}", runUserInitiatedJobs, package);
    // jobs.md §12.2: a terminal in the foreground counts as top. A caller on behalf of a built-in app brings its own
    // visibility, not that of others who do the same (architecture.md, who is calling).
    if (request.callerVisible || (mayStartUi(app, now) && !request.onBehalf)) return std::nullopt;
    if (request.onBehalf)
        return fail(Errc::REFUSED, "this command is not in the foreground of a terminal, so nobody is seen to watch");
    return fail(Errc::REFUSED,
                "{} is not visible, and may not start one from the background: there was no tap on its notification in "
                "the last {}, no foreground service begun while it was visible, no other condition",
                package, formatDuration(constants.startGrant));
}

bool mayStartUi(const App& app, Instant now) {
    const ProcessState state = stateOf(app);
    if (state == ProcessState::Top || state == ProcessState::Visible) return true;
    if (app.memory.grantUntil && now < *app.memory.grantUntil) return true;
    if (std::ranges::any_of(app.conditions, isStartCondition)) return true;
    return std::ranges::any_of(app.foregroundServices, [](const auto& service) { return service.second; });
}

bool mayStartForegroundService(const App& app, bool justBooted, Instant now) {
    if (app.memory.batteryUse == BatteryUse::Restricted && !powerAllowlisted(app)) return onScreen(app);
    if (mayStartUi(app, now) || powerAllowlisted(app)) return true;
    if (app.memory.mayServeUntil && now < *app.memory.mayServeUntil) return true;
    return justBooted && holds(app, receiveBootCompleted);
}

bool isStartCondition(std::string_view name) {
    static constexpr std::array<std::string_view, 9> names{"bound_by_visible", "bound_by_system", "just_in_front",
                                                           "foreground_task",  "ui_broadcast",    "overlay",
                                                           "background_start", "companion",       "device_owner"};
    return std::ranges::find(names, name) != names.end();
}

bool mayRunUserInitiated(const App& app) { return holds(app, runUserInitiatedJobs); }

Result<std::string> trimmedNamespace(const std::string& name, const Constants& constants) {
    const auto first = name.find_first_not_of(blanks);
    if (first == std::string::npos) {
        if (name.empty()) return std::string{};
        return fail(Errc::ILLEGAL_ARGUMENT, "a namespace of blanks only; name it, or leave it out for the root");
    }
    std::string trimmed = name.substr(first, name.find_last_not_of(blanks) - first + 1);
    if (std::ssize(trimmed) > constants.maxNamespaceLength) {
        return fail(Errc::ILLEGAL_ARGUMENT, "a namespace of {} characters; at most {} are allowed", trimmed.size(),
                    constants.maxNamespaceLength);
    }
    return trimmed;
}

std::optional<Error> capError(const Manifest& app, std::int64_t tracked, bool replaces, const Constants& constants) {
    const std::int64_t most = app.builtIn ? constants.maxJobsOwn : constants.maxJobsPerApp;
    if (replaces || tracked < most) return std::nullopt;
    return fail(Errc::ILLEGAL_STATE, "{} has {} already, and at most {} are allowed; cancel some first",
                app.package.name, counted(tracked, "job"), most);
}

bool overScheduleRate(App& app, Instant now, const Constants& constants) {
    std::erase_if(app.scheduleCalls, [&](Instant call) { return call <= now - constants.scheduleRateWindow; });
    return std::ssize(app.scheduleCalls) >= constants.scheduleRate;
}

} // namespace stint
