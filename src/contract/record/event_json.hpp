// A recording: its beginning, which is all that the core was given beside the stored state (Scheduler::restore), and
// events as JSON, and back: `{"schedule":{"app":"org.example","info":{…}}}`. A member that has its default value is
// left out. Reading trusts nothing: IllegalArgument names the mistake.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contract/model/event.hpp"
#include "contract/model/record.hpp"
#include "stint/result.hpp"

namespace stint::record {

struct Beginning {
    BootId boot;
    Now now;
    Device device;
    std::map<JobKey, std::string> heldBack; ///< jobs that were set aside, each with the reason
    std::vector<GoingOn> goingOn;           ///< Snapshot's
};

/// One line, the same bytes for the same event. An open file that a job was given is left out.
std::string textOf(const Event& event);
std::string textOf(const Beginning& beginning);

/// A line of a recording: first its beginning, then events.
using Input = std::variant<Beginning, Event>;
Result<Input> inputFrom(std::string_view text);

} // namespace stint::record
