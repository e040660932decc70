// Events as JSON, and back: `{"schedule":{"app":"org.example","info":{…}}}`. A member that is as in a new event is left
// out. Reading believes nothing: IllegalArgument names what is wrong.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "contract/model/event.hpp"
#include "contract/record/beginning.hpp"
#include "stint/result.hpp"

namespace stint::record {

/// One line, the same bytes for the same event. An open file that a job was handed is left out.
std::string textOf(const Event& event);
std::string textOf(const Beginning& beginning);

/// What a core is told: first where it begins, then events.
using Told = std::variant<Beginning, Event>;
Result<Told> toldFrom(std::string_view text);

} // namespace stint::record
