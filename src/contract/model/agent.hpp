// The fleet's agent, an app that is built in where its program is installed (fleet.md §1): the names by which stintd,
// the line and the agent itself know it.
#pragma once
#include <string_view>

#include "stint/job_info.hpp"
#include "stint/units.hpp"

namespace stint {

inline constexpr std::string_view agentPackage = "org.stint.agent";
/// Its one service, and its one receiver.
inline constexpr const char *agentService = "Errand", *agentReceiver = "Orders";
/// Its job that tells the fleet's server what is untold, and asks it for news.
inline constexpr JobId agentWorkJob{1};
/// Its job by which a person has the device join a fleet, and the extra of that job with the code.
inline constexpr JobId agentJoinJob{3};
/// Its job by which a person has the device leave its fleet.
inline constexpr JobId agentLeaveJob{4};
inline constexpr const char* agentCodeExtra = "code";
/// Its job, in a campaign's namespace, by which a person says whether that may begin here (fleet.md §6.4), and the
/// extra of that job: a yes.
inline constexpr JobId agentAnswerJob{5};
inline constexpr const char* agentYesExtra = "yes";
/// The extra of a campaign's own job that waits for such a word: who asks, for people.
inline constexpr const char* agentAsksExtra = "asks";

/// A job of the agent's that only a person has it do, so no command of a campaign may schedule it.
constexpr bool isPersonsWord(JobId id) { return id == agentJoinJob || id == agentLeaveJob || id == agentAnswerJob; }

/// That word as a job: expedited, since a person waits for what comes of it.
JobInfo::Builder agentAnswer(std::string_view campaign, bool isYes);

} // namespace stint
