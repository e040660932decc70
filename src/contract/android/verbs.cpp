#include "contract/android/verbs.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "contract/android/verb_call.hpp"

namespace stint {

std::optional<Reply> askCore(Scheduler& core, const Event& event, CallId call, Now now, Step& step) {
    Step one = core.handle(event, now);
    std::optional<Reply> answer;
    for (Effect& effect : one.effects) {
        auto* reply = std::get_if<Reply>(&effect);
        if (reply && (reply->call.value == 0 || reply->call == call)) {
            answer = std::move(*reply);
        } else {
            step.effects.push_back(std::move(effect));
        }
    }
    std::ranges::move(one.records, std::back_inserter(step.records));
    return answer;
}
namespace {

constexpr std::array<std::string_view, 4> flags{"-f", "--force", "-s", "--satisfied"};
constexpr std::array<std::string_view, 8> valued{"-u", "--user",        "-n", "--namespace",
                                                 "-i", "--stop-reason", "-s", "--internal-stop-reason"};

bool isIn(std::span<const std::string_view> names, std::string_view word) {
    return std::ranges::find(names, word) != names.end();
}

// -s is a flag of `run` and has a value in `stop`: it has one if a number follows that is not the last word, the job.
bool takesValue(std::span<const std::string> words, std::size_t at) {
    if (words[at] != "-s") return isIn(valued, words[at]);
    return at + 1 < words.size() && numberIn<int>(words[at + 1]).has_value();
}

} // namespace

Result<VerbWords> VerbWords::parse(std::span<const std::string> words) {
    VerbWords parsed;
    for (std::size_t n = 0; n < words.size(); ++n) {
        const std::string& word = words[n];
        if (!word.starts_with('-') || numberIn<int>(word)) {
            parsed.rest.push_back(word);
        } else if (takesValue(words, n)) {
            if (n + 1 == words.size()) return fail(Errc::ILLEGAL_ARGUMENT, "Error: option '{}' needs a value", word);
            parsed.options[word] = words[++n];
        } else if (isIn(flags, word)) {
            parsed.options[word] = "";
        } else {
            return fail(Errc::ILLEGAL_ARGUMENT, "Error: unknown option '{}'", word);
        }
    }
    for (const auto& [name, value] : parsed.options) {
        if (name == "-u" || name == "--user") parsed.user = value;
        if (name == "-n" || name == "--namespace") parsed.space = value;
    }
    if (parsed.rest.size() > 1 && !parsed.job()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "Error: '{}' is not a job id; use a whole number", parsed.rest[1]);
    }
    return parsed;
}

std::optional<JobId> VerbWords::job() const {
    if (rest.size() < 2) return std::nullopt;
    const auto id = numberIn<int>(rest[1]);
    if (!id) return std::nullopt;
    return JobId{*id};
}

std::optional<int> VerbWords::number(std::string_view shortName, std::string_view longName) const {
    for (const std::string_view name : {shortName, longName}) {
        if (const auto found = options.find(name); found != options.end()) return numberIn<int>(found->second);
    }
    return std::nullopt;
}

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
