#include "push/keys/revoked.hpp"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/unix/folder.hpp"
#include "push/envelope/names.hpp"
#include "push/keys/nkey.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {
namespace {

constexpr const char* revokedName = "revoked";
constexpr std::string_view unknownKey = "-";
constexpr Bytes longestRevoked = 4 << 20;

/// "DEVICE KEY MILLISECONDS"
std::optional<Revoked> revokedIn(std::string_view line) {
    const auto parts = splitAt(line, " ");
    if (parts.size() != 3 || !isDevice(parts[0])) return std::nullopt;
    const bool isKnown = parts[1] != unknownKey;
    const auto since = numberIn<std::int64_t>(parts[2]);
    if (!since || (isKnown && !isNkey(Nkey::Role::User, parts[1]))) return std::nullopt;
    return Revoked{std::string(parts[0]), isKnown ? std::string(parts[1]) : std::string(), WallTime(Duration(*since))};
}

} // namespace

Result<std::vector<Revoked>> readRevoked(const std::filesystem::path& data) {
    const Folder folder = STINT_TRY(Folder::open(data));
    if (folder.standing(revokedName) == Folder::Standing::Absent) return std::vector<Revoked>();
    const Fd opened = STINT_TRY(privateFile(data / revokedName));
    const auto text = readAtMost(opened.get(), longestRevoked);
    if (!text) return diskRefused("read", data / revokedName);
    std::vector<Revoked> all;
    for (const std::string_view line : splitAt(*text, "\n"))
        if (auto one = revokedIn(line)) all.push_back(*std::move(one));
    return all;
}

Result<void> writeRevoked(const std::filesystem::path& data, const std::vector<Revoked>& all) {
    std::string text;
    for (const Revoked& one : all)
        text += fmt::format("{} {} {}\n", one.device, one.key.empty() ? unknownKey : one.key,
                            one.since.time_since_epoch().count());
    const Folder folder = STINT_TRY(Folder::open(data));
    return writePrivateFile(folder, revokedName, text);
}

} // namespace stint::push
