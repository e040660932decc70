#include "fleet/document/document.hpp"

#include <array>

#include <sodium.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "fleet/document/campaign_fields.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view documentName = "document";
constexpr std::string_view smallCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t idLetters = 8;

std::string dayOf(WallTime made) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(made)};
    return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

/// Takes a number off the table.
Result<std::int64_t> numberOff(Value::Table& table, std::string_view key, Limits limits) {
    const auto found = table.find(key);
    Bytes number = 0;
    if (found == table.end()) return fail(Errc::ILLEGAL_ARGUMENT, "{}: {} is missing", documentName, key);
    if (auto done = take(found->second, limits, number); !done)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: {} {}", documentName, key, done.error().message);
    table.erase(found);
    return number;
}

} // namespace

std::string documentOf(const Campaign& campaign) {
    Value::Table rollout, stop, root;
    writeFields(planFields, campaign.plan, rollout);
    writeFields(stopFields, campaign.plan, stop);
    rollout.emplace(stopKey, Value{std::move(stop)});
    Value::List steps;
    for (const Step& step : campaign.steps)
        steps.push_back(stepValue(step));

    writeFields(campaignFields, campaign, root);
    root.emplace(formatKey, Value{documentFormat});
    root.emplace(madeKey, Value{std::int64_t{campaign.made.time_since_epoch().count()}});
    if (campaign.targets) root.emplace(targetsKey, give(campaign.targets->text()));
    if (Value job = jobValue(campaign); !job.table()->empty()) root.emplace(jobKey, std::move(job));
    root.emplace(stepKey, Value{std::move(steps)});
    root.emplace(rolloutKey, Value{std::move(rollout)});
    return jsonOf({std::move(root)});
}

Result<Campaign> campaignIn(std::string_view document) {
    auto root = valueFromJson(document);
    if (!root.ok()) return within(documentName, root.error());
    auto& table = std::get<Value::Table>(root->held);
    STINT_TRY(numberOff(table, formatKey, {documentFormat, documentFormat}));
    const std::int64_t made = STINT_TRY(numberOff(table, madeKey, anyTime));
    auto campaign = STINT_TRY(campaignFrom({documentName, true}, *root, WallTime(Duration(made))));
    const std::string own = documentOf(campaign);
    if (own == document) return campaign;
    const auto differs = std::ranges::mismatch(own, document).in2 - document.begin();
    return fail(Errc::ILLEGAL_ARGUMENT, "{}: it is not in the one form that a campaign has, from byte {} on",
                documentName, differs + 1);
}

std::string idOf(const Campaign& campaign) { return idOf(campaign, documentOf(campaign)); }

std::string idOf(const Campaign& campaign, std::string_view document) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    const auto* const bytes = reinterpret_cast<const unsigned char*>(document.data());
    crypto_hash_sha256(hash.data(), bytes, document.size());
    std::uint64_t bits = 0; // the first 40
    for (std::size_t n = 0; n < idLetters * 5 / 8; ++n)
        bits = bits << 8 | hash[n];
    std::string id = dayOf(campaign.made) + "-";
    for (std::size_t n = idLetters; n-- > 0;)
        id += smallCrockford[(bits >> (5 * n)) & 31];
    return id;
}

std::string sha256Of(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
    std::string digits;
    for (const unsigned char byte : hash)
        digits += fmt::format("{:02x}", byte);
    return digits;
}

bool isCampaignId(std::string_view text) {
    constexpr std::size_t dash = 8;
    return text.size() == dash + 1 + idLetters && text[dash] == '-' &&
           text.substr(0, dash).find_first_not_of("0123456789") == std::string_view::npos &&
           text.substr(dash + 1).find_first_not_of(smallCrockford) == std::string_view::npos;
}

} // namespace stint::fleet
