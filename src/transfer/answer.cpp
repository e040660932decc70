#include "transfer/answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <curl/curl.h>
#include <fmt/core.h>

#include "transfer/url.hpp"

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

/// "bytes 0-99/100" beside 200 is needless, and true.
bool isOfAll(const Answer& answer) {
    auto range = parseContentRange(answer.contentRange);
    return range && range->first == 0 && range->total && range->last == *range->total - 1 &&
           (!answer.length || answer.length == range->total);
}

bool isPlain(std::string_view encoding) {
    return encoding.empty() || curl_strequal(std::string(encoding).c_str(), "identity");
}

/// Servers that send an archive "x.tar.gz" as x.tar in gzip are many: the bytes are those of the file that is meant.
bool isNamed(const std::string& encoding, const std::string& url) {
    // clang-format off
    constexpr std::array<std::pair<const char*, std::string_view>, 9> endings{{
        {"gzip", ".gz"}, {"x-gzip", ".gz"}, {"gzip", ".tgz"}, {"x-gzip", ".tgz"}, {"compress", ".Z"},
        {"x-compress", ".Z"}, {"x-bzip2", ".bz2"}, {"br", ".br"}, {"zstd", ".zst"}}};
    // clang-format on
    std::string path = locationOf(url);
    return std::any_of(endings.begin(), endings.end(), [&](const auto& one) {
        return curl_strequal(encoding.c_str(), one.first) && path.ends_with(one.second);
    });
}

Course end(Ending ending) { return {.kind = Course::Kind::End, .ending = std::move(ending)}; }

Course anew(Course::Kind kind, std::string_view reason, std::optional<Bytes> total = {}) {
    return {.kind = kind, .reason = std::string(reason), .total = total};
}

/// The same version cannot be smaller than it was: an answer that says so is cut, or lies, and a server that is asked
/// again may know better. nullopt where it is not smaller, or another version.
std::optional<Course> onShrunk(const Asked& asked, const Answer& answer, std::optional<Bytes> total) {
    Bytes known = std::max(asked.size, asked.total.value_or(0));
    if (!total || *total >= known || !sameVersion(asked, answer)) return std::nullopt;
    return end(later(fmt::format("the server says that the same version of the file has {} bytes, and {} are known",
                                 *total, known)));
}

Course onPartial(const Asked& asked, const Answer& answer) {
    if (asked.start == 0)
        return end(never(ends::protocol, "the server sent a part of the file where all was asked for"));
    if (!sameVersion(asked, answer)) return anew(Course::Kind::AskAnew, changed);
    auto range = parseContentRange(answer.contentRange);
    if (auto shrunk = onShrunk(asked, answer, range ? range->total : std::nullopt)) return *shrunk;
    bool exact = range && range->first == asked.start && range->last && range->total && *range->last < *range->total &&
                 *range->last >= asked.start && (!answer.length || *answer.length == *range->last - asked.start + 1);
    if (!exact) return anew(Course::Kind::AskAnew, "the server sent another range than was asked for");
    if (asked.total && *range->total != *asked.total) return anew(Course::Kind::AskAnew, changed);
    return {.kind = Course::Kind::Append, .total = range->total, .start = asked.start, .end = *range->last + 1};
}

Course onWhole(const Asked& asked, const Answer& answer) {
    if (asked.size == 0) return anew(Course::Kind::TakeAnew, "", answer.length);
    if (!sameVersion(asked, answer))
        return anew(Course::Kind::TakeAnew, asked.validator.proves() ? changed : cannotResume, answer.length);
    if (auto shrunk = onShrunk(asked, answer, answer.length)) return *shrunk;
    std::optional<Bytes> total = answer.length ? answer.length : asked.total;
    // What is there was found to be other bytes than the server's: these are wanted as a whole.
    if (asked.distrusted) return anew(Course::Kind::TakeAnew, changed, total);
    // A server that gives no ranges, or not now. The bytes that are there are good until there are more of them.
    return {.kind = Course::Kind::Append, .total = total, .end = total.value_or(std::numeric_limits<Bytes>::max())};
}

// curl/curl#1182: a server that is asked for what lies behind the end of a file says so, and how long the file is.
Course onUnsatisfiable(const Asked& asked, const Answer& answer) {
    if (asked.start == 0)
        return end(never(ends::protocol, "the server refused a range where none was asked for (416)"));
    auto range = parseContentRange(answer.contentRange);
    if (range && range->first) range.reset();
    if (auto shrunk = onShrunk(asked, answer, range ? range->total : std::nullopt)) return *shrunk;
    bool whole = range && range->total == asked.size && sameVersion(asked, answer);
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

std::string flawOf(const Answer& answer) {
    if (!answer.http) return {};
    if (!answer.contentLength.empty() && !parseContentLength(answer.contentLength))
        return "the server says no length that can be believed (Content-Length)";
    if (answer.status == 200 && !answer.contentRange.empty() && !isOfAll(answer))
        return "the server sent a part of the file and called it the whole (200 with a Content-Range)";
    if (!isPlain(answer.contentEncoding) && !isNamed(answer.contentEncoding, answer.url))
        return "the server sent the file in an encoding that nobody asked for (Content-Encoding)";
    return {};
}

std::optional<Bytes> parseContentLength(std::string_view text) {
    std::optional<Bytes> length;
    for (;;) {
        auto one = takeNumber(text);
        if (!one || (length && one != length)) return std::nullopt;
        length = one;
        if (text.empty()) return length;
        if (!take(text, ",")) return std::nullopt;
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    }
}

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
    std::string flaw = answer.status == 200 || answer.status == 206 ? flawOf(answer) : "";
    if (!flaw.empty()) return end(never(ends::protocol, std::move(flaw)));
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
