#include "faces/control/lookup.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "contract/model/app.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

std::optional<JobId> parseId(std::string_view text) {
    const auto number = numberIn<std::int32_t>(text);
    return number ? std::optional(JobId{*number}) : std::nullopt;
}

Error noJobName(std::string_view text) {
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a job; write 7, PACKAGE/7 or PACKAGE/namespace#7", text);
}

WallTime endOf(const JobView& job) { return job.completed->ended; }

/// The only one, or an error that lists them.
Result<JobView> only(std::vector<JobView> found, const std::string& text) {
    if (found.size() == 1) return std::move(found.front());
    std::string names;
    for (const auto& job : found)
        names += (names.empty() ? "" : " or ") + textOf(job.key);
    return fail(Errc::ILLEGAL_ARGUMENT, "{} may be {}: say which", printable(text), names);
}

} // namespace

bool isLabel(std::string_view text) {
    constexpr std::size_t longest = 200; // `stint run` makes none longer
    return !text.empty() && text.size() <= longest && text.find_first_of("/#") == std::string_view::npos &&
           !parseId(text) && printable(text) == text;
}

Result<JobName> parseJobName(std::string_view text) {
    JobName name;
    std::string_view number = text;
    // A package has no slash; a namespace may have one, and a '#' too: the id stands after the last.
    if (auto slash = text.find('/'); slash != std::string_view::npos) {
        if (slash == 0) return noJobName(text);
        name.app = AppId{std::string(text.substr(0, slash))};
        number = text.substr(slash + 1);
        if (auto hash = number.rfind('#'); hash != std::string_view::npos) {
            name.space = number.substr(0, hash);
            number = number.substr(hash + 1);
            if (name.space.empty()) return noJobName(text);
        }
    }
    auto id = parseId(number);
    if (!id) return noJobName(text);
    name.id = *id;
    return name;
}

std::vector<JobKey> candidates(const JobName& name) {
    if (name.app) return {{*name.app, name.space, name.id}};
    return {{AppId{std::string(transferPackage)}, "", name.id}, {AppId{std::string(shellPackage)}, "", name.id}};
}

std::string shortTextOf(const JobKey& key) {
    const bool own = key.app.name == transferPackage || key.app.name == shellPackage;
    if (own && key.space.empty()) return std::to_string(key.id.value);
    return textOf(key);
}

namespace {

/// The packages whose jobs may have that label: a guard's app has its name (jobs.md §14.5).
std::vector<std::string> packagesOf(const std::string& label) {
    std::vector<std::string> packages{std::string(transferPackage), std::string(shellPackage)};
    if (std::string guard = std::string(guardPackages) + label; isGuardPackage(guard))
        packages.push_back(std::move(guard));
    return packages;
}

} // namespace

bool hasName(const JobView& job) {
    const std::string package = job.key.app.name;
    return isLabel(job.label) && std::ranges::count(packagesOf(job.label), package) > 0;
}

namespace {

/// A person's own job of that label: the tracked one, else the one that ended last.
Result<JobView> called(Daemon& daemon, const std::string& label) {
    for (const bool finished : {false, true}) {
        std::vector<JobView> found;
        for (const std::string& package : packagesOf(label))
            for (JobView& job : STINT_TRY(daemon.jobs(std::string(package), finished)))
                if (job.label == label) found.push_back(std::move(job));
        if (finished && found.size() > 1) found = {*std::ranges::max_element(found, {}, endOf)};
        if (!found.empty()) {
            const JobView job = STINT_TRY(only(std::move(found), label));
            return daemon.watch(job.key);
        }
    }
    return fail(Errc::ILLEGAL_STATE, "no job is called \"{}\"; `stint jobs` and `stint jobs --finished` list them",
                printable(label));
}

} // namespace

Result<JobView> lookUp(Daemon& daemon, const std::string& text) {
    if (isLabel(text)) return called(daemon, text);
    auto name = STINT_TRY(parseJobName(text));
    std::vector<JobView> tracked, ended;
    for (const auto& key : candidates(name)) {
        auto job = daemon.watch(key);
        if (job.ok())
            (job->state == JobView::State::Finished ? ended : tracked).push_back(std::move(*job));
        else if (job.error().code != Errc::ILLEGAL_ARGUMENT) // this code means that there is no such job
            return std::move(job).error();
    }
    if (!tracked.empty()) return only(std::move(tracked), text);
    if (!ended.empty()) return only(std::move(ended), text);
    return fail(Errc::ILLEGAL_STATE, "there is no job {}; `stint jobs` and `stint jobs --finished` list them",
                printable(text));
}

int failOfLookUp(const Screen& screen, std::string_view what, const Error& error) {
    if (error.code != Errc::ILLEGAL_STATE) return screen.fail(what, error);
    return screen.fail(ends::noInput, fmt::format("{}: {}", what, error.message));
}

int eachOf(const std::vector<std::string>& words, const Screen& screen, std::string_view verb,
           const std::function<Result<void>(const std::string& word)>& does) {
    int code = ends::ok;
    for (const std::string& word : words) {
        const auto did = does(word);
        if (did.ok()) continue;
        const int failed = failOfLookUp(screen, fmt::format("cannot {} {}", verb, printable(word)), did.error());
        if (code == ends::ok) code = failed;
    }
    return code;
}

Result<std::vector<JobKey>> keysOf(Daemon& daemon, const std::vector<std::string>& texts) {
    std::vector<JobKey> keys;
    for (const std::string& text : texts) {
        JobView job = STINT_TRY(lookUp(daemon, text));
        keys.push_back(std::move(job).key);
    }
    return keys;
}

Result<AppView> lookUpApp(Daemon& daemon, const std::string& package) {
    std::vector<AppView> all = STINT_TRY(daemon.ask(calls::apps()));
    const auto found =
        std::ranges::find_if(all, [&](const AppView& app) { return app.manifest.package.name == package; });
    if (found == all.end()) return notInstalled({printable(package)}, Errc::ILLEGAL_STATE);
    return std::move(*found);
}

} // namespace stint::cli
