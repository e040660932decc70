#include "push/mailbox/revocations.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/result/errors.hpp"

namespace stint::push {

Revocations::Revocations(Roster& roster, Registrations& registrations, std::filesystem::path data,
                         std::function<void()> written)
    : roster_(roster), registrations_(registrations), data_(std::move(data)), written_(std::move(written)) {}

Result<void> Revocations::revoke(const std::string& device, const std::string& key, WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto known = STINT_TRY(roster_.find(device));
    if (known && known->revoked && isUpheld_) return {}; // to ask again costs nobody anything
    isUpheld_ = false;
    STINT_TRY(roster_.revoke(device, key, now));
    return upholdAll(now);
}

Result<void> Revocations::uphold(WallTime now) {
    const std::lock_guard lock(mutex_);
    isUpheld_ = false;
    return upholdAll(now);
}

Result<void> Revocations::upholdAll(WallTime now) {
    STINT_TRY(restore());
    for (const Member& member : roster_.revoked())
        if (!registrations_.of(member.device).empty()) STINT_TRY(registrations_.leave(member.device, now));
    STINT_TRY(write());
    isUpheld_ = true;
    return {};
}

// A power cut may have taken from the bucket what is in the file. A file that cannot be read is made anew of the
// bucket.
Result<void> Revocations::restore() {
    if (isRead_) return {};
    STINT_TRY(roster_.find("")); // all are known
    auto all = readRevoked(data_);
    isDamaged_ = !all.ok();
    if (all.ok()) inFile_ = *std::move(all);
    for (const Revoked& one : inFile_)
        STINT_TRY(roster_.revoke(one.device, one.key, one.since));
    return {};
}

// The newest, in an order that is always the same.
Result<void> Revocations::write() {
    std::vector<Revoked> all;
    for (const Member& member : roster_.revoked())
        all.push_back({member.device, member.key, *member.revoked});
    const auto isNewer = [](const Revoked& a, const Revoked& b) {
        return std::tie(b.since, a.device) < std::tie(a.since, b.device);
    };
    std::ranges::sort(all, isNewer);
    if (all.size() > mostRevoked) all.resize(mostRevoked);
    const bool isFirst = !isRead_;
    if (all != inFile_ || isDamaged_) {
        STINT_TRY(writeRevoked(data_, all));
        isDamaged_ = false;
        inFile_ = std::move(all);
    } else if (!isFirst) {
        return {};
    }
    isRead_ = true;
    written_();
    return {};
}

} // namespace stint::push
