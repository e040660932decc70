#include "contract/android/verb_call.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"

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

} // namespace stint
