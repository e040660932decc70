#include "base/unix/complain.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/descriptors.hpp"
#include "stintd/daemon/log.hpp"

namespace {

// sysexits (architecture.md, the command line).
constexpr int cannotRun = 69;
constexpr int badConfiguration = 78;

int fails(int code, const stint::Error& error) {
    stint::complain("stintd", error.message);
    return code;
}

} // namespace

int main(int argc, char** argv) {
    auto options = stint::parseOptions(argc, argv);
    auto policy = stint::readPolicyFiles(options.policy);
    if (!policy) return fails(badConfiguration, policy.error());
    stint::startLog();
    options.descriptors = stint::raiseDescriptorLimit();
    stint::Daemon daemon(std::move(options), *std::move(policy));
    if (auto opened = daemon.open(); !opened) return fails(cannotRun, opened.error());
    if (auto ran = daemon.run(); !ran) return fails(cannotRun, ran.error());
    return 0;
}
