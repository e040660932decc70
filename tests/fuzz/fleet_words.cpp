// The words between a device and its fleet's server, papers and what stands signed, and the entries of the two logs;
// the first byte says which. Each is refused, or reads again as it is written.
#include "fleet/audit/audit.hpp"
#include "fleet/document/telling.hpp"
#include "fleet/questions/questions.hpp"
#include "fleet/questions/report.hpp"
#include "fleet/questions/state.hpp"
#include "fleet/rollout/record_text.hpp"
#include "fleet/trust/seal.hpp"
#include "fuzz/fuzz.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

template <class Words> void hasOneText(const std::string& text, const Result<Words>& words) {
    fuzz::must(!words.ok() || textOf(*words) == text, "one value has one text");
}

void report(const std::string& document) {
    const auto report = deviceReportIn(document);
    fuzz::must(!report.ok() || documentOf(*report) == document, "a report has one document");
    const std::string words = fittingWords(document);
    fuzz::must(fittingWords(words) == words, "words that fit stay");
    DeviceReport told{.campaign = "20261123-nvc38b7g",
                      .device = "4TQ0000000000000000000000A",
                      .enrolment = 1,
                      .made = {},
                      .telling = {.sequence = 1, .words = document}};
    const auto again = deviceReportIn(documentOf(told));
    fuzz::must(again.ok() && again->telling.words == words, "whatever a command prints can be told");
}

void state(const std::string& document) {
    const auto state = deviceStateIn(document);
    fuzz::must(!state.ok() || documentOf(*state) == document, "a state has one document");
    const DeviceState told{.device = "4TQ0000000000000000000000A",
                           .enrolment = 1,
                           .version = 1,
                           .hash = std::string(64, 'a'),
                           .since = WallTime(Duration(1)),
                           .holding = Holding::Refused,
                           .words = document};
    fuzz::must(deviceStateIn(documentOf(told)).ok(), "whatever is wrong can be told");
}

template <class Paper> void hasOneDocument(const std::string& text, const Result<Paper>& paper) {
    fuzz::must(!paper.ok() || documentOf(*paper) == text, "one paper has one document");
}

constexpr void (*kinds[])(const std::string&) = {
    [](const std::string& text) { hasOneText(text, orderIn(text)); },
    [](const std::string& text) { hasOneText(text, helloIn(text)); },
    [](const std::string& text) { hasOneText(text, helloAnswerIn(text)); },
    [](const std::string& text) { hasOneText(text, slotQuestionIn(text)); },
    [](const std::string& text) { hasOneText(text, docQuestionIn(text)); },
    [](const std::string& text) { hasOneText(text, replyIn(text)); },
    [](const std::string& text) { hasOneText(text, docAnswerIn(text)); },
    report,
    state,
    [](const std::string& text) { hasOneDocument(text, desiredIn(text)); },
    [](const std::string& text) { hasOneDocument(text, operatorsIn(text)); },
    [](const std::string& text) { hasOneDocument(text, certificateIn(text)); },
    [](const std::string& text) { hasOneDocument(text, statementIn(text)); },
    [](const std::string& text) { hasOneDocument(text, instructionIn(text)); },
    [](const std::string& text) { hasOneDocument(text, sealIn(text)); },
    [](const std::string& text) { hasOneText(text, signedIn(text)); },
    [](const std::string& text) { hasOneText(text, entryIn(text)); },
    [](const std::string& text) { hasOneText(text, auditEntryIn(text)); },
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    const auto read = fuzz::choose(kinds, input);
    read(input.rest());
    return 0;
}
