#include "contract/model/agent.hpp"

#include <fmt/core.h>

namespace stint {

JobInfo::Builder agentAnswer(std::string_view campaign, bool isYes) {
    return JobInfo::Builder(agentAnswerJob, agentService)
        .setExpedited(true)
        .setExtras(PersistableBundle()
                       .putString("label", fmt::format("{} {}", isYes ? "allow" : "refuse", campaign))
                       .putBoolean(agentYesExtra, isYes));
}

} // namespace stint
