// Reports taken from the stream (fleet.md §4.1): what can be told of one alone, then its device and its target, then
// its signature, which costs most, and which a seal says was verified before (§5.1); and only then is anything written.
#include "base/result/errors.hpp"
#include "fleet/roster/columns.hpp"
#include "fleet/roster/processors.hpp"
#include "fleet/roster/roster.hpp"

namespace stint::fleet {

struct Roster::Candidate {
    const StreamedReport* from = nullptr;
    Signed paper{};
    DeviceReport report{};
    PublicKey key{};
    Known campaign{};
    Device target = 0;
    Stamp stamp{};
    bool isSealed = false;
    std::optional<Passed> why{}; ///< it does not count
};

namespace {

constexpr std::optional<Passed> itCounts;

/// Reads it into the candidate's members.
std::optional<Passed> read(const StreamedReport& from, Signed& paper, DeviceReport& report) {
    if (from.text.size() > longestReport) return Passed::NoReport;
    auto signedReport = signedIn(from.text);
    if (!signedReport.ok()) return Passed::NoReport;
    paper = std::move(*signedReport);
    auto inside = deviceReportIn(paper.document);
    if (!inside.ok()) return Passed::NoReport;
    report = std::move(*inside);
    return report.device == from.device ? itCounts : Passed::OtherDevice;
}

/// A report's keys are no other document's, and its comment is made of it: so the signature of the comment would say
/// nothing more, and cost as much again (fleet.md §4.1).
bool isSigned(const Signed& paper, const PublicKey& key, const DeviceReport& report) {
    if (paper.signatures.size() != 1) return false;
    const auto signature = Signature::read(paper.signatures.front());
    return signature.ok() && signature->unverifiedComment() == commentOf(report) &&
           signature->isOfContent(paper.document, key);
}

/// The device's row has `round` and `outcome`: it is to say from now on what the device said next (§4.1).
bool replaces(const Telling& said, std::uint8_t round, Outcome outcome) {
    if (outcome == Outcome::Succeeded) return false; // a success is one, however late
    if (said.round < round) return said.outcome == Outcome::Succeeded && outcome == Outcome::None;
    return said.round > round || outcome == Outcome::None;
}

} // namespace

Result<std::optional<Passed>> Roster::find(Candidate& candidate) {
    const DeviceReport& report = candidate.report;
    const auto its = STINT_TRY(keyOf(report.device));
    if (!its) return std::optional(Passed::NoDevice);
    candidate.key = its->key;
    if (its->enrolment != report.enrolment) return std::optional(Passed::OtherEnrolment);
    const auto campaign = campaigns_.find(report.campaign);
    if (campaign == campaigns_.end()) return std::optional(Passed::NotMeant);
    candidate.campaign = campaign->second;
    findTarget_.start(report.device, candidate.campaign.number, column(report.enrolment));
    if (!STINT_TRY(findTarget_.next())) return std::optional(Passed::NotMeant);
    candidate.target = static_cast<Device>(findTarget_.integer(0));
    const bool isOld = report.telling.sequence <= findTarget_.integer(1);
    findTarget_.reset();
    if (report.telling.round > candidate.campaign.round) return std::optional(Passed::NoRound);
    return isOld ? std::optional(Passed::Old) : itCounts;
}

Result<std::optional<Passed>> Roster::keep(const Candidate& candidate) {
    const DeviceReport& report = candidate.report;
    const Telling& said = report.telling;
    // Asked again: an earlier one of the batch may have been newer.
    findTarget_.start(report.device, candidate.campaign.number, column(report.enrolment));
    if (!STINT_TRY(findTarget_.next())) return std::optional(Passed::NotMeant);
    const bool isOld = said.sequence <= findTarget_.integer(1);
    const bool isNews =
        replaces(said, static_cast<std::uint8_t>(findTarget_.integer(2)), static_cast<Outcome>(findTarget_.integer(3)));
    findTarget_.reset();
    if (isOld) return std::optional(Passed::Old);
    const std::int64_t campaign = candidate.campaign.number, target = column(candidate.target);
    if (isNews)
        STINT_TRY(tell_.run(campaign, target, column(said.sequence), column(said.round), column(said.slot),
                            static_cast<std::int64_t>(said.phase), static_cast<std::int64_t>(said.outcome),
                            column(said.step), said.code, said.words, column(report.made), column(candidate.from->time),
                            column(said.blockers), column(said.forecast.value_or(WallTime{})),
                            std::int64_t{reasonsOf(said.blockers)}));
    else
        STINT_TRY(bump_.run(campaign, target, column(said.sequence)));
    STINT_TRY(see_.run(report.device, column(candidate.from->time)));
    return itCounts;
}

Result<Taken> Roster::take(const std::string& stream, std::span<const StreamedReport> batch) {
    Taken taken;
    if (batch.empty()) return taken;
    std::vector<Candidate> candidates(batch.size());
    for (std::size_t n = 0; n < batch.size(); ++n)
        candidates[n].from = &batch[n];
    onAllProcessors(candidates, [](Candidate& one) { one.why = read(*one.from, one.paper, one.report); });
    for (Candidate& one : candidates)
        if (!one.why) one.why = STINT_TRY(find(one));
    onAllProcessors(candidates, [](Candidate& one) {
        if (one.why) return;
        one.stamp = stampOf(one.key, one.from->text);
        one.isSealed = one.from->sealed && one.from->sealed->contains(one.stamp);
        if (!one.isSealed && !isSigned(one.paper, one.key, one.report)) one.why = Passed::NotSigned;
    });
    for (const Candidate& one : candidates)
        if (!one.why && !one.isSealed) taken.verified.emplace_back(one.from->sequence, one.stamp);
    STINT_TRY(together([&]() -> Result<void> {
        for (Candidate& one : candidates) {
            if (!one.why) one.why = STINT_TRY(keep(one));
            if (one.why)
                ++taken.passed[static_cast<std::size_t>(*one.why)];
            else
                taken.reports.push_back({std::move(one.report.campaign),
                                         {one.target, one.report.enrolment, std::move(one.report.telling)},
                                         one.from->time});
        }
        return advance_.run(stream, static_cast<std::int64_t>(batch.back().sequence));
    }));
    return taken;
}

} // namespace stint::fleet
