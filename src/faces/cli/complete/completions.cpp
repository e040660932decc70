#include "faces/cli/complete/completions.hpp"

#include <algorithm>
#include <set>

#include "base/text/split.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

using Kind = Candidates::Kind;

/// Silent without a daemon: nobody reads errors during completion. Names of jobs, which are many where there are
/// downloads, are printed only once a person has begun to type one.
int printJobs(const Screen& screen, std::string_view begun) {
    auto daemon = Daemon::connectIfThere();
    if (!daemon.ok()) return ends::unavailable;
    const auto jobs = daemon->jobs(std::nullopt, false);
    if (!jobs.ok()) return ends::unavailable;
    for (const JobView& job : *jobs)
        screen.print(printable(shortTextOf(job.key)));
    for (const JobView& job : *jobs)
        if (!begun.empty() && hasName(job) && job.label.starts_with(begun)) screen.print(job.label);
    return ends::ok;
}

int printPackages(const Screen& screen) {
    auto daemon = Daemon::connectIfThere();
    if (!daemon.ok()) return ends::unavailable;
    const auto apps = daemon->apps();
    if (!apps.ok()) return ends::unavailable;
    for (const AppView& app : *apps)
        screen.print(printable(app.manifest.package.name));
    return ends::ok;
}

int print(std::string_view script, const Screen& screen) {
    script.remove_suffix(1); // the screen ends the line
    screen.print(script);
    return ends::ok;
}

} // namespace

Candidates candidatesFor(std::string_view words) {
    constexpr std::string_view ellipsis = "…";
    std::string_view first = words.substr(0, words.find(' '));
    if (first.starts_with('[')) first.remove_prefix(1);
    if (first.ends_with(']')) first.remove_suffix(1);
    const bool repeats = first.ends_with(ellipsis);
    if (repeats) first.remove_suffix(ellipsis.size());
    if (first.find('|') != std::string_view::npos) return {Kind::Choices, splitAt(first, "|"), repeats};
    if (first.starts_with("FILE")) return {Kind::Files, {}, repeats};
    if (first == "JOB") return {Kind::Jobs, {}, repeats};
    if (first == "PACKAGE") return {Kind::Packages, {}, repeats};
    if (first == "VERB" && !repeats) return {Kind::Verbs, {}, repeats};
    return {};
}

std::vector<std::string_view> firstWords() {
    std::vector<std::string_view> words;
    for (const Verb& verb : verbs()) {
        const auto word = verb.name.substr(0, verb.name.find(' '));
        if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
    return words;
}

std::vector<std::string_view> secondWords(std::string_view first) {
    std::vector<std::string_view> words;
    for (const Verb& verb : verbs())
        if (verb.name.starts_with(first) && verb.name.substr(first.size()).starts_with(' '))
            words.push_back(verb.name.substr(first.size() + 1));
    return words;
}

std::vector<Option> allOptions(const Verb& verb) {
    std::vector<Option> all = verb.options;
    if (verb.passes == Verb::Passes::Everything) return all; // they belong to another program
    all.insert(all.end(), commonOptions().begin(), commonOptions().end());
    return all;
}

std::vector<std::string_view> namesOf(const Option& option) { return splitAt(option.names, ","); }

namespace {

int completions(const Arguments& given, const Screen& screen) {
    const std::string& what = given.words[0];
    const bool begun = given.words.size() > 1;
    if (begun && (what != "jobs" || !given.words[1].starts_with('=')))
        return screen.fail(ends::usage, fmt::format("`stint completions {}` does not take \"{}\"", printable(what),
                                                    printable(given.words[1])));
    if (what == "bash") return print(bash::completions(), screen);
    if (what == "zsh") return print(zsh::completions(), screen);
    if (what == "fish") return print(fish::completions(), screen);
    if (what == "jobs") return printJobs(screen, begun ? std::string_view(given.words[1]).substr(1) : "");
    if (what == "packages") return printPackages(screen);
    return screen.fail(ends::usage, fmt::format("completions are for bash, zsh or fish, not \"{}\"", printable(what)));
}

} // namespace

Verb completionsVerb() {
    return {.name = "completions",
            .words = "bash|zsh|fish",
            .fewest = 1,
            .most = 2,
            .summary = "print what lets a shell complete these verbs",
            .about =
                "An installed stint has them where the shells look; this is for any other. `jobs` and `packages` in "
                "the shell's place print what the scripts ask for: one name a line, 69 where no daemon answers; `jobs "
                "=WORD` also the names that begin so.",
            .options = {},
            .examples = {{"stint completions bash", "source <(…) in ~/.bashrc; zsh has the same"},
                         {"stint completions fish", "… | source in config.fish"}},
            .run = completions};
}

} // namespace stint::cli
