// The desired state (fleet.md §4.3), set by an operator: a document that stands from then on, and is told to its
// devices.
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "fleet/office/office.hpp"
#include "fleet/trust/trust.hpp"

namespace stint::fleet {
namespace {

/// The time of a campaign's orders (fleet.md §5), too.
constexpr Duration toldAnewFor = std::chrono::minutes(10);

} // namespace

const DesiredState& Office::desired() {
    desired_.judge(enroller_.keys().list);
    return desired_;
}

Result<Office::MeantBy> Office::meantBy(const Query& targets) {
    MeantBy meant;
    STINT_TRY(roster_.eachState("", wallNow(), [&](const StateEntry& one) {
        if (fleet::ask(targets, one.facts) == Answer::Yes)
            meant.devices.push_back(one);
        else
            ++meant.others;
        return true;
    }));
    return meant;
}

/// Each says hello, and hears of it so; or does that within a day.
void Office::tellOf(std::uint32_t version, const std::vector<StateEntry>& devices) {
    for (const StateEntry& one : devices)
        if (!one.endpoint.empty())
            wires_.post(one.endpoint, {.campaign = {}, .enrolment = one.enrolment, .desired = version});
}

/// The server before this one may not have come to it.
void Office::tellNewDesired() {
    const auto* const newest = desired().find(desired_.newest());
    if (!newest || wallNow() - newest->desired.made >= toldAnewFor) return;
    const auto meant = meantBy(newest->targets);
    if (!meant.ok()) return heed(meant.error());
    tellOf(newest->desired.version, meant->devices);
}

Result<Office::Set> Office::setBy(const Signed& paper, bool all) {
    STINT_TRY(checkOpen());
    const Desired asked = STINT_TRY(desiredIn(paper.document));
    const Operators& list = enroller_.keys().list;
    STINT_TRY(checkSigners(list, paper, asked));
    DesiredState next = desired();
    const auto* const had = next.find(asked.version);
    const bool isThere = had && had->paper.document == paper.document; // its answer was lost
    if (!isThere && asked.version != next.newest() + 1)
        return fail(Errc::ILLEGAL_STATE, "version {} of the desired state is the next one, and this is version {}",
                    next.newest() + 1, asked.version);
    STINT_TRY(next.add(paper));
    next.judge(list);
    if (next.count() > mostDesired)
        return fail(Errc::ILLEGAL_STATE,
                    "{} documents of desired state stand, and no more may; one that means all devices takes the place "
                    "of the others",
                    mostDesired);
    const auto meant = STINT_TRY(meantBy(next.find(asked.version)->targets));
    if (!meant.devices.empty() && meant.others == 0 && !all) return meansAll(meant.devices.size());
    if (!isThere) {
        STINT_TRY(enter(Act::Set, namesOfSigners(list, paper, commentOf(asked)), fmt::format("{}", asked.version),
                        fmt::format("{}, {}", asked.targets, counted(meant.devices.size(), "device")), &paper));
        const auto kept =
            broker_.writeOnce(houseBucket, fmt::format("{}{:08}", desiredPart, asked.version), textOf(paper));
        if (!kept.ok()) {
            lose(kept.error());
            return kept.error();
        }
        desired_ = std::move(next);
        knows(houseRead_, *kept);
    }
    tellOf(asked.version, meant.devices);
    return Set{asked.version, static_cast<std::uint32_t>(meant.devices.size())};
}

} // namespace stint::fleet
