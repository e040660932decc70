#include "programs/spool/transfer_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/result/fail.hpp"
#include "base/text/code_point.hpp"
#include "base/text/cut.hpp"

namespace stint {
namespace {

// 255 bytes are a name's limit on every Linux file system; ".", ".stint-part" and a sidecar's suffix are put around it.
constexpr std::size_t longestName = 200;

std::string lower(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) { return std::tolower(c); });
    return made;
}

/// Shortens a name without cutting a character; the extension stays.
std::string cutToLength(std::string name) {
    if (name.size() <= longestName) return name;
    auto dot = name.rfind('.');
    const std::string extension = dot != std::string::npos && name.size() - dot <= 16 ? name.substr(dot) : "";
    cut(name, longestName - extension.size());
    return name + extension;
}

/// A token of RFC 9110 §5.6.2.
bool isToken(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    auto fits = [&](unsigned char c) { return std::isalnum(c) != 0 || marks.find(c) != std::string_view::npos; };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

} // namespace

Result<std::string> parseChecksum(std::string_view text) {
    std::string made = lower(text);
    auto colon = std::min(made.find(':'), made.size());
    std::string algorithm = made.substr(0, colon);
    std::size_t wanted = algorithm == "sha256" ? 64 : algorithm == "sha512" ? 128 : 0;
    if (wanted == 0 || colon == made.size())
        return fail(Errc::ILLEGAL_ARGUMENT, "the checksum is of no known kind: write sha256:HEX or sha512:HEX");
    std::string digits = made.substr(colon + 1);
    const bool hex = std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c); });
    if (!hex || digits.size() != wanted)
        return fail(Errc::ILLEGAL_ARGUMENT, "a {} checksum has {} hexadecimal digits, this one has {}{}", algorithm,
                    wanted, digits.size(), hex ? "" : " and others among them");
    return made;
}

std::string harmlessFileName(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::string made;
    while (!text.empty()) {
        const std::string_view before = text;
        const char32_t point = takeCodePoint(text);
        const bool keep = point != U'/' && point != 0xFFFD && !steers(point);
        made += keep ? before.substr(0, before.size() - text.size()) : "_";
    }
    if (!made.empty() && (made.front() == '.' || made.front() == '-')) made.front() = '_';
    made = cutToLength(std::move(made));
    made.resize(made.find_last_not_of(' ') + 1); // npos + 1 is 0
    return made;
}

Result<void> checkHeader(std::string_view line) {
    constexpr std::array<std::string_view, 14> ours{
        "accept-encoding", "connection",   "content-length", "content-range",     "expect",          "if-range",
        "range",           "te",           "tus-resumable",  "transfer-encoding", "upload-checksum", "upload-length",
        "upload-metadata", "upload-offset"};
    auto colon = line.find(':');
    // The value may be a secret: it is not repeated.
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
        return fail(Errc::ILLEGAL_ARGUMENT, "a header is \"Name: value\"");
    std::string name = lower(line.substr(0, colon));
    auto steers = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; };
    if (std::any_of(line.begin(), line.end(), steers))
        return fail(Errc::ILLEGAL_ARGUMENT, "the header \"{}\" holds a control character", name);
    if (std::find(ours.begin(), ours.end(), name) != ours.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "the header \"{}\" is the transfer's own", name);
    return {};
}

} // namespace stint
