#include "stintd/device/interface_kind.hpp"

#include <algorithm>
#include <array>

#include "base/text/number.hpp"
#include "base/text/split.hpp"
#include "base/unix/proc.hpp"

namespace stint {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 13> tunnels{"tun",    "wireguard", "ppp",  "ipip", "sit",  "gre",      "ip6gre",
                                        "ip6tnl", "vti",       "vti6", "xfrm", "ovpn", "amneziawg"};
constexpr std::array<Names, 3> innerOnes{"bridge", "dummy", "ifb"};
constexpr std::array<Names, 2> phones{"rndis_host", "ipheth"}; // a phone on a cable, sharing its network
constexpr Kbps mostMegabitsOfDriver = 1'000'000;

bool isAmong(const auto& names, Names name) { return std::ranges::find(names, name) != names.end(); }

/// The value of the line DEVTYPE=: "wlan".
std::string deviceType(const std::filesystem::path& interface) {
    constexpr Names key = "DEVTYPE=";
    const std::string text = readFile(interface / "uevent").value_or("");
    for (const std::string_view line : splitAt(text, "\n"))
        if (line.starts_with(key)) return std::string(line.substr(key.size()));
    return {};
}

} // namespace

InterfaceKind interfaceKind(const std::filesystem::path& classNet, const std::string& name, std::string_view driver) {
    const auto interface = classNet / name;
    const std::string type = deviceType(interface);
    std::error_code none;
    if (type == "wwan") return {.transport = TRANSPORT_CELLULAR, .looksMetered = true};
    if (type == "bluetooth") return {.transport = TRANSPORT_BLUETOOTH, .looksMetered = true};
    if (type == "wlan" || std::filesystem::exists(interface / "wireless", none) ||
        std::filesystem::exists(interface / "phy80211", none))
        return {.transport = TRANSPORT_WIFI};
    if (isAmong(tunnels, driver) || type == "ppp" || type == "wireguard") return {.transport = TRANSPORT_VPN};
    const auto hardware = std::filesystem::read_symlink(interface / "device" / "driver", none);
    return {.looksMetered = isAmong(phones, hardware.filename().string()), .isInner = isAmong(innerOnes, driver)};
}

Kbps interfaceRate(const std::filesystem::path& classNet, const std::string& name) {
    std::string text = readFile(classNet / name / "speed").value_or("");
    while (text.ends_with('\n'))
        text.pop_back();
    const auto megabits = numberIn<Kbps>(text);
    return megabits && *megabits > 0 && *megabits <= mostMegabitsOfDriver ? *megabits * 1000 : 0;
}

} // namespace stint
