#include "programs/transfer/response.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

#include <curl/curl.h>
#include <fmt/core.h>

#include "base/text/number.hpp"
#include "programs/transfer/access.hpp"

namespace stint::transfer {
namespace {

constexpr std::string_view changed = "changed on the server";
constexpr std::string_view cannotResume = "the server cannot resume";
constexpr std::string_view other = "the next source has another file";
constexpr std::string_view unproven = "the next source does not show that its file is the same";

/// A Last-Modified on 1970's first day is that of a file without a time (of a store, an image), and the same for
/// every such file.
constexpr std::time_t timeless = 24 * 60 * 60;

/// Digits at the front of `text`, taken off.
std::optional<Bytes> takeSize(std::string_view& text) {
    return text.starts_with('-') ? std::nullopt : takeNumber<Bytes>(text);
}

bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

/// The time in a header; -1: none, or several, of which curl would take any.
std::time_t timeIn(const std::string& date) {
    return std::ranges::count(date, ',') > 1 ? -1 : curl_getdate(date.c_str(), nullptr);
}

/// True if `response` is provably of the version that `validator` names (linux.md §B). A 206 may omit Last-Modified
/// beside its ETag (RFC 9110 §15.3.7); an ETag that was not there before may name anything.
bool sameVersion(const Asked& asked, const Response& response) {
    if (response.location != asked.location) return false; // two resources may have the same ETag
    const auto& [kind, text, lastModified] = asked.validator;
    const bool dated = !lastModified.empty() && !response.lastModified.empty();
    switch (kind) {
    case Validator::Kind::None:
        return false;
    case Validator::Kind::ETag:
        return response.etag == text && (!dated || response.lastModified == lastModified);
    case Validator::Kind::LastModified:
        return response.lastModified == text && response.etag.empty();
    }
    return false;
}

enum class Likeness {
    Same,
    Unlike,   ///< provably another file
    Unproven, ///< neither can be told
};

bool isStrongDate(const Response& response);

/// linux.md §B: an ETag names a version on its own server alone. A digest decides in the end; else length and
/// Last-Modified must agree.
Likeness acrossSources(const Asked& asked, const Response& response, std::optional<Bytes> total) {
    const std::string& digest = asked.elsewhere->digest;
    if (total && (*total < asked.size || (asked.total && *total != *asked.total))) return Likeness::Unlike;
    const bool comparable = response.digest.size() == digest.size(); // of one kind: "sha256:" and its digits
    if (!digest.empty() && !response.digest.empty() && comparable && response.digest != digest) return Likeness::Unlike;
    if (!digest.empty()) return Likeness::Same;
    const bool agree =
        total && asked.total && isStrongDate(response) && response.lastModified == lastModifiedOf(asked.validator);
    return agree ? Likeness::Same : Likeness::Unproven;
}

/// `total`: the length of the file, as the response says it.
Likeness likenessOf(const Asked& asked, const Response& response, std::optional<Bytes> total) {
    if (asked.elsewhere) return acrossSources(asked, response, total);
    return sameVersion(asked, response) ? Likeness::Same : Likeness::Unproven;
}

/// True for "bytes 0-99/100" with status 200, which is needless, but true.
bool isOfAll(const Response& response) {
    auto range = parseContentRange(response.contentRange);
    return range && range->first == 0 && range->total && range->last == *range->total - 1 &&
           (!response.length || response.length == range->total);
}

bool isPlain(std::string_view encoding) {
    return encoding.empty() || curl_strequal(std::string(encoding).c_str(), "identity");
}

/// True if the URL's name includes the encoding: many servers send an archive "x.tar.gz" as x.tar encoded with gzip,
/// and the bytes are those of the wanted file.
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

/// The course for a file that is not shown to be the one in place; `reason`: for one of the same source.
Course onOther(const Asked& asked, Likeness likeness, Course::Kind kind, std::string_view reason,
               std::optional<Bytes> total = {}) {
    if (!asked.elsewhere) return anew(kind, reason, total);
    if (likeness == Likeness::Unproven) return anew(kind, unproven, total);
    // Nothing wrong can come of it where the person has said which file it is.
    return asked.elsewhere->given ? anew(kind, other, total) : end(anotherFile());
}

/// The same version cannot be smaller than it was: such a response is truncated or wrong, and the next one may be
/// right. nullopt if it is not smaller, or another version.
std::optional<Course> onShrunk(const Asked& asked, const Response& response, std::optional<Bytes> total) {
    Bytes known = std::max(asked.size, asked.total.value_or(0));
    if (!total || *total >= known || !sameVersion(asked, response)) return std::nullopt;
    return end(later(fmt::format("the server says that the same version of the file has {} bytes, and {} are known",
                                 *total, known)));
}

Course onPartial(const Asked& asked, const Response& response) {
    if (asked.start == 0)
        return end(never(ends::protocol, "the server sent a part of the file where all was asked for"));
    auto range = parseContentRange(response.contentRange);
    const Likeness likeness = likenessOf(asked, response, range ? range->total : std::nullopt);
    if (likeness != Likeness::Same) return onOther(asked, likeness, Course::Kind::AskAnew, changed);
    if (auto shrunk = onShrunk(asked, response, range ? range->total : std::nullopt)) return *shrunk;
    const bool exact = range && range->first == asked.start && range->last && range->total &&
                       *range->last < *range->total && *range->last >= asked.start &&
                       (!response.length || *response.length == *range->last - asked.start + 1);
    if (!exact) return anew(Course::Kind::AskAnew, "the server sent another range than was asked for");
    if (asked.total && *range->total != *asked.total) return anew(Course::Kind::AskAnew, changed);
    return {.kind = Course::Kind::Append, .total = range->total, .start = asked.start, .end = *range->last + 1};
}

Course onWhole(const Asked& asked, const Response& response) {
    if (asked.size == 0) return anew(Course::Kind::TakeAnew, "", response.length);
    const Likeness likeness = likenessOf(asked, response, response.length);
    if (likeness != Likeness::Same)
        return onOther(asked, likeness, Course::Kind::TakeAnew, asked.validator.proves() ? changed : cannotResume,
                       response.length);
    if (auto shrunk = onShrunk(asked, response, response.length)) return *shrunk;
    const std::optional<Bytes> total = response.length ? response.length : asked.total;
    // The bytes in place differ from the server's: get the whole file.
    if (asked.distrusted) return anew(Course::Kind::TakeAnew, changed, total);
    // The server gives no ranges, or not now. The bytes in place are kept until there are more.
    return {.kind = Course::Kind::Append, .total = total, .end = total.value_or(std::numeric_limits<Bytes>::max())};
}

// curl/curl#1182: asked for bytes behind the end of a file, a server refuses, and says how long the file is.
Course onUnsatisfiable(const Asked& asked, const Response& response) {
    if (asked.start == 0)
        return end(never(ends::protocol, "the server refused a range where none was asked for (416)"));
    auto range = parseContentRange(response.contentRange);
    if (range && range->first) range.reset();
    if (auto shrunk = onShrunk(asked, response, range ? range->total : std::nullopt)) return *shrunk;
    const Likeness likeness = likenessOf(asked, response, range ? range->total : std::nullopt);
    const bool whole = range && range->total == asked.size && likeness == Likeness::Same;
    if (whole) return {.kind = Course::Kind::Complete};
    return onOther(asked, likeness == Likeness::Same ? Likeness::Unproven : likeness, Course::Kind::AskAnew, changed);
}

// RFC 9110 §8.8.2.2: a date is strong if the file was not just written when it was served: else it may have been
// written twice within that second. The RFC asks for one second at least; the 60 of its predecessor allow for two
// clocks.
bool isStrongDate(const Response& response) {
    if (response.lastModified.empty() || response.date.empty()) return false;
    const std::time_t modified = timeIn(response.lastModified);
    const std::time_t served = timeIn(response.date);
    return modified >= timeless && served >= 0 && served - modified >= 60;
}

Ending busy(const Response& response) {
    std::string text = fmt::format("the server cannot answer now ({})", statusText(response));
    // PROPOSAL: the contract can only retry with the job's back-off, so a longer wait is shown, but not obeyed.
    if (response.retryAfter) text += fmt::format(", and asks to wait {} s", response.retryAfter->count());
    return later(std::move(text));
}

} // namespace

std::string flawOf(const Response& response) {
    if (!response.http || (response.status != 200 && response.status != 206)) return {};
    if (!response.contentLength.empty() && !parseContentLength(response.contentLength))
        return "the server says no length that can be believed (Content-Length)";
    if (response.status == 200 && !response.contentRange.empty() && !isOfAll(response))
        return "the server sent a part of the file and called it the whole (200 with a Content-Range)";
    if (!isPlain(response.contentEncoding) && !isNamed(response.contentEncoding, response.url))
        return "the server sent the file in an encoding that nobody asked for (Content-Encoding)";
    // curl would decode it (RFC 9112 §7.4: never without TE), and a few bytes become as many as one likes.
    if (!isPlain(response.transferEncoding) && !curl_strequal(response.transferEncoding.c_str(), "chunked"))
        return std::string(encodedOnTheWay);
    return {};
}

std::optional<Bytes> parseContentLength(std::string_view text) {
    std::optional<Bytes> length;
    for (;;) {
        auto one = takeSize(text);
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
        range.first = takeSize(text);
        if (!range.first || !take(text, "-")) return std::nullopt;
        range.last = takeSize(text);
        if (!range.last) return std::nullopt;
    }
    if (!take(text, "/")) return std::nullopt;
    if (take(text, "*")) return text.empty() ? std::optional(range) : std::nullopt;
    range.total = takeSize(text);
    return range.total && text.empty() ? std::optional(range) : std::nullopt;
}

bool isStrongETag(std::string_view tag) {
    if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return false;
    tag = tag.substr(1, tag.size() - 2);
    return std::all_of(tag.begin(), tag.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
}

Validator strongValidator(const Response& response) {
    if (isStrongETag(response.etag)) return {Validator::Kind::ETag, response.etag, response.lastModified};
    // RFC 9110 §13.1.5: a date is allowed in If-Range only without any ETag; a weak ETag also means that the bytes
    // may differ.
    if (!response.etag.empty() || !isStrongDate(response)) return {};
    return {Validator::Kind::LastModified, response.lastModified, {}};
}

const std::string& lastModifiedOf(const Validator& validator) {
    return validator.kind == Validator::Kind::LastModified ? validator.text : validator.lastModified;
}

Ending anotherFile() { return never(ends::badData, "it has another file than what is there, which is kept"); }

Course decide(const Asked& asked, const Response& response) {
    if (!response.http) return onWhole(asked, response);
    if (std::string flaw = flawOf(response); !flaw.empty()) return end(never(ends::protocol, std::move(flaw)));
    switch (response.status) {
    case 200:
        return onWhole(asked, response);
    case 206:
        return onPartial(asked, response);
    case 416:
        return onUnsatisfiable(asked, response);
    case 412: // no server should answer an If-Range like this, but some do
        if (asked.start > 0) return anew(Course::Kind::AskAnew, changed);
        return end(refusal(response));
    default:
        return end(refusal(response));
    }
}

std::string statusText(const Response& response) {
    // RFC 9110 §15, RFC 6585; HTTP/2 does not send the words.
    // clang-format off
    constexpr std::array<std::pair<long, std::string_view>, 25> words{{
        {400, "Bad Request"}, {401, "Unauthorized"}, {402, "Payment Required"}, {403, "Forbidden"},
        {404, "Not Found"}, {405, "Method Not Allowed"}, {406, "Not Acceptable"},
        {407, "Proxy Authentication Required"}, {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"},
        {411, "Length Required"}, {412, "Precondition Failed"}, {413, "Content Too Large"}, {423, "Locked"},
        {425, "Too Early"}, {429, "Too Many Requests"}, {451, "Unavailable For Legal Reasons"},
        {500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"},
        {503, "Service Unavailable"}, {504, "Gateway Timeout"}, {507, "Insufficient Storage"},
        {511, "Network Authentication Required"}}};
    // clang-format on
    const auto known = std::ranges::find(words, response.status, &std::pair<long, std::string_view>::first);
    if (!response.http || known == words.end()) return fmt::format("{}", response.status);
    return fmt::format("{} {}", response.status, known->second);
}

Ending refusal(const Response& response) {
    switch (response.status) {
    case 404:
    case 410:
        return never(ends::noInput, fmt::format("the server has no such file ({})", statusText(response)));
    case 401:
        return never(ends::refused, fmt::format("the server wants a name and a password that it knows ({}): --user, "
                                                "--netrc",
                                                statusText(response)));
    case 407:
        return never(ends::refused, fmt::format("the proxy wants a name and a password that it knows ({}): --proxy "
                                                "http://NAME:PASSWORD@HOST",
                                                statusText(response)));
    case 403:
    case 451:
        return never(ends::refused, fmt::format("the server refuses it ({})", statusText(response)));
    case 408:
    case 425:
    case 429:
        return busy(response);
    default:
        if (response.status >= 500 && response.status < 600) return busy(response);
        return never(ends::protocol,
                     fmt::format("the server answered {}, which is not a success", statusText(response)));
    }
}

} // namespace stint::transfer
