// The parts of JSON lines.
#pragma once
#include <optional>

#include "cli/print/job_info_facts.hpp"
#include "cli/screen/json_line.hpp"
#include "model/view.hpp"

namespace stint::cli {

Json milliseconds(const std::optional<WallTime>& time);
template <class Enum> Json number(Enum value) { return static_cast<std::int32_t>(value); }

void putJob(Json& line, const JobView& job);
/// Bucket, network, the user's choices, quotas (json_limits.cpp).
void putLimits(Json& line, const AppView& app);
Json infoOf(const JobInfo& info);
Json reasonsOf(const std::vector<PendingReason>& reasons);
Json blockersOf(const std::vector<Blocker>& blockers);
Json historyOf(const std::vector<HistoryEntry>& history);
void putNotification(Json& line, const std::optional<Notification>& shown);

} // namespace stint::cli
