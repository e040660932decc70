#include "faces/cli/transfer/download.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "faces/cli/transfer/transfer_options.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/text.hpp"
#include "programs/spool/transfers.hpp"

namespace stint::cli {
namespace {

constexpr std::array<std::string_view, 3> schemes{"http", "https", "ftp"};

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

/// The part between the host and the query.
std::string_view pathOf(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    auto colon = url.find("://");
    if (colon != std::string_view::npos) url.remove_prefix(colon + 3);
    auto slash = url.find('/');
    return slash == std::string_view::npos ? std::string_view{} : url.substr(slash + 1);
}

} // namespace

Result<void> checkUrl(std::string_view url) {
    constexpr std::string_view supported = "http://, https:// and ftp:// are supported";
    auto colon = url.find("://");
    if (colon == std::string_view::npos || colon == 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" has no scheme: {}", printable(url), supported);
    std::string scheme = lowered(url.substr(0, colon));
    if (std::find(schemes.begin(), schemes.end(), scheme) == schemes.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "the scheme \"{}\" is not supported: {}", printable(scheme), supported);
    std::string_view authority = url.substr(colon + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    const std::string_view host = authority.substr(authority.rfind('@') + 1); // npos + 1 is 0
    if (host.empty() || host.front() == ':')
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" names no host: write {}://HOST/PATH", printable(url), scheme);
    auto bad = std::find_if(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
    if (bad != url.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" has a blank or a control character at {}: write it as %{:02X}",
                    printable(url), bad - url.begin() + 1, static_cast<unsigned char>(*bad));
    return {};
}

std::string nameFromUrl(std::string_view url) {
    const std::string_view path = pathOf(url);
    // Decoded only after it was split: %2F is part of a name.
    const std::string name = harmlessFileName(percentDecoded(path.substr(path.rfind('/') + 1)));
    return name.empty() ? "index.html" : name;
}

std::filesystem::path targetOf(std::string_view url, const std::optional<std::string>& output,
                               const std::filesystem::path& here) {
    if (!output) return here / nameFromUrl(url);
    std::filesystem::path given = (here / *output).lexically_normal(); // an absolute one replaces `here`
    std::error_code ignored;
    if (!given.has_filename() || std::filesystem::is_directory(given, ignored)) return given / nameFromUrl(url);
    return given;
}

Result<void> checkText(const std::filesystem::path& path) {
    for (std::string_view text = path.native(); !text.empty();) {
        const std::size_t before = text.size();
        if (takeCodePoint(text) == 0xFFFD && before - text.size() == 1) // U+FFFD itself has three bytes
            return fail(Errc::SYSTEM, "the name {} is not UTF-8: rename it, or choose another",
                        printable(path.native()));
    }
    return {};
}

Result<void> checkTarget(const std::filesystem::path& target, bool overwrite) {
    namespace fs = std::filesystem;
    STINT_TRY(checkText(target));
    std::error_code error;
    const fs::path directory = target.parent_path();
    if (!fs::is_directory(directory, error))
        return fail(Errc::SYSTEM, "there is no directory {}: make it (--create-dirs), or name another with -o",
                    printable(directory.native()));
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return fail(Errc::SYSTEM, "the directory {} may not be written to", printable(directory.native()));
    auto kind = fs::symlink_status(target, error).type();
    if (kind == fs::file_type::not_found) return {};
    if (kind == fs::file_type::none)
        return fail(Errc::SYSTEM, "cannot create {}: {}", printable(target.native()), error.message());
    if (kind == fs::file_type::directory) return fail(Errc::SYSTEM, "{} is a directory", printable(target.native()));
    // A device, a pipe, a socket or a link, which may be /dev/stdout: --force is not meant for these.
    if (kind != fs::file_type::regular)
        return fail(Errc::SYSTEM, "{} exists, and is not a regular file: name another with -o",
                    printable(target.native()));
    if (!overwrite)
        return fail(Errc::SYSTEM, "{} exists already: name another with -o, or replace it with --force",
                    printable(target.native()));
    return {};
}

namespace {

/// The path of the file that the job makes; empty: none that is known.
std::filesystem::path outputOf(const JobView& job) {
    return job.info ? job.info->getExtras().getString("output") : std::string();
}

/// True if both paths, which end with one name, are one file: links and mounts may lead to one directory by many paths.
bool isSameFile(const std::filesystem::path& one, const std::filesystem::path& other) {
    std::error_code gone; // then it is no directory that `other` is in
    return one == other || std::filesystem::equivalent(one.parent_path(), other.parent_path(), gone);
}

} // namespace

LiveTargets::LiveTargets(const std::vector<JobView>& live) {
    for (const JobView& job : live)
        if (const auto output = outputOf(job); !output.empty()) byName_.emplace(output.filename().native(), &job);
}

Result<void> LiveTargets::checkVacant(const std::filesystem::path& target) const {
    const auto [first, last] = byName_.equal_range(target.filename().native());
    for (const auto& [name, job] : std::ranges::subrange(first, last)) {
        if (!isSameFile(target, outputOf(*job))) continue;
        return fail(Errc::ILLEGAL_STATE,
                    "{} is already the file of {} ({}); name another with -o, or follow that one with `stint watch {}`",
                    printable(target.native()), textOf(job->key),
                    printable(withoutSecrets(job->info->getExtras().getString("url"))), shortTextOf(job->key));
    }
    return {};
}

} // namespace stint::cli
