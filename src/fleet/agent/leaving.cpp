// A device leaves its fleet (fleet.md §3): the server is told, if it can be; then nothing of the fleet is left here.
#include <utility>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "fleet/agent/agent.hpp"
#include "fleet/enrolment/words.hpp"
#include "fleet/questions/questions.hpp"
#include "fleet/steps/owned_files.hpp"

namespace stint::fleet {
namespace {

/// Why the server does not know it; empty: it does.
std::string untoldBy(const Result<std::string>& answer) {
    if (!answer.ok()) return answer.error().message;
    return *answer == leaveAnswer() ? std::string() : "it has refused to hear it";
}

} // namespace

void Agent::startLeave(const AgentRun& run) {
    const Certificate* const certificate =
        identity_ && identity_->trust().certificate() ? &*identity_->trust().certificate() : nullptr;
    if (!certificate) return leaveFleet(run.number, identity_ ? "this device has no certificate" : trouble_);
    const auto question = signedBy(identity_->key(), LeaveQuestion{settings_->device, certificate->enrolment});
    if (!question.ok()) return leaveFleet(run.number, question.error().message);
    joins_.insert(run.number);
    wires_.ask("leave", textOf(*question), [this, number = run.number](const Result<std::string>& answer) {
        if (joins_.erase(number) > 0) leaveFleet(number, untoldBy(answer));
    });
}

/// Its jobs go, then its papers: an agent that dies between them is told to leave again.
void Agent::leaveFleet(std::uint64_t run, const std::string& untold) {
    const std::string name = identity_ ? fleetName() : "that it was in";
    const auto end = [&](int code, std::string words) { wires_.finish(run, false, {code, std::move(words)}); };
    for (auto& [id, going] : std::exchange(going_, {})) {
        wires_.stop(id);
        if (going.run) wires_.finish(*going.run, false, {ends::failure, "this device has left the fleet"});
        wires_.cancel({AgentJob::Kind::Errand, id});
    }
    pass_.reset();
    for (const auto& [number, kind] : std::exchange(works_, {}))
        wires_.finish(number, false, {ends::ok, "this device has left the fleet"});
    wires_.cancel({AgentJob::Kind::Work, {}});
    wires_.cancel({AgentJob::Kind::Daily, {}});
    isWorkDue_ = isTelling_ = false;
    retold_.clear();
    if (auto gone = wires_.unregisterForPush(); !gone.ok()) wires_.complain(gone.error().message);
    if (auto gone = removePolicies(place_.config); !gone.ok()) wires_.complain(gone.error().message);
    const bool wasIn = identity_ || !trouble_.empty();
    keeping_.reset();
    identity_.reset();
    if (auto left = Identity::leave(place_.fleet); !left.ok()) return end(ends::inputOutput, left.error().message);
    trouble_.clear();
    if (!wasIn) return end(ends::ok, "this device is in no fleet");
    end(ends::ok, untold.empty() ? fmt::format("left the fleet {}", name)
                                 : fmt::format("left the fleet {}; its server could not be told, and still lists this "
                                               "device: {}",
                                               name, untold));
}

} // namespace stint::fleet
