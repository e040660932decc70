#include "fleet/office/seals.hpp"

#include <set>
#include <string>

#include <fmt/core.h>

#include "fleet/trust/signed.hpp"

namespace stint::fleet {
namespace {

constexpr Duration sealsKept = std::chrono::hours(24 * 30); ///< as long as reports are (push.md §2.1)
/// PROPOSAL: seals that are read for some reports. Where a device has told so much that few of each thousand are left,
/// no more are worth their room.
constexpr std::size_t mostRead = 64;

std::string keyOf(std::uint64_t number) { return fmt::format("{:08}", number); }

Result<Seal> signedSealIn(std::string_view text, const PublicKey& statement) {
    const Signed paper = STINT_TRY(signedIn(text));
    const Seal seal = STINT_TRY(sealIn(paper.document));
    if (!isSignedBy(paper, statement, commentOf(seal))) return fail(Errc::SECURITY, "another key has signed it");
    return seal;
}

} // namespace

Result<void> Seals::open(const push::Broker& broker, int copies) {
    STINT_TRY(broker.openBucket(sealsBucket, copies, {.age = sealsKept}));
    return {};
}

SealedReports Seals::read(const push::Broker& broker, const PublicKey& statement,
                          std::span<const push::Recorded> reports) {
    std::set<std::uint64_t> numbers; // the stream may lack whole thousands of them
    for (const push::Recorded& report : reports)
        if (numbers.size() < mostRead) numbers.insert(sealOf(report.message.sequence));
    SealedReports all;
    for (const std::uint64_t number : numbers) {
        const auto value = broker.valueOf(sealsBucket, keyOf(number));
        if (!value.ok()) return all;
        if (auto seal = signedSealIn(value->text, statement); seal.ok()) all.emplace(number, std::move(seal->stamps));
    }
    return all;
}

void Seals::add(const SealedReports& read, std::span<const std::pair<std::uint64_t, Stamp>> verified) {
    for (const auto& [number, stamps] : read)
        open_[number].stamps.insert(stamps.begin(), stamps.end());
    for (const auto& [sequence, stamp] : verified) {
        Open& its = open_[sealOf(sequence)];
        its.isNews = its.stamps.insert(stamp).second || its.isNews;
    }
}

void Seals::close(std::uint64_t next, const push::Broker& broker, const FleetKeys* keys) {
    while (!open_.empty() && open_.begin()->first < sealOf(next)) {
        const auto [number, its] = *open_.begin();
        open_.erase(open_.begin());
        // More than there are reports, for the stream went back: they are verified again.
        if (!keys || !its.isNews || its.stamps.size() > mostSealed) continue;
        const auto made = signedBy(keys->statement, Seal{its.stamps});
        if (made.ok())
            broker.keep(push::subjectOfKey(sealsBucket, keyOf(number)), {}, textOf(*made), [](const auto&) {});
    }
}

} // namespace stint::fleet
