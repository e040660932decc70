// The parts of JSON lines.
#pragma once
#include <optional>

#include "contract/model/view.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/views/job_info_facts.hpp"

namespace stint::cli {

/// header() with "section" as its second key.
Json section(std::string_view name);
/// null where they are unknown.
Json bytesOrNull(Bytes bytes);
Json milliseconds(const std::optional<WallTime>& time);
template <class Enum> Json number(Enum value) { return static_cast<std::int32_t>(value); }

Json infoOf(const JobInfo& info);
Json reasonsOf(const std::vector<PendingReason>& reasons);

} // namespace stint::cli
