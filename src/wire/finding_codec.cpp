#include <algorithm>
#include <array>

#include "wire/fields.hpp"
#include "wire/finding.hpp"

namespace stint::wire {
namespace {

using Grade = Finding::Grade;
constexpr std::array grades{Grade::Enforced, Grade::Advisory, Grade::Absent, Grade::Trouble};

std::optional<Grade> gradeNamed(std::string_view name) {
    const auto* const found = std::ranges::find(grades, name, nameOf);
    return found == grades.end() ? Grade::Absent : *found;
}

constexpr auto findingFields = [](auto& field, auto& finding) {
    field("topic", finding.topic);
    field.word("grade", finding.grade, gradeNamed);
    field("found", finding.found);
    field("more", finding.more);
};

} // namespace

std::string_view nameOf(Grade grade) {
    switch (grade) {
    case Grade::Enforced:
        return "enforced";
    case Grade::Advisory:
        return "advisory";
    case Grade::Absent:
        return "absent";
    case Grade::Trouble:
        return "trouble";
    }
    return "absent";
}

void writeFinding(Writer& writer, const Finding& finding) { writeFields(writer, finding, findingFields); }
Result<Finding> readFinding(Reader& reader) { return readFields<Finding>(reader, "finding", findingFields); }

} // namespace stint::wire
