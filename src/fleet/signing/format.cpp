#include "fleet/signing/format.hpp"

#include <algorithm>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"

namespace stint::fleet {
namespace {

// Nobody calls libsodium before main().
[[maybe_unused]] const int isReady = sodium_init();

} // namespace

Result<std::vector<std::string_view>> linesOf(std::string_view file, std::size_t count, std::string_view what) {
    const auto wrong = [&](std::string_view why) {
        return fail(Errc::ILLEGAL_ARGUMENT, "this is no {} of minisign: {}", what, why);
    };
    if (file.size() > count * (trusted.size() + untrusted.size() + longestComment)) return wrong("it is too long");
    if (file.find('\r') != std::string_view::npos) return wrong("its lines may not end in carriage returns");
    auto lines = splitAt(file, "\n");
    if (lines.size() != count + 1 || !lines.back().empty())
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "this is no {} of minisign: it must have {} lines, and end with the last one's line feed", what,
                    count);
    lines.pop_back();
    if (!lines.front().starts_with(untrusted)) return wrong("it must begin with \"untrusted comment: \"");
    if (const auto comment = checkComment(lines.front().substr(untrusted.size())); !comment.ok())
        return wrong(comment.error().message);
    return lines;
}

Result<void> checkComment(std::string_view comment) {
    if (comment.size() > longestComment)
        return fail(Errc::ILLEGAL_ARGUMENT, "a comment has {} bytes at most", longestComment);
    for (const auto part : splitAt(comment, "\t"))
        if (printable(part) != part)
            return fail(Errc::ILLEGAL_ARGUMENT, "a comment has no control characters, and is UTF-8");
    return {};
}

std::string in64(ByteSpan bytes) {
    std::string text(lengthIn64(bytes.size()) + 1, '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();
    return text;
}

bool from64(std::string_view text, std::span<unsigned char> room) {
    // libsodium 1.0.18 takes each byte above ASCII for a "/".
    const auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    std::size_t size = 0;
    return std::ranges::all_of(text, isAscii) &&
           sodium_base642bin(room.data(), room.size(), text.data(), text.size(), nullptr, &size, nullptr,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           size == room.size();
}

} // namespace stint::fleet
