#include "push/endpoint/location.hpp"

#include <fmt/core.h>

#include "base/text/words.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/keys/sealing.hpp"

namespace stint::push {
namespace {

constexpr std::size_t longestLocation = 256;
constexpr std::string_view sealedFor = "location"; // so that nothing else that these keys seal is one

} // namespace

std::string locationOf(const Located& located, const ServerKeys& keys) {
    const std::string plain =
        fmt::format("{} {} {} {}", sealedFor, letterOf(located.urgency), located.registration, located.id);
    return fmt::format("{}{}/{}", locationPath, in64(sealedText(plain, keys)), located.id);
}

std::optional<Located> locatedAt(std::string_view path, const ServerKeys& keys) {
    if (path.size() > longestLocation || !path.starts_with(locationPath)) return std::nullopt;
    const auto parts = splitAt(path.substr(locationPath.size()), "/");
    if (parts.size() != 2) return std::nullopt;
    const auto sealed = from64(parts[0]);
    const auto plain = sealed ? unsealedText(*sealed, keys) : std::nullopt;
    if (!plain) return std::nullopt;
    const auto words = splitAt(*plain, " ");
    if (words.size() != 4 || words[0] != sealedFor || words[3] != parts[1]) return std::nullopt;
    const auto urgency = urgencyOf(words[1]);
    if (!urgency || !isRegistration(words[2])) return std::nullopt;
    return Located{std::string(words[2]), *urgency, std::string(words[3])};
}

} // namespace stint::push
