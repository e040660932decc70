// The words by which a device comes into a fleet (fleet.md §3): a code, as a person types it; a question to join; the
// answer; and labels. The first byte says which. Each is refused, or is written as it was read.
#include "base/text/words.hpp"
#include "fleet/enrolment/invitations.hpp"
#include "fleet/enrolment/words.hpp"
#include "fuzz/fuzz.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

void code(const std::string& text) {
    const std::string server = "https://push.example";
    const auto code = codeIn(text, server);
    fuzz::must(!code.ok() || codeIn(textOf(*code, server), server).value() == *code, "a code reads again as itself");
}

void question(const std::string& text) {
    const auto question = joinQuestionIn(text);
    fuzz::must(!question.ok() || documentOf(*question) == text, "a question has one text");
}

void answer(const std::string& text) {
    const auto answer = joinAnswerIn(text);
    const auto written = [](const auto& word) { return textOf(word); };
    fuzz::must(!answer.ok() || std::visit(written, *answer) == text, "an answer has one text");
}

void labels(const std::string& text) {
    const auto labels = labelsIn(text);
    if (!labels.ok()) return;
    fuzz::must(labels->size() == splitAt(text, ",").size(), "each label is there");
    fuzz::must(Invitation{.labels = *labels}.labelTable().size() == labels->size(), "and no name twice");
}

constexpr void (*kinds[])(const std::string&) = {code, question, answer, labels};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    const auto read = fuzz::choose(kinds, input);
    read(input.rest());
    return 0;
}
