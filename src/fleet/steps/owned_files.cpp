#include "fleet/steps/owned_files.hpp"

#include <algorithm>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/text/toml.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/process.hpp"
#include "contract/manifest/manifest.hpp"
#include "contract/model/agent.hpp"
#include "contract/model/constants.hpp"
#include "contract/policy/policy.hpp"
#include "fleet/document/document.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {

namespace fs = std::filesystem;

namespace {

/// The names of our own apps, which no file stands for.
constexpr std::string_view builtInNames = "org.stint.";
/// In the order of names behind all of policyName().
constexpr const char* budgetName = "fleet.toml";

Errand::StepEnded cannotPut(const Error& error) { return notNow(ends::inputOutput, error.message); }

/// Names of policyName() have a campaign's id, and two digits of its step.
bool isFleets(std::string_view name) {
    if (name == budgetName || name == desiredPolicyName) return true;
    constexpr std::string_view before = "fleet-", after = "-00.toml";
    if (!name.starts_with(before) || name.size() < before.size() + after.size()) return false;
    const std::string_view id = name.substr(before.size(), name.size() - before.size() - after.size());
    return isCampaignId(id) && name.ends_with(".toml");
}

/// Makes the directory, and puts the file in it.
Result<void> put(const fs::path& directory, const std::string& name, std::string_view text) {
    std::error_code wrong;
    fs::create_directories(directory, wrong);
    const Folder folder = STINT_TRY(Folder::open(directory));
    // Its name may be a link of the owner's, to where the file really is: that is left alone.
    struct stat there {};
    const bool isFile =
        ::fstatat(folder.descriptor(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0 || S_ISREG(there.st_mode);
    if (!isFile) return fail(Errc::SECURITY, "{} is no plain file, and is left as it is", (directory / name).string());
    return push::writePrivateFile(folder, name, text);
}

/// Neither the file nor its directory has to be there.
Result<void> takeAway(const fs::path& directory, const std::string& name) {
    std::error_code absent;
    if (!fs::exists(directory, absent)) return {};
    const Folder folder = STINT_TRY(Folder::open(directory));
    return folder.remove(name);
}

/// The first program of the manifest that the owner does not allow; empty: none.
std::string forbiddenIn(const Manifest& manifest, const Owner& owner) {
    const auto isForbidden = [&](const std::vector<std::string>& command) {
        return !command.empty() && !owner.lets(command.front());
    };
    if (isForbidden(manifest.command)) return manifest.command.front();
    if (!manifest.executable.empty() && !owner.lets(manifest.executable)) return manifest.executable;
    for (const auto& [name, service] : manifest.services)
        if (isForbidden(service.command)) return service.command.front();
    for (const auto& [name, receiver] : manifest.receivers)
        if (isForbidden(receiver.command)) return receiver.command.front();
    return {};
}

} // namespace

std::string policyName(std::string_view campaign, std::uint32_t step) {
    return fmt::format("fleet-{}-{:02}.toml", campaign, step);
}

std::optional<Errand::StepEnded> policyRefusal(const fs::path& config, const std::string& name, std::string_view text) {
    if (const auto alone = applyPolicy({}, text, name); !alone.ok())
        return forGood(ends::configuration, alone.error().message);
    // And with all that counts here: alone it may be right, and contradict something that the owner has set.
    const auto usual = usualPolicy(config);
    const PolicyFile draft{.path = fleetPolicy(config) / name, .text = std::string(text)};
    if (const auto all = readPolicyFiles(filesOf(usual, draft)); !all.ok()) {
        const auto before = readPolicyFiles(filesOf(usual));
        if (before.ok()) return forGood(ends::configuration, all.error().message);
        return notNow(ends::configuration,
                      fmt::format("this device's own policy is wrong: {}", before.error().message));
    }
    return std::nullopt;
}

Errand::StepEnded putPolicy(const fs::path& config, const std::string& name, std::string_view text) {
    if (auto refused = policyRefusal(config, name, text)) return *std::move(refused);
    if (const auto written = put(fleetPolicy(config), name, text); !written.ok()) return cannotPut(written.error());
    return done(name);
}

Result<void> putBudget(const fs::path& config, std::string_view bytes) {
    const fs::path directory = fleetPolicy(config);
    if (bytes.empty()) return takeAway(directory, budgetName);
    const std::string text = fmt::format("# `bytes` of fleet.toml\n[[network_budget]]\napp = \"{}\"\nclass = "
                                         "\"metered\"\nbytes = \"{}\"\nperiod = \"month\"\n",
                                         agentPackage, bytes);
    if (readFile(directory / budgetName) == text) return {};
    return put(directory, budgetName, text);
}

Errand::StepEnded removePolicy(const fs::path& config, const std::string& name) {
    const auto removed = takeAway(fleetPolicy(config), name);
    return removed.ok() ? done() : cannotPut(removed.error());
}

Result<void> removePolicies(const fs::path& config) {
    const fs::path directory = fleetPolicy(config);
    std::vector<std::string> names;
    std::error_code wrong;
    for (fs::directory_iterator each(directory, wrong); !wrong && each != fs::directory_iterator();
         each.increment(wrong))
        if (std::string name = each->path().filename().string(); isFleets(name)) names.push_back(std::move(name));
    if (wrong && wrong != std::errc::no_such_file_or_directory)
        return fail(Errc::STORAGE, "{}: {}", directory.string(), wrong.message());
    if (names.empty()) return {};
    const Folder folder = STINT_TRY(Folder::open(directory));
    for (const std::string& name : names)
        STINT_TRY(folder.remove(name));
    return {};
}

Result<std::string> overriddenIn(const fs::path& config, std::string_view text) {
    const Policy wanted = STINT_TRY(applyPolicy({}, text, desiredPolicyName));
    const Policy counts = STINT_TRY(readPolicyFiles(usualPolicy(config)));
    const auto by = [&](const std::string& key) { // an operator reads it, so it is no path
        const auto found = counts.origins.find(key);
        return found == counts.origins.end() ? "the usual" : fs::path(found->second).filename().string();
    };
    for (const auto& [key, origin] : wanted.origins) {
        const auto row = constantRow(key);
        if (!row.ok()) continue; // a budget's
        const std::string its = constantText(counts.constants, **row);
        if (its != constantText(wanted.constants, **row)) return fmt::format("{} is {} here, by {}", key, its, by(key));
    }
    const auto& budgets = counts.constants.networkBudgets;
    for (const NetworkBudget& budget : wanted.constants.networkBudgets)
        if (std::ranges::find(budgets, budget) == budgets.end())
            return fmt::format("{} is another one here, by {}", keyOf(budget), by(keyOf(budget)));
    for (const auto& [network, rule] : wanted.networks) {
        const auto its = counts.networks.find(network);
        if (its == counts.networks.end() || its->second.metered != rule.metered)
            return fmt::format("networks.{} is otherwise here", network);
    }
    return std::string();
}

std::optional<std::string> policyText(const fs::path& config, const std::string& name) {
    const auto folder = Folder::open(fleetPolicy(config));
    auto text = folder.ok() ? folder->read(name, largestContent) : folder.error();
    return text.ok() ? *std::move(text) : std::nullopt;
}

Errand::StepEnded putApp(const fs::path& apps, std::string_view text, const Owner& owner) {
    // The file is named by what is in it, so that is read first.
    const auto table = parseToml(text, "the manifest");
    if (!table.ok()) return forGood(ends::configuration, table.error().message);
    const std::string package = (*table)["package"].value_or(std::string());
    const std::string name = package + ".toml";
    const auto manifest = parseManifest(text, name);
    if (!manifest.ok()) return forGood(ends::configuration, printable(manifest.error().message));
    if (package.starts_with(builtInNames))
        return forGood(ends::refused, fmt::format("{} is an app of Stint's own", package));
    if (const std::string program = forbiddenIn(*manifest, owner); !program.empty()) // fleet.md §6.4
        return forGood(ends::refused, fmt::format("this device does not let a fleet run {}", printable(program)));
    if (const auto written = put(apps, name, text); !written.ok()) return cannotPut(written.error());
    return done(name);
}

} // namespace stint::fleet
