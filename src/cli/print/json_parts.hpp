// The parts of JSON lines. Only files that print JSON include this, and nlohmann-json with it.
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
/// header() with "section" as its second key.
Json section(std::string_view name);
/// Apps' text may not be UTF-8: such bytes are replaced, never an exception.
std::string dumped(const Json& line);

/// null where they are unknown.
Json bytesOrNull(Bytes bytes);
Json milliseconds(const std::optional<WallTime>& time);
template <class Enum> Json number(Enum value) { return static_cast<std::int32_t>(value); }

void putJob(Json& line, const JobView& job);
/// Bucket, network, the user's choices, quotas (json_limits.cpp).
void putLimits(Json& line, const AppView& app);
Json infoOf(const JobInfo& info);
Json reasonsOf(const std::vector<PendingReason>& reasons);
void putNotification(Json& line, const std::optional<Notification>& shown);

} // namespace stint::cli
