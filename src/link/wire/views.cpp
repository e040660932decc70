#include "link/wire/views.hpp"

#include <algorithm>
#include <array>

#include "link/wire/fields.hpp"

namespace stint::wire {
namespace {

using Grade = Finding::Grade;
constexpr std::array grades{Grade::Enforced, Grade::Advisory, Grade::Absent, Grade::Trouble};

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

std::optional<Grade> Finding::gradeNamed(std::string_view name) {
    const auto* const found = std::ranges::find(grades, name, nameOf);
    return found == grades.end() ? Grade::Absent : *found;
}

void writeSchedulerView(Writer& writer, const SchedulerView& view) { writeRow(writer, view); }
Result<SchedulerView> readSchedulerView(Reader& reader) { return readRow<SchedulerView>(reader); }

} // namespace stint::wire
