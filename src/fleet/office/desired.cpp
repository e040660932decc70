#include "fleet/office/desired.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

/// Whatever device the older one means, the newer one does, too.
bool coversAll(const DesiredState::Document& newer, const DesiredState::Document& older) {
    return std::holds_alternative<Query::All>(newer.targets.held) || newer.targets == older.targets;
}

} // namespace

Result<void> DesiredState::add(const Signed& paper) {
    Desired desired = STINT_TRY(desiredIn(paper.document));
    Query targets = STINT_TRY(Query::parse(desired.targets));
    const std::uint32_t version = desired.version;
    all_.insert_or_assign(version, Document{paper, std::move(desired), std::move(targets), sha256Of(paper.document)});
    standing_.clear();
    judgedBy_ = 0;
    return {};
}

void DesiredState::judge(const Operators& list) {
    if (std::exchange(judgedBy_, list.version) == list.version) return;
    standing_.clear();
    for (const auto& [version, document] : all_ | std::views::reverse) {
        const auto covers = [&, &older = document](std::uint32_t newer) { return coversAll(all_.at(newer), older); };
        if (std::ranges::any_of(standing_, covers)) continue;
        if (checkSigners(list, document.paper, document.desired).ok()) standing_.push_back(version);
    }
}

const DesiredState::Document* DesiredState::find(std::uint32_t version) const {
    const auto found = all_.find(version);
    return found == all_.end() ? nullptr : &found->second;
}

const DesiredState::Document* DesiredState::wantedOf(const Facts& device) const {
    const auto means = [&](std::uint32_t one) { return ask(all_.at(one).targets, device) == Answer::Yes; };
    const auto found = std::ranges::find_if(standing_, means);
    return found == standing_.end() ? nullptr : find(*found);
}

std::vector<std::string> DesiredState::hashes() const {
    std::vector<std::string> all;
    for (const std::uint32_t one : standing_)
        all.push_back(all_.at(one).hash);
    std::ranges::sort(all);
    return all;
}

std::string_view wordOf(Drift drift) { return std::ranges::find(driftRows, drift, &DriftRow::drift)->word; }

std::optional<Drift> driftOf(const DesiredState::Document* wanted, const std::optional<DeviceState>& told) {
    if (!wanted) return told && told->holding != Holding::Released ? std::optional(Drift::Older) : std::nullopt;
    if (!told) return Drift::Unheard;
    if (told->hash != wanted->hash || told->holding == Holding::Released) return Drift::Older;
    switch (told->holding) {
    case Holding::Waiting:
        return Drift::Waiting;
    case Holding::Refused:
        return Drift::Refused;
    case Holding::Changed:
        return Drift::Changed;
    default:
        return std::nullopt;
    }
}

} // namespace stint::fleet
