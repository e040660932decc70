#include "fleet/document/campaign.hpp"

#include <algorithm>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

constexpr std::size_t mostSteps = 32;

Result<void> readTargets(const Origin& from, const Value& root, Campaign& into) {
    const Value* const value = findIn(*root.table(), targetsKey);
    const auto wrong = [&](const Value& where, std::string_view why) {
        return at(from.file, where, fail(Errc::ILLEGAL_ARGUMENT, "{}", why));
    };
    if (!value && into.ids.empty())
        return wrong(root, "targets is missing: which devices are meant, such as targets = \"label site=berlin\"");
    if (!value && into.open) return wrong(root, "open = true goes with targets, not with ids, which are what they are");
    if (!value) return {};
    if (!into.ids.empty()) return wrong(*value, "targets and ids are both there; leave one of them out");
    if (!value->text()) return wrong(*value, fmt::format("targets is {}; write a query, in quotes", value->shape()));
    auto query = Query::parse(*value->text());
    if (!query.ok()) return wrong(*value, fmt::format("targets: {}", query.error().message));
    into.targets = std::move(*query);
    return {};
}

Result<void> readSteps(const Origin& from, const Value& root, Campaign& into) {
    const Value* const steps = findIn(*root.table(), stepKey);
    const Value& where = steps ? *steps : root;
    if (!steps || !steps->list() || steps->list()->empty())
        return at(from.file, where, fail(Errc::ILLEGAL_ARGUMENT, "a campaign has steps; begin each with [[step]]"));
    if (steps->list()->size() > mostSteps)
        return at(
            from.file, where,
            fail(Errc::ILLEGAL_ARGUMENT, "{} steps; a campaign has {} at most", steps->list()->size(), mostSteps));
    for (const Value& each : *steps->list()) {
        auto step = STINT_TRY(stepFrom(from, each, into.steps.size() + 1));
        into.steps.push_back(std::move(step));
    }
    return checkSteps(from, *steps->list(), into);
}

Result<void> readPlan(const Origin& from, const Value& rollout, Campaign& into) {
    auto keys = keysOf(planFields);
    keys.insert(keys.begin(), stopKey);
    STINT_TRY(checkKeys(from.file, rolloutKey, rollout, keys));
    STINT_TRY(readFields(from, "rollout.", rollout, planFields, into.plan));
    const Value none{Value::Table{}, rollout.line, rollout.column};
    const Value* const given = findIn(*rollout.table(), stopKey);
    const Value& stop = given ? *given : none;
    STINT_TRY(checkKeys(from.file, "rollout.stop", stop, keysOf(stopFields)));
    STINT_TRY(readFields(from, "rollout.stop.", stop, stopFields, into.plan));
    // A short campaign's devices have all of its time, unless its file says otherwise.
    if (!from.isDocument && !rollout.table()->contains("begin-within"))
        into.plan.beginWithin = std::min(into.plan.beginWithin, into.expires);
    return checkPlan(from, rollout, into);
}

} // namespace

Result<Campaign> campaignFrom(const Origin& from, const Value& root, WallTime made) {
    auto keys = keysOf(campaignFields);
    keys.insert(keys.begin(), {targetsKey, jobKey, stepKey, rolloutKey});
    STINT_TRY(checkKeys(from.file, "a campaign", root, keys));
    const auto part = [&](std::string_view key) {
        const Value* const found = findIn(*root.table(), key);
        return found ? *found : Value{Value::Table{}, root.line, root.column};
    };
    Campaign campaign;
    campaign.made = made;
    STINT_TRY(readFields(from, "", root, campaignFields, campaign));
    std::ranges::sort(campaign.ids);
    campaign.ids.erase(std::ranges::unique(campaign.ids).begin(), campaign.ids.end());
    STINT_TRY(readTargets(from, root, campaign));
    STINT_TRY(readJob(from, part(jobKey), campaign));
    STINT_TRY(readPlan(from, part(rolloutKey), campaign));
    STINT_TRY(readSteps(from, root, campaign));
    return campaign;
}

Result<Campaign> campaignFromFile(std::string_view text, std::string_view file, WallTime made) {
    const Value root = STINT_TRY(valueFromToml(text, file));
    return campaignFromValues(root, file, made);
}

Result<Campaign> campaignFromValues(const Value& root, std::string_view file, WallTime made) {
    auto campaign = STINT_TRY(campaignFrom({file}, root, made));
    if (const std::size_t size = documentOf(campaign).size(); size > longestDocument)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "{}: its document would have {} bytes, and may have {}; put contents behind URLs", file, size,
                    longestDocument);
    return campaign;
}

std::string_view nameRule(std::string_view text) {
    return printable(text) == text ? "" : "readable text, without control characters";
}
std::string_view kindRule(std::string_view text) {
    return std::ranges::find(stepKinds, text, &StepRow::key) != stepKinds.end()
               ? ""
               : "one of get, run, verify, policy, app and settings";
}
std::string_view idRule(std::string_view text) {
    return isDeviceId(text) ? "" : "a device's id, which has 26 characters";
}
std::string_view campaignRule(std::string_view text) { return isCampaignId(text) ? "" : "a campaign's id"; }
std::string_view wordRule(std::string_view text) {
    return text.find('\0') == std::string_view::npos ? "" : "text without a NUL";
}
std::string_view hashRule(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos
               ? ""
               : "64 hexadecimal digits, small, as sha256sum prints them";
}
// A name alone: it can leave neither its folder nor a person in doubt.
std::string_view fileNameRule(std::string_view text) {
    const bool isRight = !text.starts_with('.') && text.find('/') == std::string_view::npos && printable(text) == text;
    return isRight ? "" : "a file's name, without folders and without a dot before it";
}
std::string_view urlRule(std::string_view text) {
    constexpr std::string_view right = "a URL: https://HOST/PATH";
    const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
    const bool isPlain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
    if (scheme == 0 || !isPlain) return right;
    const std::string_view host = text.substr(scheme, text.find_first_of("/?#", scheme) - scheme);
    if (host.find('@') != std::string_view::npos) return "a URL without a password, which all devices would read";
    return host.empty() ? right : "";
}

} // namespace stint::fleet
