#include "faces/views/findings.hpp"

#include <algorithm>
#include <utility>

#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {
namespace {

using wire::Finding;
using Grade = Finding::Grade;

constexpr std::size_t gradeColumns = std::string_view("enforced").size();
constexpr std::size_t narrowestSentence = 30;

Paint gradePaint(Grade grade) {
    switch (grade) {
    case Grade::Enforced:
        return Paint::Good;
    case Grade::Advisory:
        return Paint::Waiting;
    case Grade::Absent:
        return Paint::Faint;
    case Grade::Trouble:
        return Paint::Bad;
    }
    return Paint::None;
}

void printFindings(const std::vector<Finding>& findings, const Screen& screen, std::string_view good) {
    std::size_t topics = 0;
    for (const Finding& finding : findings)
        topics = std::max(topics, widthOf(printable(finding.topic)));
    const std::size_t left = topics + columnGap.size() + gradeColumns + columnGap.size();
    const std::size_t width = std::max(screen.columns(), left + narrowestSentence) - left;
    for (const Finding& finding : findings) {
        std::string before =
            screen.painted(padRight(printable(finding.topic), topics + columnGap.size()), Paint::Strong) +
            screen.painted(padRight(std::string(finding.grade == Grade::Enforced ? good : nameOf(finding.grade)),
                                    gradeColumns + columnGap.size()),
                           gradePaint(finding.grade));
        for (const std::string& line : wrapped(printable(finding.found), width))
            screen.print(std::exchange(before, std::string(left, ' ')) + line);
        if (finding.more.empty()) continue;
        for (const std::string& line : wrapped("→ " + printable(finding.more), width))
            screen.print(before + screen.painted(line, Paint::Faint));
    }
}

} // namespace

Result<std::vector<Finding>> findingsWithoutDaemon(const Error& error) {
    if (error.code == Errc::UNAVAILABLE)
        return std::vector<Finding>{
            {"daemon", Grade::Trouble, error.message, "systemctl --user enable --now stintd, or: stintd &"}};
    // The answer to every call while the store cannot be written (architecture.md, store).
    if (error.code == Errc::STORAGE)
        return std::vector<Finding>{
            {"store", Grade::Trouble, error.message, "make room, or mend it; stintd tries again by itself"}};
    return error;
}

int showFindings(const std::vector<Finding>& findings, const Screen& screen, std::string_view good) {
    if (screen.json()) {
        for (const Finding& finding : findings)
            screen.print(jsonOfRow(finding));
    } else {
        printFindings(findings, screen, good);
    }
    const bool isTrouble = std::ranges::any_of(findings, [](const auto& f) { return f.grade == Grade::Trouble; });
    return isTrouble ? ends::failure : ends::ok;
}

} // namespace stint::cli
