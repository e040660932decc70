// Policy files while the daemon runs (limits.md §1.5, architecture.md, store): a changed file is in force at once. A
// wrong one is refused whole and reported, and the previous policy stays.
#include <algorithm>

#include "base/result/try.hpp"
#include "stintd/daemon/background.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"
#include "stintd/daemon/slots.hpp"

namespace stint {
namespace {

std::vector<std::filesystem::path> directoriesOf(const std::vector<PolicyFile>& files) {
    std::vector<std::filesystem::path> directories;
    for (const PolicyFile& file : files) {
        auto directory = std::filesystem::absolute(file.path).lexically_normal().parent_path();
        if (std::ranges::find(directories, directory) == directories.end()) directories.push_back(std::move(directory));
    }
    return directories;
}

void warnOf(const std::vector<std::string>& passedOver) {
    for (const std::string& line : passedOver)
        logWarning("policy: " + line);
}

} // namespace

Result<void> Daemon::watchPolicy() {
    policyWatch_ = std::make_unique<DirectoryWatch>(
        directoriesOf(options_.policy), [this] { readPolicy(); }, "");
    STINT_TRY(policyWatch_->start(loop_.get()));
    warnOf(policy_.passedOver);
    readPolicy(); // a file may have changed between main()'s look and the watch
    return {};
}

void Daemon::readPolicy() {
    auto read = readPolicyFiles(options_.policy);
    if (!read) {
        if (read.error().message != policyError_) logWarning("policy refused: " + read.error().message);
        policyError_ = read.error().message;
        return;
    }
    policyError_.clear();
    setSlots(*read);
    if (*read == policy_) return;
    if (read->passedOver != policy_.passedOver) warnOf(read->passedOver);
    const bool changed = read->constants != policy_.constants, networks = read->networks != policy_.networks;
    policy_ = *std::move(read);
    watched_.reset();                                     // the limit of directories may have changed
    if (networks) deviceSource_.follow(policy_.networks); // the turn that follows reads the device
    if (changed || networks) logInfo("policy changed");
    if (!changed) return;
    processes_->limitBackground(backgroundLimitsBy(policy_.constants));
    arrived_.emplace_back(PolicyChanged{.call = {}, .constants = policy_.constants});
}

} // namespace stint
