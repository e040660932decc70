#include "transfer/answer.hpp"

#include <algorithm>
#include <charconv>

#include <curl/curl.h>
#include <fmt/core.h>

namespace stint::transfer {
namespace {

constexpr std::string_view changed = "changed on the server";
constexpr std::string_view cannotResume = "the server cannot resume";

/// Digits at the front of `text`, taken off.
std::optional<Bytes> takeNumber(std::string_view& text) {
    Bytes number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || text.front() == '-') return std::nullopt;
    text.remove_prefix(end - text.data());
    return number;
}

bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

bool isStrongETag(std::string_view tag) {
    if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') return false;
    tag = tag.substr(1, tag.size() - 2);
    return std::all_of(tag.begin(), tag.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
}

/// Whether `answer` is of the version that `validator` proves. What the server does not say, it does not prove.
bool sameVersion(const Asked& asked, const Answer& answer) {
    if (answer.location != asked.location) return false; // two resources may wear one ETag
    switch (asked.validator.kind) {
    case Validator::Kind::None:
        return false;
    case Validator::Kind::ETag:
        return answer.etag == asked.validator.text;
    case Validator::Kind::LastModified:
        return answer.lastModified == asked.validator.text;
    }
    return false;
}

Course end(Ending ending) { return {.kind = Course::Kind::End, .ending = std::move(ending)}; }

Course anew(Course::Kind kind, std::string_view reason, std::optional<Bytes> total = {}) {
    return {.kind = kind, .reason = std::string(reason), .total = total};
}

Course onPartial(const Asked& asked, const Answer& answer) {
    if (asked.start == 0)
        return end(never(ends::protocol, "the server sent a part of the file where all was asked for"));
    if (!sameVersion(asked, answer)) return anew(Course::Kind::AskAnew, changed);
    auto range = parseContentRange(answer.contentRange);
    bool exact = range && range->first == asked.start && range->last && range->total && *range->last < *range->total &&
                 *range->last >= asked.start && asked.size <= *range->total &&
                 (!answer.length || *answer.length == *range->last - asked.start + 1);
    if (!exact) return anew(Course::Kind::AskAnew, "the server sent another range than was asked for");
    if (asked.total && *range->total != *asked.total) return anew(Course::Kind::AskAnew, changed);
    return {.kind = Course::Kind::Append, .total = range->total, .end = *range->last + 1};
}

Course onWhole(const Asked& asked, const Answer& answer) {
    if (asked.start == 0) return anew(Course::Kind::TakeAnew, "", answer.length);
    return anew(Course::Kind::TakeAnew, sameVersion(asked, answer) ? cannotResume : changed, answer.length);
}

// curl/curl#1182: a server that is asked for what lies behind the end of a file says so, and how long the file is.
Course onUnsatisfiable(const Asked& asked, const Answer& answer) {
    if (asked.start == 0)
        return end(never(ends::protocol, "the server refused a range where none was asked for (416)"));
    auto range = parseContentRange(answer.contentRange);
    bool whole = range && !range->first && range->total == asked.size && sameVersion(asked, answer);
    return whole ? Course{.kind = Course::Kind::Complete} : anew(Course::Kind::AskAnew, changed);
}

Ending busy(const Answer& answer) {
    std::string text = fmt::format("the server cannot answer now ({})", answer.status);
    // PROPOSAL: the contract's only word for "later" is a retry with the job's back-off, so a longer wait is shown, not
    // kept.
    if (answer.retryAfter) text += fmt::format(", and asks to wait {} s", answer.retryAfter->count());
    return later(std::move(text));
}

} // namespace

std::optional<ContentRange> parseContentRange(std::string_view text) {
    ContentRange range;
    if (!take(text, "bytes ")) return std::nullopt;
    if (!take(text, "*")) {
        range.first = takeNumber(text);
        if (!range.first || !take(text, "-")) return std::nullopt;
        range.last = takeNumber(text);
        if (!range.last) return std::nullopt;
    }
    if (!take(text, "/")) return std::nullopt;
    if (take(text, "*")) return text.empty() ? std::optional(range) : std::nullopt;
    range.total = takeNumber(text);
    return range.total && text.empty() ? std::optional(range) : std::nullopt;
}

Validator strongValidator(const Answer& answer) {
    if (isStrongETag(answer.etag)) return {Validator::Kind::ETag, answer.etag};
    // RFC 9110 §13.1.5: a date may stand in If-Range only where there is no ETag at all; a weak one says besides that
    // the bytes may differ.
    if (!answer.etag.empty() || answer.lastModified.empty() || answer.date.empty()) return {};
    // RFC 9110 §8.8.2.2: a date is strong if the file was at rest when it was served, for otherwise it may have been
    // written twice within that second. One second at least, says the RFC; its forerunner's 60 allow for two clocks.
    auto modified = curl_getdate(answer.lastModified.c_str(), nullptr);
    auto served = curl_getdate(answer.date.c_str(), nullptr);
    if (modified < 0 || served < 0 || served - modified < 60) return {};
    return {Validator::Kind::LastModified, answer.lastModified};
}

Course decide(const Asked& asked, const Answer& answer) {
    if (!answer.http) return onWhole(asked, answer);
    switch (answer.status) {
    case 200:
        return onWhole(asked, answer);
    case 206:
        return onPartial(asked, answer);
    case 416:
        return onUnsatisfiable(asked, answer);
    case 412: // no server should say so to an If-Range, some do
        if (asked.start > 0) return anew(Course::Kind::AskAnew, changed);
        return end(refusal(answer));
    default:
        return end(refusal(answer));
    }
}

Ending refusal(const Answer& answer) {
    switch (answer.status) {
    case 404:
    case 410:
        return never(ends::noInput, fmt::format("the server has no such file ({})", answer.status));
    case 401:
    case 403:
    case 407:
    case 451:
        return never(ends::refused, fmt::format("the server refuses it ({})", answer.status));
    case 408:
    case 425:
    case 429:
        return busy(answer);
    default:
        if (answer.status >= 500 && answer.status < 600) return busy(answer);
        return never(ends::protocol, fmt::format("the server answered {}, which is no success", answer.status));
    }
}

} // namespace stint::transfer
