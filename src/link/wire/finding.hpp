// A line of `stint doctor`: one thing on which Stint stands, whether it is there, and how to get more of it. On the
// wire as dictionaries (dbus/org.stint.TaskManager1.xml, Diagnose), in both directions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stint::wire {

struct Finding {
    enum class Grade : std::uint8_t {
        Enforced, ///< it holds, whatever an app does
        Advisory, ///< it holds for apps that cooperate
        Absent,   ///< it is not there; Stint does without
        Trouble,  ///< something is wrong, and a person can mend it
    };
    std::string topic; ///< "processes", "wake alarms"
    Grade grade = Grade::Absent;
    std::string found; ///< a sentence
    std::string more;  ///< how to get more, or what to mend; empty where there is nothing to do

    /// Absent for a name that is unknown here: a newer daemon's.
    static std::optional<Grade> gradeNamed(std::string_view name);

    static constexpr auto noun = "finding";
    static constexpr auto fields = [](auto& field, auto& finding) {
        field("topic", finding.topic);
        field.word("grade", finding.grade, gradeNamed);
        field("found", finding.found);
        field("more", finding.more);
    };
    bool operator==(const Finding&) const = default;
};

/// "enforced", "advisory", "absent", "trouble".
std::string_view nameOf(Finding::Grade grade);

} // namespace stint::wire
