// `stint fleet send` (fleet.md §8.1): a campaign of a line's options. They become the values that a campaign's file
// would have, which are read by the same rows and rules.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/offering.hpp"
#include "faces/fleetctl/starting.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "fleet/document/campaign.hpp"
#include "fleet/document/campaign_fields.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
using fleet::Value;

namespace {

constexpr std::size_t longestName = 128;

Value asText(const std::string& given) { return {given}; }
Value asFlag(const std::string&) { return {true}; }
Value asUnmetered(const std::string&) { return {std::string("unmetered")}; }
/// Where it is no number, the text, which the key's rule refuses in its own words.
Value asNumber(const std::string& given) {
    const auto number = numberIn<std::int64_t>(given);
    return number ? Value{*number} : Value{given};
}

/// An option, and the campaign's key that it stands for, behind the keys of the tables that have it.
struct SendRow {
    std::string_view option;
    std::array<std::string_view, 3> keys;
    Value (*value)(const std::string& given);
    std::string_view usual = {}; ///< where it is not given; empty: as in a file that leaves it out
};
constexpr std::array sendRows{SendRow{"to", {fleet::targetsKey}, asText},
                              SendRow{"expires", {"expires"}, asText, "7d"}, // PROPOSAL
                              SendRow{"charging", {fleet::jobKey, "charging"}, asFlag},
                              SendRow{"unmetered", {fleet::jobKey, "network"}, asUnmetered},
                              SendRow{"at-a-time", {fleet::rolloutKey, "at-a-time"}, asNumber},
                              SendRow{"stop-at", {fleet::rolloutKey, fleet::stopKey, "failures"}, asText}};

void setKey(Value::Table& root, const SendRow& row, Value value) {
    Value::Table* table = &root;
    for (std::size_t n = 0;; ++n) {
        const bool isLast = n + 1 == row.keys.size() || row.keys.at(n + 1).empty();
        Value& place = (*table)[std::string(row.keys.at(n))];
        if (isLast) {
            place = std::move(value);
            return;
        }
        if (!place.table()) place.held = Value::Table{};
        table = &std::get<Value::Table>(place.held);
    }
}

/// FILE first, then COMMAND.
Value::List stepsOf(const Arguments& given, const std::optional<Offer>& offer) {
    Value::List steps;
    if (offer) {
        Value::Table source;
        source.emplace("url", fleet::give(offer->source.url));
        source.emplace("sha256", fleet::give(offer->source.sha256));
        source.emplace("size", fleet::give(offer->source.size));
        source.emplace("to", fleet::give(offer->source.to));
        steps.push_back({Value::Table{{"get", {std::move(source)}}}});
    }
    if (!given.command.empty()) steps.push_back({Value::Table{{"run", fleet::give(given.command)}}});
    return steps;
}

Result<fleet::Campaign> campaignOf(const Arguments& given, const std::optional<Offer>& offer, WallTime now) {
    if (!given.has("to"))
        return fail(Errc::ILLEGAL_ARGUMENT, "--to is missing: which devices are meant, such as --to \"label "
                                            "site=berlin\"");
    Value::Table root;
    for (const SendRow& row : sendRows) {
        const auto value = given.value(row.option);
        if (value || !row.usual.empty()) setKey(root, row, row.value(value.value_or(std::string(row.usual))));
    }
    const std::string line = offer ? offer->source.to : fmt::format("{}", fmt::join(given.command, " "));
    root.emplace("name", Value{std::string(headOf(printable(line), longestName))});
    root.emplace(fleet::stepKey, Value{stepsOf(given, offer)});
    return fleet::campaignFromValues({std::move(root)}, "a campaign of these options", now);
}

} // namespace

int send(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot send it";
    if (given.words.empty() && given.command.empty())
        return screen.fail(cli::ends::usage,
                           fmt::format("{}: nothing is named; write a file, or -- and a command", what));
    std::optional<Offer> offer;
    if (!given.words.empty()) {
        auto made = offerOf(given, given.words[0]);
        if (!made.ok()) return failed(screen, what, made.error());
        offer = *std::move(made);
    }
    auto campaign = campaignOf(given, offer, wallNow());
    if (!campaign.ok()) return failed(screen, what, campaign.error());
    const auto before = [&] { return offer ? put(*offer) : Result<void>(); };
    return startCampaign(given, screen, {.campaign = *std::move(campaign), .what = what, .before = before});
}

} // namespace stint::fleetctl
