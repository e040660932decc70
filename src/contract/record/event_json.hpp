// Events as JSON, and back: `{"schedule":{"app":"org.example","info":{…}}}`. A member that has its default value is
// left out. Reading trusts nothing: IllegalArgument names the mistake.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "contract/model/event.hpp"
#include "contract/record/beginning.hpp"
#include "stint/result.hpp"

namespace stint::record {

/// One line, the same bytes for the same event. An open file that a job was given is left out.
std::string textOf(const Event& event);
std::string textOf(const Beginning& beginning);

/// A line of a recording: first its beginning, then events.
using Told = std::variant<Beginning, Event>;
Result<Told> toldFrom(std::string_view text);

} // namespace stint::record
