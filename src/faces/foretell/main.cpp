// stint-foretell, which `stint` becomes for `stint sim --fleet`: a fleet's campaign, played to its end under a virtual
// clock (fleet.md §9). It asks no daemon, and no network.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/process.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/program.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/terminal.hpp"
#include "sim/foretelling/foretold.hpp"

namespace stint::foretelling {
namespace {

using namespace cli; // printing, and exit codes

constexpr unsigned mostThreads = 256;

Result<std::string> contentOf(const std::filesystem::path& file) {
    auto text = readFile(file);
    if (text) return *std::move(text);
    return fail(Errc::SYSTEM, "cannot read {}: {}", file.string(), std::generic_category().message(errno));
}

/// Files that a fleet's names lie beside it.
Result<FleetFile> fleetIn(const std::string& file) {
    const auto text = STINT_TRY(contentOf(file));
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    return readFleet(text, file, [&](const std::string& name) { return contentOf(folder / name); });
}

struct Asked {
    Cores cores = Cores::Drawn;
    unsigned threads = std::max(std::thread::hardware_concurrency(), 1U);
    std::optional<Duration> until;
    std::optional<std::uint64_t> seed;
};

Result<Asked> askedBy(const Arguments& given) {
    for (const std::string_view option : {"policy", "diff"})
        if (given.has(option)) return fail(Errc::ILLEGAL_ARGUMENT, "--{} is of scenarios, not of a --fleet", option);
    Asked asked;
    if (given.has("exact")) asked.cores = Cores::Own;
    if (const auto until = given.value("until")) asked.until = STINT_TRY(parseDuration(*until));
    if (const auto seed = given.value("seed")) {
        asked.seed = numberIn<std::uint64_t>(*seed);
        if (!asked.seed)
            return fail(Errc::ILLEGAL_ARGUMENT, "--seed cannot be \"{}\"; it is a whole number such as 7", *seed);
    }
    if (const auto jobs = given.value("jobs")) {
        const auto threads = numberIn<unsigned>(*jobs);
        if (!threads || *threads == 0 || *threads > mostThreads)
            return fail(Errc::ILLEGAL_ARGUMENT, "--jobs cannot be \"{}\"; it is a whole number from 1 to {}", *jobs,
                        mostThreads);
        asked.threads = *threads;
    }
    return asked;
}

int invalid(const Screen& screen, const Error& error) {
    std::istringstream lines(error.message);
    for (std::string line; std::getline(lines, line);)
        screen.fail(ends::noScenario, line);
    return ends::noScenario;
}

int playFleet(const std::string& file, const Arguments& given, const Asked& asked, const Screen& screen) {
    auto fleet = fleetIn(file);
    if (!fleet.ok()) return invalid(screen, fleet.error());
    if (asked.until) fleet->until = std::min(fleet->until, *asked.until);
    if (asked.seed) fleet->seed = *asked.seed;
    if (given.has("check")) return ends::ok;
    const auto told = foretell(*fleet, asked.cores, asked.threads);
    if (!told.ok()) return invalid(screen, told.error());
    if (!screen.quiet())
        for (const std::string& line : screen.json() ? jsonOf(*told) : linesOf(*told))
            screen.print(line);
    return told->holds() ? ends::ok : ends::failure;
}

int playFleets(const Arguments& given, const Screen& screen) {
    const auto asked = askedBy(given);
    if (!asked.ok()) return invalid(screen, asked.error());
    int worst = ends::ok;
    for (const std::string& file : given.words)
        worst = std::max(worst, playFleet(file, given, *asked, screen));
    return worst;
}

} // namespace
} // namespace stint::foretelling

using namespace stint;

/// Gets the very line of `stint`, whose process becomes this program.
int main(int count, char** words) {
    std::vector<std::string> line(words + 1, words + count);
    if (line.empty()) line = {"sim", "--fleet"}; // its error says what it needs
    return cli::runProgram(line, [](const cli::Invocation& asked, const cli::Screen& screen) {
        if (asked.verb->name == "sim" && asked.arguments.has("fleet"))
            return foretelling::playFleets(asked.arguments, screen);
        return screen.fail(cli::ends::usage,
                           "stint-foretell plays fleets for `stint sim --fleet`; it has no other verb");
    });
}
