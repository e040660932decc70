#include "base/unix/ends.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"
#include "stintd/daemon/resources.hpp"

namespace {

int fails(int code, const stint::Error& error) {
    stint::complain("stintd", error.message);
    return code;
}

} // namespace

int main(int argc, char** argv) {
    auto options = stint::parseOptions(argc, argv);
    auto policy = stint::readPolicyFiles(options.policy);
    if (!policy) return fails(stint::ends::configuration, policy.error());
    stint::startLog();
    options.descriptors = stint::raiseDescriptorLimit();
    stint::Daemon daemon(std::move(options), *std::move(policy));
    if (auto opened = daemon.open(); !opened) return fails(stint::ends::unavailable, opened.error());
    if (auto ran = daemon.run(); !ran) return fails(stint::ends::unavailable, ran.error());
    return 0;
}
