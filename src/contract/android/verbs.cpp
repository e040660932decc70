#include "contract/android/verbs.hpp"

#include <fmt/format.h>

#include "contract/android/verb_call.hpp"

namespace stint {
namespace {

constexpr int noService = 20; ///< the code of Android's `cmd` where there is no such service
constexpr int noVerb = 1;

constexpr std::string_view serviceNames = "deviceidle, jobscheduler";

std::optional<VerbAnswer> runService(VerbCall& call, std::span<const std::string> words, CallId waits) {
    if (words.empty()) {
        return VerbAnswer{noService, "", fmt::format("cmd: No service specified; there is {}\n", serviceNames)};
    }
    const auto rest = words.subspan(1);
    if (words.front() == "jobscheduler") return runJobVerb(call.core, rest, waits, call.now, call.step);
    if (words.front() != "deviceidle") {
        return VerbAnswer{noService, "",
                          fmt::format("cmd: Can't find service: {}; there is {}\n", words.front(), serviceNames)};
    }
    call.words.assign(rest.begin(), rest.end());
    return runDozeVerb(call);
}

} // namespace

Reply VerbCall::ask(const Event& event) {
    // None of these verbs waits: each is answered in its own step.
    return askCore(core, event, CallId{}, now, step).value_or(Reply{});
}

std::optional<AppView> VerbCall::app(std::string_view package) const {
    for (AppView& view : core.apps(now))
        if (view.manifest.package.name == package) return std::move(view);
    return std::nullopt;
}

VerbAnswer unknownVerb(const std::string& name, const std::string& help) {
    return {verbFailed, fmt::format("Unknown command: {}\n", name), help};
}

std::optional<VerbAnswer> runVerb(Scheduler& core, std::span<const std::string> words, CallId call, Now now,
                                  Step& step) {
    const std::string first = words.empty() ? "" : words.front();
    const auto rest = words.empty() ? words : words.subspan(1);
    VerbCall verb{core, now, step, {rest.begin(), rest.end()}};
    if (first == "cmd") return runService(verb, rest, call);
    if (first == "am") return runActivityVerb(verb);
    // `dumpsys deviceidle force-idle` is the same verb, as on Android.
    if (first == "dumpsys" && rest.size() > 1 && rest.front() == "deviceidle") return runService(verb, rest, call);
    return VerbAnswer{noVerb, "",
                      fmt::format("\"{}\" is not a shell verb; there are am, cmd {}\n", first, serviceNames)};
}

VerbAnswer runVerb(Scheduler& core, std::span<const std::string> words, Now now, Step& step) {
    return *runVerb(core, words, CallId{}, now, step); // nobody waits, so that it is answered at once
}

VerbAnswer lateAnswer(std::span<const std::string> words, const Reply& reply) {
    return lateJobAnswer(words.subspan(2), reply); // only `cmd jobscheduler run` waits
}

} // namespace stint
