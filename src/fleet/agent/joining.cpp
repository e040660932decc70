#include <utility>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/process.hpp"
#include "contract/model/agent.hpp"
#include "fleet/agent/agent.hpp"
#include "push/keys/nkey.hpp"

namespace stint::fleet {

/// The device's words of itself, to join or to stay.
Result<JoinQuestion> Agent::ownWords() const {
    const auto file = readFile(settings_->credentials);
    const auto credentials = file ? push::credentialsIn(*file) : std::nullopt;
    if (!credentials)
        return fail(Errc::STORAGE, "this device's name for the broker is in {}, which cannot be read",
                    settings_->credentials);
    return JoinQuestion{.device = settings_->device,
                        .key = {},
                        .user = credentials->user.name(),
                        .version = place_.version,
                        .invitation = {},
                        .proof = {}};
}

void Agent::startJoin(const AgentRun& run) {
    const auto end = [&](int code, std::string words) { wires_.finish(run.number, false, {code, std::move(words)}); };
    // A join to its server of push may have come after this agent.
    if (!identity_) {
        auto settings = push::LineSettings::read(place_.line);
        if (!settings.ok()) return end(ends::configuration, settings.error().message);
        settings_ = *std::move(settings);
    }
    if (!settings_)
        return end(ends::configuration, "this device has joined no server of push; `stint push join` does it");
    const auto code = codeIn(run.extras.getString(agentCodeExtra), settings_->origin);
    if (!code.ok()) return end(ends::badData, code.error().message);
    if (identity_) {
        const Fleet& fleet = identity_->fleet();
        if (fingerprintOf(fleet.root, fleet.name) == code->fleet) return hasJoined(run.number);
        return end(ends::refused, fmt::format("this device is in the fleet {} already", fleet.name));
    }
    const auto key = Identity::keyToJoin(place_.fleet);
    if (!key.ok()) return end(ends::cannotCreate, key.error().message);
    auto words = ownWords();
    if (!words.ok()) return end(ends::noInput, words.error().message);
    auto question = questionToJoin(*key, *std::move(words), *code);
    if (!question.ok()) return end(ends::internal, question.error().message);
    joins_.insert(run.number);
    wires_.ask("join", *std::move(question), [this, run, code = *code](const Result<std::string>& answer) {
        if (joins_.erase(run.number) > 0) heardJoin(run, code, answer);
    });
}

void Agent::heardJoin(const AgentRun& run, const JoinCode& code, const Result<std::string>& answer) {
    const auto end = [&](bool again, int status, std::string words) {
        wires_.finish(run.number, again, {status, std::move(words)});
    };
    if (!answer.ok()) {
        const Errc why = answer.error().code;
        const bool isPassing = why == Errc::UNAVAILABLE || why == Errc::BUSY || why == Errc::LIMIT_EXCEEDED;
        return end(isPassing, ends::unavailable, answer.error().message);
    }
    const auto read = joinAnswerIn(*answer);
    if (!read.ok()) return end(false, ends::protocol, read.error().message);
    if (const auto* const refusal = std::get_if<Refusal>(&*read))
        return end(refusal->again > Duration(0), ends::refused, refusal->error);
    if (const auto joined = joinBy(code, std::get<JoinAnswer>(*read)); !joined.ok()) {
        const bool isRefused = joined.error().code == Errc::SECURITY;
        return end(false, isRefused ? ends::refused : ends::inputOutput, joined.error().message);
    }
    hasJoined(run.number);
}

Result<void> Agent::joinBy(const JoinCode& code, const JoinAnswer& answer) {
    auto identity = STINT_TRY(Identity::join(place_.fleet, code, answer, settings_->device, place_.boot, wires_.now()));
    identity_.emplace(std::move(identity));
    if (auto opened = openKeeping(); !opened.ok()) fault_ = opened.error();
    return fault_ ? Result<void>(*fault_) : Result<void>();
}

/// The run ends with the first hello, whatever comes of that.
void Agent::hasJoined(std::uint64_t run) {
    const auto daily = dailyJob(fleetName());
    if (daily.ok()) wires_.schedule({AgentJob::Kind::Daily, {}}, *daily);
    works_.emplace(run, AgentJob::Kind::Join);
    if (pass_)
        pass_->isAgain = true;
    else
        beginPass();
}

} // namespace stint::fleet
