#include "core/verbs.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

#include <fmt/format.h>

#include "core/verb_call.hpp"

namespace stint {
namespace {

constexpr int noService = 20; ///< what Android's `cmd` ends with where there is no such service
constexpr int noVerb = 1;

struct Service {
    std::string_view name;
    VerbAnswer (*run)(VerbCall&);
};

constexpr Service services[] = {{"deviceidle", runDozeVerb}, {"jobscheduler", runJobVerb}};

std::string serviceNames() {
    std::string names;
    for (const Service& service : services)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", service.name);
    return names;
}

VerbAnswer runService(VerbCall& call) {
    if (call.words.empty())
        return {noService, "", fmt::format("cmd: No service specified; there is {}\n", serviceNames())};
    const std::string name = call.words.front();
    const auto service = std::ranges::find(services, std::string_view(name), &Service::name);
    if (service == std::end(services)) {
        return {noService, "", fmt::format("cmd: Can't find service: {}; there is {}\n", name, serviceNames())};
    }
    call.words.erase(call.words.begin());
    return service->run(call);
}

} // namespace

Reply VerbCall::ask(const Event& event) {
    Step one = core.handle(event, now);
    Reply answer;
    for (const Effect& effect : one.effects) {
        if (const auto* reply = std::get_if<Reply>(&effect)) answer = *reply;
    }
    std::ranges::move(one.records, std::back_inserter(step.records));
    std::ranges::move(one.effects, std::back_inserter(step.effects));
    return answer;
}

std::optional<AppView> VerbCall::app(std::string_view package) const {
    for (AppView& view : core.apps(now))
        if (view.manifest.package.name == package) return std::move(view);
    return std::nullopt;
}

VerbAnswer unknownVerb(const std::string& name, const std::string& help) {
    return {verbFailed, fmt::format("Unknown command: {}\n", name), help};
}

VerbAnswer runVerb(Scheduler& core, std::span<const std::string> words, Now now, Step& step) {
    const std::string first = words.empty() ? "" : words.front();
    VerbCall call{core, now, step, {words.begin() + (words.empty() ? 0 : 1), words.end()}};
    if (first == "cmd") return runService(call);
    if (first == "am") return runBucketVerb(call);
    // As on Android, `dumpsys deviceidle force-idle` is the same verb.
    if (first == "dumpsys" && call.words.size() > 1 && call.words.front() == "deviceidle") return runService(call);
    return {noVerb, "", fmt::format("\"{}\" is no shell verb; there are am, cmd {}\n", first, serviceNames())};
}

} // namespace stint
