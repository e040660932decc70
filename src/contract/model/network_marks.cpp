#include "contract/model/network_marks.hpp"

#include "base/result/fail.hpp"
#include "base/text/printable.hpp"

namespace stint {
namespace {

constexpr std::size_t longestNetworkName = 256; ///< an SSID has 32, an interface 15; a connection's is a person's

} // namespace

Result<void> checkNetworkName(std::string_view name) {
    if (!name.empty() && name.size() <= longestNetworkName && name == printable(name)) return {};
    return fail(Errc::ILLEGAL_ARGUMENT,
                "\"{}\" is no network's name: a connection's, an SSID or an interface, of at most {} bytes",
                printable(name.substr(0, longestNetworkName)), longestNetworkName);
}

Result<std::optional<bool>> meteredNamed(std::string_view word) {
    if (word == "auto") return std::optional<bool>();
    if (word == "metered" || word == "unmetered") return std::optional(word == "metered");
    return fail(Errc::ILLEGAL_ARGUMENT, "a network cannot be \"{}\"; it is metered, unmetered or auto",
                printable(word));
}

} // namespace stint
