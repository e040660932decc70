#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "fleet/document/campaign_fields.hpp"

namespace stint::fleet {

// Counts and shares cannot be compared with each other before the devices are counted.
Result<void> checkPlan(const Origin& from, const Value& rollout, const Campaign& campaign) {
    const Plan& plan = campaign.plan;
    const auto wrong = [&](std::string_view key, std::string_view why) {
        const Value* const value = findIn(*rollout.table(), key);
        return at(from.file, value ? *value : rollout, fail(Errc::ILLEGAL_ARGUMENT, "rollout.{} {}", key, why));
    };
    Amount last;
    for (const Amount& wave : plan.waves) {
        const bool isRise = wave.share == 0 ? wave.count > last.count : wave.share > last.share;
        if (!isRise)
            return wrong("wave", wave.share == 0
                                     ? fmt::format("has {} after {}; each is more than the one before it, which it "
                                                   "contains",
                                                   wave.count, last.count)
                                     : fmt::format("has {} after {}; each is more than the one before it, which it "
                                                   "contains",
                                                   shareText(wave.share), shareText(last.share)));
        (wave.share == 0 ? last.count : last.share) = wave.share == 0 ? wave.count : wave.share;
    }
    if (plan.waves.back().share != wholeShare)
        return wrong("wave", "ends before all devices; let \"100%\" be the last one");

    const auto isLonger = [&](std::string_view key, Duration time, std::string_view than, Duration bound) {
        return wrong(key, fmt::format("is {}, and {} {}", formatDuration(time), than, formatDuration(bound)));
    };
    if (plan.beginWithin > campaign.expires)
        return isLonger("begin-within", plan.beginWithin, "the campaign expires after", campaign.expires);
    if (plan.spread > plan.beginWithin)
        return isLonger("spread", plan.spread, "a device has to begin within", plan.beginWithin);
    if (plan.soak > campaign.expires)
        return isLonger("soak", plan.soak, "the campaign expires after", campaign.expires);
    if (plan.retries > 0 && plan.retryAfter >= plan.endWithin)
        return isLonger("retry-after", plan.retryAfter, "a device has to end within", plan.endWithin);
    if (campaign.waitMax > plan.beginWithin)
        return isLonger("begin-within", plan.beginWithin, "job.wait-max is longer:", campaign.waitMax);
    return {};
}

} // namespace stint::fleet
