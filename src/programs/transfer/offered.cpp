#include "programs/transfer/offered.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <vector>

#include <curl/curl.h>

#include "programs/spool/transfer_words.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer {
namespace {

std::string lower(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) { return std::tolower(c); });
    return made;
}

/// `text` split at separators outside quotes.
std::vector<std::string_view> pieces(std::string_view text, char separator) {
    std::vector<std::string_view> all;
    std::size_t from = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == separator && !quoted) {
            all.push_back(trimmed(text.substr(from, i - from)));
            from = i + 1;
        }
    }
    all.push_back(trimmed(text.substr(from)));
    return all;
}

/// "name=value", the name in lower case.
std::pair<std::string, std::string_view> assignment(std::string_view piece) {
    auto equals = piece.find('=');
    if (equals == std::string_view::npos) return {};
    return {lower(trimmed(piece.substr(0, equals))), trimmed(piece.substr(equals + 1))};
}

std::string unquoted(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
    std::string made;
    value = value.substr(1, value.size() - 2);
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        made += value[i];
    }
    return made;
}

/// RFC 8187: "UTF-8''na%20me". Other character sets are ignored.
std::string extended(std::string_view value) {
    if (!lower(value.substr(0, 6)).starts_with("utf-8'")) return {};
    value.remove_prefix(6);
    auto end = value.find('\'');
    if (end == std::string_view::npos) return {};
    value.remove_prefix(end + 1);
    if (value.empty()) return {}; // to curl, a length of 0 means up to the next NUL
    int length = 0;
    char* bytes = curl_easy_unescape(nullptr, value.data(), static_cast<int>(value.size()), &length);
    std::string made(bytes ? bytes : "", static_cast<std::size_t>(length));
    curl_free(bytes);
    return made;
}

/// Windows servers may send a whole path.
std::string_view lastPart(std::string_view name) { return name.substr(name.find_last_of("/\\") + 1); }

std::string checksumOf(std::string_view algorithm, std::string_view base64) {
    auto bytes = fromBase64(base64);
    if (!bytes) return {};
    auto checked = parseChecksum(std::string(algorithm) + ":" + toHex(*bytes)); // checks the length
    return checked ? *checked : "";
}

std::string strongest(const std::map<std::string, std::string_view>& digests) {
    for (auto [name, algorithm] : {std::pair{"sha-512", "sha512"}, {"sha-256", "sha256"}})
        if (auto found = digests.find(name); found != digests.end())
            if (std::string made = checksumOf(algorithm, found->second); !made.empty()) return made;
    return {};
}

} // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = std::min(text.find_first_not_of(blank), text.size());
    return text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

std::string offeredName(std::string_view contentDisposition) {
    std::string plain;
    std::string international;
    for (const std::string_view piece : pieces(contentDisposition, ';')) {
        auto [name, value] = assignment(piece);
        if (name == "filename") plain = unquoted(value);
        if (name == "filename*") international = extended(value);
    }
    return harmlessFileName(lastPart(international.empty() ? plain : international));
}

std::string offeredDigest(std::string_view reprDigest, std::string_view digest) {
    std::map<std::string, std::string_view> structured;
    std::map<std::string, std::string_view> plain;
    for (const std::string_view piece : pieces(reprDigest, ',')) {
        auto [name, value] = assignment(piece.substr(0, piece.find(';')));
        if (value.size() > 2 && value.front() == ':' && value.back() == ':')
            structured[name] = value.substr(1, value.size() - 2);
    }
    for (const std::string_view piece : pieces(digest, ',')) {
        auto [name, value] = assignment(piece);
        plain[name] = value;
    }
    const std::string made = strongest(structured);
    return made.empty() ? strongest(plain) : made;
}

std::string digestInSums(std::string_view text, std::string_view name) {
    for (const std::string_view line : pieces(text, '\n')) {
        std::string_view digits = line;
        std::string_view of = name;
        if (line.starts_with("SHA256 (")) {
            auto end = line.rfind(") = ");
            if (end == std::string_view::npos) continue;
            of = line.substr(8, end - 8);
            digits = line.substr(end + 4);
        } else if (auto blank = line.find_first_of(" \t"); blank != std::string_view::npos) {
            digits = line.substr(0, blank);
            of = trimmed(line.substr(blank));
            if (of.starts_with('*')) of.remove_prefix(1); // sha256sum's mark of a binary file
        }
        auto checked = parseChecksum("sha256:" + std::string(digits));
        if (checked && lastPart(of) == name) return *checked;
    }
    return {};
}

} // namespace stint::transfer
