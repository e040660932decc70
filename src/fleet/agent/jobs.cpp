#include "fleet/agent/jobs.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/model/agent.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job_info.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

// Numbers by their kinds: in the root namespace, and in a campaign's own.
constexpr std::array<std::pair<AgentJob::Kind, JobId>, 4> ownNumbers{{
    {AgentJob::Kind::Work, agentWorkJob},
    {AgentJob::Kind::Daily, JobId{2}},
    {AgentJob::Kind::Join, agentJoinJob},
    {AgentJob::Kind::Leave, agentLeaveJob},
}};
constexpr JobId errandNumber{1};
constexpr std::array<std::pair<AgentJob::Kind, JobId>, 2> campaignsNumbers{{
    {AgentJob::Kind::Errand, errandNumber},
    {AgentJob::Kind::Answer, agentAnswerJob},
}};

constexpr const char *labelExtra = "label", *sequenceExtra = "sequence", *slotExtra = "slot", *allowedExtra = "allowed",
                     *lateExtra = "late", *waitExtra = "endsWait";

bool isFetched(const Step& step) { return !step.source.url.empty(); }

JobInfo::Builder ownJob(AgentJob::Kind kind, std::string label) {
    JobInfo::Builder builder(nameOf({kind, {}}).id, agentService);
    builder.setPersisted(true)
        .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
        .setExtras(PersistableBundle().putString(labelExtra, std::move(label)));
    return builder;
}

/// A question to a person stands first: lists cut the rest.
std::string labelOf(std::string_view name, std::string_view fleet, const Resting& resting) {
    if (resting.asks) return fmt::format("{}: {} (by fleet {})", resting.note, name, fleet);
    return fmt::format("{} (by fleet {}{}{})", name, fleet, resting.note.empty() ? "" : ", ", resting.note);
}

/// The campaign in a line of a notification: a long name leaves its fleet, and what is said of both, their room.
std::string askerIn(const Campaign& campaign, std::string_view fleet) {
    constexpr std::size_t longest = 64;
    return fmt::format("{} (by fleet {})", abridged(campaign.name, longest), abridged(fleet, longest));
}

} // namespace

JobName nameOf(const AgentJob& job) {
    for (const auto& [kind, number] : ownNumbers)
        if (kind == job.kind) return {{}, number};
    const auto its = std::ranges::find(campaignsNumbers, job.kind, &std::pair<AgentJob::Kind, JobId>::first);
    STINT_CHECK(its != campaignsNumbers.end()); // each kind has a row
    return {job.campaign, its->second};
}

std::optional<AgentJob> jobNamed(std::string_view space, JobId id) {
    if (space.empty()) {
        for (const auto& [kind, number] : ownNumbers)
            if (number == id) return AgentJob{kind, {}};
        return std::nullopt;
    }
    if (!isCampaignId(space)) return std::nullopt;
    for (const auto& [kind, number] : campaignsNumbers)
        if (number == id) return AgentJob{kind, std::string(space)};
    return std::nullopt;
}

Bytes bytesLeft(const Campaign& campaign, std::uint32_t from) {
    Bytes all = 0;
    for (std::size_t nth = from; nth < campaign.steps.size(); ++nth)
        if (isFetched(campaign.steps[nth])) all += campaign.steps[nth].source.size;
    return all;
}

Result<JobInfo> errandJob(const Campaign& campaign, std::string_view fleet, const Kept& kept, const Resting& resting) {
    JobInfo::Builder builder = JobInfo::Builder(errandNumber, agentService);
    const auto left = [&](Duration whole) { return std::max(whole - resting.waited, Duration(0)); };
    Duration latency = std::max(resting.after, left(resting.spread));
    bool endsWait = false;
    if (!resting.isFree) {
        JobInfo its = campaign.job;
        if (resting.isLate) its = STINT_TRY(lateJobOf(campaign, bytesLeft(campaign, kept.step)));
        builder = JobInfo::Builder(its);
        JobInfoAccess::name(builder, errandNumber, agentService);
        if (!its.getRequiredNetwork() && bytesLeft(campaign, kept.step) > 0)
            builder.setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY);
        latency = std::max(latency, left(its.getMinimumLatency().value_or(Duration(0))));
        std::optional<Duration> deadline = its.getOverrideDeadline();
        endsWait = campaign.waitMax > Duration(0) && !resting.isLate && (!deadline || campaign.waitMax <= *deadline);
        if (endsWait) deadline = campaign.waitMax;
        // jobs.md §1.2, V10
        if (deadline) builder.setOverrideDeadline(std::max(left(*deadline), latency + Constants{}.minTimeWindow));
    }
    PersistableBundle extras;
    extras.putString(labelExtra, labelOf(campaign.name, fleet, resting))
        .putLong(sequenceExtra, kept.sequence)
        .putLong(slotExtra, kept.slot)
        .putBoolean(allowedExtra, kept.isAllowed)
        .putBoolean(lateExtra, resting.isLate)
        .putBoolean(waitExtra, endsWait);
    if (resting.asks) extras.putString(agentAsksExtra, askerIn(campaign, fleet));
    return builder.setMinimumLatency(latency).setPersisted(true).setExtras(std::move(extras)).build();
}

Rested restedIn(const PersistableBundle& extras) {
    return {.sequence = static_cast<std::uint32_t>(extras.getLong(sequenceExtra)),
            .slot = static_cast<std::uint32_t>(extras.getLong(slotExtra)),
            .isAllowed = extras.getBoolean(allowedExtra),
            .asks = !extras.getString(agentAsksExtra).empty(),
            .isLate = extras.getBoolean(lateExtra),
            .endsWait = extras.getBoolean(waitExtra)};
}

Result<JobInfo> workJob(std::string_view fleet) {
    return ownJob(AgentJob::Kind::Work, fmt::format("news for fleet {}", fleet))
        .setBackoffCriteria(JobInfo::MIN_BACKOFF, JobInfo::BACKOFF_POLICY_EXPONENTIAL)
        .build();
}

Result<JobInfo> dailyJob(std::string_view fleet) {
    return ownJob(AgentJob::Kind::Daily, fmt::format("news of fleet {}, daily", fleet))
        .setPeriodic(std::chrono::hours(24), std::chrono::hours(12))
        .build();
}

Duration partOf(Duration spread, std::string_view campaign, std::string_view device) {
    if (spread <= Duration(0)) return Duration(0);
    const std::string text = fmt::format("stint spread {} {}", campaign, device);
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       nullptr, 0);
    std::uint64_t number = 0;
    for (std::size_t nth = 0; nth < sizeof number; ++nth)
        number = number << 8U | hash.at(nth);
    return Duration(static_cast<Duration::rep>(number % static_cast<std::uint64_t>(spread.count())));
}

} // namespace stint::fleet
