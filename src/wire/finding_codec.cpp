#include <array>

#include "base/try.hpp"
#include "wire/finding.hpp"

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

void writeFinding(Writer& writer, const Finding& finding) {
    DictionaryWriter dictionary(writer);
    dictionary.put("topic", finding.topic);
    dictionary.put("grade", std::string(nameOf(finding.grade)));
    dictionary.put("found", finding.found);
    dictionary.put("more", finding.more);
}

Result<Finding> readFinding(Reader& reader) {
    Finding finding;
    std::string grade;
    DictionaryReader dictionary("finding", UnknownKeys::Ignore);
    dictionary.take("topic", finding.topic).take("grade", grade);
    dictionary.take("found", finding.found).take("more", finding.more);
    STINT_TRY(dictionary.read(reader));
    for (const Grade known : grades)
        if (nameOf(known) == grade) finding.grade = known;
    return finding;
}

} // namespace stint::wire
