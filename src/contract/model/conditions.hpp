// A job's conditions as a person writes them, read: "network=any, bytes<=200M". textOf() and withConditions(), which
// says what they mean, are job_fields.hpp's.
#pragma once
#include <string_view>
#include <vector>

#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint {

/// Reads "network=any" or "bytes<=200M"; its meaning is not checked. IllegalArgument: neither form.
Result<Condition> conditionIn(std::string_view text);

/// Several, with commas between them, and spaces after these.
Result<std::vector<Condition>> conditionsIn(std::string_view text);

} // namespace stint
