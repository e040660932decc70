// The pieces that json.cpp and dump_json.cpp make their lines of. Only for them: nlohmann-json goes no further.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/print/job_info_facts.hpp"
#include "model/view.hpp"

namespace stint::cli {

using Json = nlohmann::ordered_json;

/// {"schema": 1}, to which a line's keys are added.
Json header();
/// Words of apps are strangers' bytes: what is no UTF-8 is replaced, never thrown over.
std::string dumped(const Json& line);

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
