#include "fleet/audit/audit.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "fleet/document/document.hpp"
#include "fleet/document/paper.hpp"

namespace stint::fleet {
namespace {

constexpr std::size_t longestWho = 512, longestWhat = 128, longestMore = 1'024, longestAct = 32;
constexpr Limits aHash{64, 64};

std::string_view actRule(std::string_view word) {
    return word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos ? "" : "small letters";
}

// clang-format off
constexpr auto auditFields = std::to_array<Field<AuditEntry>>({
    {.key = "number", .member = &AuditEntry::number, .limits = {1, largestNumber}, .must = true,
     .meaning = "its place in the diary"},
    {.key = "at", .member = &AuditEntry::at, .limits = anyTime, .must = true, .meaning = "when it was done"},
    {.key = "by", .member = &AuditEntry::by, .limits = {1, longestWho}, .must = true, .meaning = "who did it",
     .rule = nameRule},
    {.key = "act", .member = &AuditEntry::act, .limits = {1, longestAct}, .must = true, .meaning = "what was done",
     .rule = actRule},
    {.key = "of", .member = &AuditEntry::of, .limits = {1, longestWhat}, .must = true,
     .meaning = "what it was done to", .rule = nameRule},
    {.key = "words", .member = &AuditEntry::words, .limits = {1, longestMore}, .meaning = "more of it",
     .rule = nameRule},
    {.key = "paper", .member = &AuditEntry::paper, .limits = aHash, .meaning = "the hash of what was signed",
     .rule = hashRule},
    {.key = "before", .member = &AuditEntry::before, .limits = aHash, .meaning = "the hash of the entry before it",
     .rule = hashRule},
});
// clang-format on

std::string written(const AuditEntry& entry) { return jsonOf({tableOf(auditFields, entry)}); }

std::string fitting(std::string text, std::size_t most) {
    text = printable(text);
    cut(text, most);
    return text;
}

} // namespace

std::string_view wordOf(Act act) { return std::ranges::find(actRows, act, &ActRow::act)->word; }

std::string textOf(const AuditEntry& entry) {
    AuditEntry fits = entry;
    fits.by = fitting(std::move(fits.by), longestWho);
    fits.words = fitting(std::move(fits.words), longestMore);
    return written(fits);
}

Result<AuditEntry> auditEntryIn(std::string_view text) {
    return paperIn(text, "the entry", auditFields, written, {}, longestAuditEntry);
}

Result<AuditEntry> AuditChain::follow(std::string_view text) {
    const bool isFirst = last_ == 0;
    const std::string before = hash_;
    const Bytes number = ++last_; // whatever it is, it has this place
    hash_ = sha256Of(text);
    auto entry = STINT_TRY(auditEntryIn(text));
    if (isFirst) last_ = entry.number; // those before it had their time
    if (!isFirst && entry.number != number)
        return fail(Errc::ILLEGAL_ARGUMENT, "entry {} stands in the place of entry {}", entry.number, number);
    if (!isFirst && entry.before != before)
        return fail(Errc::ILLEGAL_ARGUMENT, "the entry before it is another than the one that it was written after");
    if (entry.number == 1 && !entry.before.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "it is the first, and was written after another one");
    return entry;
}

} // namespace stint::fleet
