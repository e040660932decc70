#include "cli/download.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <unistd.h>

#include "base/fail.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

constexpr std::array<std::string_view, 3> schemes{"http", "https", "ftp"};
// 255 bytes are a name's limit on every Linux file system; ".", ".stint-part" and a sidecar's suffix are put around it.
constexpr std::size_t longestName = 200;

std::string lower(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) { return std::tolower(c); });
    return made;
}

std::optional<unsigned char> hexByte(std::string_view two) {
    if (two.size() < 2 || !std::isxdigit(static_cast<unsigned char>(two[0])) ||
        !std::isxdigit(static_cast<unsigned char>(two[1])))
        return std::nullopt;
    return static_cast<unsigned char>(std::stoi(std::string(two.substr(0, 2)), nullptr, 16));
}

std::string percentDecoded(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = text[i] == '%' ? hexByte(text.substr(i + 1)) : std::nullopt;
        made += byte ? static_cast<char>(*byte) : text[i];
        if (byte) i += 2;
    }
    return made;
}

/// What stands between the host and the query.
std::string_view pathOf(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    auto colon = url.find("://");
    if (colon != std::string_view::npos) url.remove_prefix(colon + 3);
    auto slash = url.find('/');
    return slash == std::string_view::npos ? std::string_view{} : url.substr(slash + 1);
}

std::string harmless(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        std::string_view before = text;
        char32_t point = takeCodePoint(text);
        bool keep = point != U'/' && point != 0xFFFD && !steers(point);
        made += keep ? before.substr(0, before.size() - text.size()) : "_";
    }
    return made;
}

/// Cut in the middle of no character; the extension stays.
std::string cutToLength(std::string name) {
    if (name.size() <= longestName) return name;
    auto dot = name.rfind('.');
    std::string extension = dot != std::string::npos && name.size() - dot <= 16 ? name.substr(dot) : "";
    std::size_t end = longestName - extension.size();
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
        --end;
    return name.substr(0, end) + extension;
}

} // namespace

Result<void> checkUrl(std::string_view url) {
    constexpr std::string_view supported = "http://, https:// and ftp:// are supported";
    auto colon = url.find("://");
    if (colon == std::string_view::npos || colon == 0)
        return fail(Errc::IllegalArgument, "\"{}\" has no scheme: {}", printable(url), supported);
    std::string scheme = lower(url.substr(0, colon));
    if (std::find(schemes.begin(), schemes.end(), scheme) == schemes.end())
        return fail(Errc::IllegalArgument, "the scheme \"{}\" is not supported: {}", printable(scheme), supported);
    std::string_view authority = url.substr(colon + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    std::string_view host = authority.substr(authority.rfind('@') + 1); // npos + 1 is 0
    if (host.empty() || host.front() == ':')
        return fail(Errc::IllegalArgument, "\"{}\" names no host: write {}://HOST/PATH", printable(url), scheme);
    auto bad = std::find_if(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
    if (bad != url.end())
        return fail(Errc::IllegalArgument, "\"{}\" has a blank or a control character at {}: write it as %{:02X}",
                    printable(url), bad - url.begin() + 1, static_cast<unsigned char>(*bad));
    return {};
}

Result<std::string> parseChecksum(std::string_view text) {
    constexpr std::string_view algorithm = "sha256:";
    std::string made = lower(text);
    if (!made.starts_with(algorithm))
        return fail(Errc::IllegalArgument, "the checksum \"{}\" is of no known kind: write sha256:HEX",
                    printable(text));
    std::string digits = made.substr(algorithm.size());
    bool hex = std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c); });
    if (!hex || digits.size() != 64)
        return fail(Errc::IllegalArgument, "a SHA-256 checksum has 64 hexadecimal digits, \"{}\" has {}{}",
                    printable(digits), digits.size(), hex ? "" : " and others among them");
    return made;
}

std::string nameFromUrl(std::string_view url) {
    std::string_view path = pathOf(url);
    // Decoded only after it was split: %2F is part of a name, and then no longer a slash.
    std::string name = harmless(percentDecoded(path.substr(path.rfind('/') + 1)));
    if (name.empty()) return "index.html";
    if (name.front() == '.' || name.front() == '-') name.front() = '_';
    return cutToLength(std::move(name));
}

std::filesystem::path targetOf(std::string_view url, const std::optional<std::string>& output,
                               const std::filesystem::path& here) {
    if (!output) return here / nameFromUrl(url);
    std::filesystem::path given = (here / *output).lexically_normal(); // an absolute one replaces `here`
    std::error_code ignored;
    if (!given.has_filename() || std::filesystem::is_directory(given, ignored)) return given / nameFromUrl(url);
    return given;
}

Result<void> checkTarget(const std::filesystem::path& target, bool overwrite) {
    namespace fs = std::filesystem;
    std::error_code error;
    fs::path directory = target.parent_path();
    if (!fs::is_directory(directory, error))
        return fail(Errc::System, "there is no directory {}: create it, or name another with -o",
                    printable(directory.native()));
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return fail(Errc::System, "the directory {} may not be written to", printable(directory.native()));
    auto kind = fs::symlink_status(target, error).type();
    if (kind == fs::file_type::not_found) return {};
    if (kind == fs::file_type::directory) return fail(Errc::System, "{} is a directory", printable(target.native()));
    if (!overwrite)
        return fail(Errc::System, "{} exists already: name another with -o, or replace it with --force",
                    printable(target.native()));
    return {};
}

} // namespace stint::cli
