// The states that devices tell, each of how it is to be (fleet.md §4.3).
#include <algorithm>

#include "base/result/errors.hpp"
#include "fleet/roster/columns.hpp"
#include "fleet/roster/processors.hpp"
#include "fleet/roster/roster.hpp"

namespace stint::fleet {
namespace {

StateEntry entryIn(const stint::Statement& row, WallTime now) {
    StateEntry entry{.facts = factsIn(row, 0, row.text(3), now),
                     .enrolment = static_cast<Enrolment>(row.integer(4)),
                     .endpoint = std::string(row.text(5)),
                     .state = std::nullopt};
    if (row.isNull(6)) return entry;
    entry.state = DeviceState{.device = entry.facts.id,
                              .enrolment = entry.enrolment,
                              .version = static_cast<std::uint32_t>(row.integer(6)),
                              .hash = std::string(row.text(7)),
                              .since = timeIn(row.integer(8)),
                              .holding = holdingIn(row.text(9)).value_or(Holding::Waiting),
                              .words = std::string(row.text(10))};
    return entry;
}

struct ToldState {
    const Signed* paper = nullptr;
    DeviceState state{};
    PublicKey key{};
    bool isSigned = false;
};

} // namespace

Result<std::size_t> Roster::takeStates(std::span<const std::pair<std::string, Signed>> told) {
    auto had = STINT_TRY(database_.prepare("SELECT since FROM states WHERE device = ?1 AND enrolment = ?2"));
    const auto isNews = [&had](const DeviceState& state) -> Result<bool> {
        had.start(state.device, column(state.enrolment));
        const bool isKnown = STINT_TRY(had.next());
        const bool news = !isKnown || had.integer(0) < column(state.since);
        had.reset();
        return news;
    };
    std::vector<ToldState> all;
    for (const auto& [device, paper] : told) {
        auto state = deviceStateIn(paper.document);
        if (!state.ok() || state->device != device || paper.signatures.size() != 1) continue;
        const auto its = STINT_TRY(keyOf(device));
        if (!its || its->enrolment != state->enrolment) continue;
        if (STINT_TRY(isNews(*state))) all.push_back({.paper = &paper, .state = *std::move(state), .key = its->key});
    }
    if (all.empty()) return std::size_t{0};
    onAllProcessors(all, [](ToldState& one) { one.isSigned = isSignedBy(*one.paper, one.key, commentOf(one.state)); });
    auto insert = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO states VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    std::size_t taken = 0;
    STINT_TRY(together([&]() -> Result<void> {
        for (const auto& [paper, state, key, isSigned] : all) {
            // Asked again: there may be two of a device.
            const bool isStillNews = STINT_TRY(isNews(state));
            if (!isSigned || !isStillNews) continue;
            STINT_TRY(insert.run(state.device, column(state.enrolment), column(state.version), state.hash,
                                 column(state.since), wordOf(state.holding), state.words));
            ++taken;
        }
        return {};
    }));
    return taken;
}

Result<std::optional<StateEntry>> Roster::stateOf(const std::string& device, WallTime now) {
    findState_.start(device);
    if (!STINT_TRY(findState_.next())) return std::optional<StateEntry>();
    StateEntry entry = entryIn(findState_, now);
    findState_.reset();
    return std::optional(std::move(entry));
}

Result<void> Roster::eachState(const std::string& after, WallTime now,
                               const std::function<bool(const StateEntry&)>& take) {
    auto rows = STINT_TRY(database_.prepare(fmt::format("{} AND id > ?1 ORDER BY id", selectStates)));
    rows.start(after);
    while (STINT_TRY(rows.next()))
        if (!take(entryIn(rows, now))) return {};
    return {};
}

} // namespace stint::fleet
