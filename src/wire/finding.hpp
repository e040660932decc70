// What `stint doctor` tells: one thing that Stint stands on, whether it is there, and how to get more of it. On the
// wire as dictionaries (dbus/org.stint.TaskManager1.xml, Diagnose), in both directions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace stint::wire {

struct Finding {
    enum class Grade : std::uint8_t {
        Enforced, ///< it holds, whatever an app does
        Advisory, ///< it holds for those who play along
        Absent,   ///< it is not there; Stint does without
        Trouble,  ///< something is wrong, and a person can mend it
    };
    std::string topic; ///< "processes", "wake alarms"
    Grade grade = Grade::Absent;
    std::string found; ///< a sentence
    std::string more;  ///< how to get more, or what to mend; empty where there is nothing to do

    bool operator==(const Finding&) const = default;
};

/// "enforced", "advisory", "absent", "trouble".
std::string_view nameOf(Finding::Grade grade);

void writeFinding(Writer& writer, const Finding& finding);
/// A grade that is not known here reads as Absent: a newer daemon's.
Result<Finding> readFinding(Reader& reader);

} // namespace stint::wire
