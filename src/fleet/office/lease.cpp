#include "fleet/office/lease.hpp"

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view leaseBucket = "STINT_FLEET_LEASE", leaseKey = "leader";

} // namespace

Result<void> Lease::open(const push::Broker& broker, int replicas) const {
    STINT_TRY(broker.openBucket(leaseBucket, replicas, {.values = 1, .age = life_}));
    return {};
}

Result<bool> Lease::hold(const push::Broker& broker, Instant now) {
    if (now < renewal_) return leads_;
    const std::uint64_t before = seen_;
    leads_ = STINT_TRY(take(broker));
    held_ = now;
    const bool isRenewed = leads_ || seen_ != before;
    renewal_ = now + (isRenewed ? life_ / 3 : life_ / 15);
    return leads_;
}

Result<bool> Lease::take(const push::Broker& broker) {
    const auto there = STINT_TRY(broker.valueOf(leaseBucket, leaseKey));
    if (there.revision != 0 && there.text != itself_) {
        leader_ = printable(there.text.substr(there.text.find(' ') + 1));
        seen_ = there.revision;
        return false;
    }
    const auto taken = broker.replace(leaseBucket, leaseKey, itself_, there.revision);
    if (taken.ok()) return true;
    if (taken.error().code != Errc::ILLEGAL_STATE) return taken.error();
    leader_ = "another server"; // it has just been taken
    return false;
}

} // namespace stint::fleet
