// The desired state on this device (fleet.md §4.3): a document that a hello brings is made so, or refused, and what
// came of it is noted and told with the next hello. An agent that dies in between makes the same so again.
#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "fleet/agent/agent.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

/// Nobody honest sends such a document: the broker or the server is not what it should be, or it is too early.
bool isUntold(Reason reason) {
    switch (reason) {
    case Reason::NotAllowed:
    case Reason::Expired:
    case Reason::Forbidden:
        return false;
    default:
        return true;
    }
}

/// The document that was made so stands no more, for this device.
bool isOver(Reason reason) {
    switch (reason) {
    case Reason::NotSigned:
    case Reason::NotAllowed:
    case Reason::NotMeant:
    case Reason::OldVersion:
        return true;
    default:
        return false;
    }
}

std::string wordsOf(const DesiredJudgement& judged) {
    const std::string word(reasons()[static_cast<std::size_t>(*judged.reason)].word);
    return judged.words.empty() ? word : word + ": " + judged.words;
}

} // namespace

void Agent::lookAtDesired(const std::optional<Signed>& given) {
    auto state = given ? makeSo(*given) : lookAgain();
    if (!state || fault_) return;
    if (const auto before = stateNoted()) {
        state->since = before->since;
        if (documentOf(*state) == documentOf(*before)) return;
    }
    const auto& note = keeping_->desired();
    const bool isMade = given && state->holding == Holding::Applied;
    const bool isGone = !note || state->holding == Holding::Released;
    noteState(*std::move(state), isMade ? *given : isGone ? Signed{} : note->paper);
}

/// The state to tell, after a document that the server has sent. nullopt: none.
std::optional<DeviceState> Agent::makeSo(const Signed& given) {
    const auto judged = identity_->trust().judgeDesired(given, place_.version, owner(), wires_.now());
    if (judged.reason && isUntold(*judged.reason)) {
        wires_.complain("the desired state that the server has sent: " + wordsOf(judged));
        return std::nullopt;
    }
    const auto desired = desiredIn(given.document);
    STINT_CHECK(desired.ok()); // it was judged
    const auto& note = keeping_->desired();
    const auto before = stateNoted();
    DeviceState state{.device = settings_->device,
                      .enrolment = identity_->trust().certificate()->enrolment,
                      .version = desired->version,
                      .hash = sha256Of(given.document),
                      .since = {},
                      .holding = Holding::Refused,
                      .words = {}};
    if (judged.reason) {
        state.words = wordsOf(judged);
        return state;
    }
    if (before && before->hash == state.hash && note->paper.document == given.document) return lookAgain();
    // The server, or the broker, holds back the newer one, which means this device, too.
    const auto had = desiredIn(note ? note->paper.document : std::string());
    if (had.ok() && had->version > desired->version && stands(note->paper)) {
        wires_.complain(fmt::format("version {} of the desired state stands, and the server has sent version {}",
                                    had->version, desired->version));
        return std::nullopt;
    }
    noteFleetTime();
    auto ended = wires_.makeSo(*desired);
    if (ended.code == 0)
        state.holding = Holding::Applied;
    else if (!ended.isForGood)
        state.holding = Holding::Waiting;
    if (ended.code != 0) state.words = std::move(ended.words);
    return state;
}

/// The same of the document that the device was made like, where the server has sent no other.
std::optional<DeviceState> Agent::lookAgain() {
    const auto& note = keeping_->desired();
    auto state = stateNoted();
    const auto made = desiredIn(note ? note->paper.document : std::string());
    if (!state || !made.ok()) return std::nullopt;
    if (!stands(note->paper)) {
        if (const auto ended = wires_.makeSo({}); ended.code != 0) {
            wires_.complain("the fleet's policy cannot be taken away: " + ended.words);
            return std::nullopt;
        }
        state->version = made->version;
        state->hash = sha256Of(note->paper.document);
        state->holding = Holding::Released;
        state->words.clear();
        return state;
    }
    if (state->holding != Holding::Applied && state->holding != Holding::Changed) return std::nullopt;
    auto changed = wires_.changedSince(*made);
    if (!changed.ok()) {
        wires_.complain(changed.error().message);
        return std::nullopt;
    }
    state->holding = changed->empty() ? Holding::Applied : Holding::Changed;
    state->words = *std::move(changed);
    return state;
}

bool Agent::stands(const Signed& paper) const {
    const auto judged = identity_->trust().judgeDesired(paper, place_.version, {}, wires_.now());
    return !judged.reason || !isOver(*judged.reason);
}

// ---- What is noted, and told ----

std::optional<DeviceState> Agent::stateNoted() const {
    if (!keeping_->desired()) return std::nullopt;
    auto state = deviceStateIn(keeping_->desired()->state);
    return state.ok() ? std::optional(*std::move(state)) : std::nullopt;
}

/// It is told by the hello that the pass goes on with.
void Agent::noteState(DeviceState state, const Signed& paper) {
    state.since = fleetTime();
    if (const auto before = stateNoted()) state.since = std::max(state.since, before->since + Duration(1));
    if (auto saved = keeping_->save(DesiredNote{paper, documentOf(state), false}); !saved.ok()) {
        wires_.complain(saved.error().message);
        fault_ = saved.error();
        return;
    }
    pass_->isAgain = true;
}

/// A hello was answered that had it.
void Agent::stateTold() {
    if (!keeping_->desired() || keeping_->desired()->isTold) return;
    DesiredNote told = *keeping_->desired();
    told.isTold = true;
    if (auto saved = keeping_->save(std::move(told)); !saved.ok()) {
        wires_.complain(saved.error().message);
        fault_ = saved.error();
    }
}

std::optional<Signed> Agent::signedState() {
    auto state = stateNoted();
    const auto& certificate = identity_->trust().certificate();
    if (!state || !certificate) return std::nullopt;
    state->enrolment = certificate->enrolment;
    auto made = signedBy(identity_->key(), *state);
    if (made.ok()) return *std::move(made);
    wires_.complain(within("the device's state", made.error()).message);
    return std::nullopt;
}

} // namespace stint::fleet
