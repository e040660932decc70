#include "link/wire/finding.hpp"

#include <algorithm>
#include <array>

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

} // namespace stint::wire
