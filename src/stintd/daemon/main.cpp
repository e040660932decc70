#include <fmt/core.h>

#include "base/unix/ends.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"
#include "stintd/daemon/resources.hpp"
#include "stintd/daemon/stored.hpp"

namespace {

/// 69 for what may be otherwise at the next start; 78, which systemd does not try again, for what a person has to mend,
/// such as a store of a newer stint.
int codeOf(const stint::Error& error) {
    return error.code == stint::Errc::ILLEGAL_STATE ? stint::ends::configuration : stint::ends::unavailable;
}

int fails(int code, const stint::Error& error) {
    stint::complain("stintd", error.message);
    return code;
}

int printStored(const std::filesystem::path& store) {
    const auto text = stint::storedText(store);
    const std::string line = text.ok() ? *text : "the store cannot be read: " + text.error().message;
    if (!line.empty()) fmt::print("{}\n", line);
    return text.ok() ? stint::ends::ok : stint::ends::inputOutput;
}

} // namespace

int main(int argc, char** argv) {
    auto options = stint::parseOptions(argc, argv);
    if (options.stored) return printStored(options.store);
    auto policy = stint::readPolicyFiles(options.policy);
    if (!policy) return fails(stint::ends::configuration, policy.error());
    stint::startLog();
    options.descriptors = stint::raiseDescriptorLimit();
    stint::Daemon daemon(std::move(options), *std::move(policy));
    if (auto opened = daemon.open(); !opened) return fails(codeOf(opened.error()), opened.error());
    if (auto ran = daemon.run(); !ran) return fails(stint::ends::unavailable, ran.error());
    return 0;
}
