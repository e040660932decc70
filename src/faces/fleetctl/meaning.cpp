#include "faces/fleetctl/meaning.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/trust/signed.hpp"

namespace stint::fleetctl {

using fleet::Campaign;
using fleet::Step;
using fleet::StepKind;
using fleet::Value;

namespace {

std::string whom(const Campaign& campaign) {
    const std::string later = campaign.open ? ", and those that join later" : "";
    if (campaign.targets) return campaign.targets->text() + later;
    return fmt::format("{}, by their ids{}", counted(campaign.ids.size(), "device"), later);
}

std::string commandText(const Step& step) {
    std::vector<std::string> words;
    for (const std::string& word : step.command)
        words.push_back(cli::shellWord(printable(word)));
    return fmt::format("{}", fmt::join(words, " "));
}

std::string sourceText(const Step& step) {
    if (step.source.url.empty()) return fmt::format("{} of text", formatSize(std::ssize(step.source.text)));
    const std::string name = step.source.to.empty() ? step.source.url : step.source.to;
    return fmt::format("{} ({})", name, formatSize(step.source.size));
}

std::string doing(const Step& step) {
    const auto* const row = std::ranges::find(fleet::stepKinds, step.kind, &fleet::StepRow::kind);
    std::string text = fmt::format("{} {}", row->key, row->isCommand ? commandText(step) : sourceText(step));
    if (step.afterRestart) text += " after a restart";
    if (step.commit) text += " (no cancel stops it from there on)";
    return text;
}

/// A value of the document as a file has it, without its quotes.
std::string valueText(const Value& value) {
    if (const auto* const list = value.list()) {
        std::vector<std::string> parts;
        for (const Value& each : *list)
            parts.push_back(valueText(each));
        return fmt::format("{}", fmt::join(parts, ", "));
    }
    return value.text() ? *value.text() : fleet::jsonOf(value);
}

/// By the keys of `[job]`: a flag is named, and another value follows its name.
std::string when(const Campaign& campaign) {
    const Value job = fleet::jobValue(campaign);
    std::vector<std::string> parts;
    for (const auto& [key, value] : *job.table())
        parts.push_back(std::holds_alternative<bool>(value.held) ? key : fmt::format("{} {}", key, valueText(value)));
    return parts.empty() ? "at once" : fmt::format("{}", fmt::join(parts, "; "));
}

std::string how(const fleet::Plan& plan) {
    std::string text = fmt::format("{} at a time", plan.atATime);
    if (plan.waves.size() > 1)
        text += fmt::format(", in waves of {}; {} of a wave opens the next{}", valueText(fleet::give(plan.waves)),
                            fleet::shareText(plan.waveOk),
                            plan.soak > Duration(0) ? fmt::format(", {} later", formatDuration(plan.soak)) : "");
    if (plan.spread > Duration(0)) text += fmt::format("; spread over {}", formatDuration(plan.spread));
    return text;
}

std::string stops(const fleet::Plan& plan) {
    std::string text = plan.stopAt > fleet::wholeShare
                           ? "never by itself"
                           : fmt::format("at {} {}, once {} have ended", fleet::shareText(plan.stopAt),
                                         valueText(fleet::give(plan.failures)), counted(plan.stopMin, "device"));
    if (plan.retries > 0) text += fmt::format("; each device tries {} more", counted(plan.retries, "time"));
    return text;
}

/// It fetches, and has no step that puts what it has fetched anywhere.
bool leavesNothing(const Campaign& campaign) {
    return std::ranges::all_of(campaign.steps, [](const Step& step) { return step.kind == fleet::StepKind::Get; });
}

} // namespace

std::vector<std::string> meaningOf(const Campaign& campaign) {
    std::vector<std::string> steps;
    for (const Step& step : campaign.steps)
        steps.push_back(doing(step));
    std::vector<std::string> lines{
        fmt::format("{}, to be begun until {}", campaign.name, cli::clockText(fleet::endOf(campaign))),
        fmt::format("to:    {}", whom(campaign)),
        fmt::format("does:  {}", fmt::join(steps, "; ")),
        fmt::format("when:  {}", when(campaign)),
        fmt::format("how:   {}", how(campaign.plan)),
        fmt::format("stops: {}", stops(campaign.plan))};
    if (leavesNothing(campaign))
        lines.emplace_back(
            "stays: nothing: a campaign's folder goes when it ends on a device, and no command of this one "
            "puts its files elsewhere");
    for (std::string& line : lines)
        line = printable(line);
    return lines;
}

std::string stopNote(const Campaign& campaign, std::uint32_t devices) {
    const fleet::Plan& plan = campaign.plan;
    if (campaign.open || plan.stopAt > fleet::wholeShare || devices >= plan.stopMin) return {};
    return fmt::format("it means {}, fewer than stop.min, so no failures stop it", counted(devices, "device"));
}

} // namespace stint::fleetctl
