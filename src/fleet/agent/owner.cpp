// The device's owner stands above the fleet (fleet.md §6.4): when a campaign may begin here, what it may move, and what
// a person says who is asked.
#include <algorithm>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "contract/model/agent.hpp"
#include "fleet/agent/agent.hpp"
#include "fleet/steps/owned_files.hpp"

namespace stint::fleet {

/// It is read whenever it counts. Without one, and by one that is wrong, a fleet may do nothing.
Owner Agent::owner() const {
    const auto word = ownersWordIn(place_.owner);
    if (word.ok()) return *word ? (*word)->owner : Owner{};
    wires_.complain(word.error().message);
    Owner wrong;
    wrong.isWrong = true;
    return wrong;
}

bool Agent::asks(const Going& going, const Owner& owner) const { return owner.ask && !going.errand->kept().isAllowed; }

/// How long its owner keeps it from beginning, where nothing else does after `after`; and why, for people.
Agent::Halt Agent::ownersHalt(const Going& going, Duration after) const {
    const Owner owner = this->owner();
    if (const auto set = putBudget(place_.config, owner.bytes); !set.ok()) {
        wires_.complain(within("the owner's budget is not set, so nothing begins", set.error()).message);
        return {restAfterNo, "its owner's budget cannot be set"};
    }
    if (asks(going, owner)) // until it ends by its expiry
        return {std::max(going.noted.until - fleetTime(), Duration(1)),
                fmt::format("asks (stint fleet allow {})", going.noted.id), true};
    const auto hours = parseHours(owner.hours);
    if (!hours.ok()) return {};
    const Duration until = wires_.untilHours(*hours, after);
    return {until > Duration(0) ? after + until : Duration(0), owner.hours};
}

/// Whoever has stintd schedule that job is a person, and no command of a campaign.
void Agent::startAnswer(const AgentRun& run) {
    const std::string& id = run.job.campaign;
    const bool isYes = run.extras.getBoolean(agentYesExtra);
    const auto end = [&](int code, std::string words) { wires_.finish(run.number, false, {code, std::move(words)}); };
    const Going* const going = find(id);
    if (!going || !going->noted.isOpen()) return end(ends::noInput, "no campaign of that id waits here");
    if (!isYes && going->errand->kept().isCommitted)
        return end(ends::refused, "that comes too late: it is behind its point of no return");
    const std::string name = going->campaign.name;
    if (isYes)
        happen(id, Errand::Allowed{});
    else
        refused(*find(id), {std::nullopt, Reason::Forbidden, "its owner said no"}, going->errand->kept().round);
    if (fault_) return;
    handOver();
    end(ends::ok, fmt::format("{} {}", name, isYes ? "may begin" : "is refused"));
}

} // namespace stint::fleet
