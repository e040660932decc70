// The network sensor (linux.md §A.4).
#include "stintd/device/kernel_links.hpp"
#include "stintd/device/modem_manager.hpp"
#include "stintd/device/network_manager.hpp"
#include "stintd/device/sensor.hpp"

namespace stint {
namespace {

constexpr std::string_view managerWord = "NetworkManager", kernelWordOfNetwork = "netlink";

/// Unites the kernel's links, NetworkManager's data on them, a modem's roaming, a person's marks and the policy's
/// rules, by network_links.hpp.
class NetworkSensor final : public Sensor {
public:
    explicit NetworkSensor(const SensorSources& sources)
        : marks_(sources.marks), rules_(sources.rules), kernel_(sources.loop, sources.changed),
          manager_(sources.system, sources.changed), modems_(sources.system, sources.changed) {}

    std::string_view name() const override { return picture_.byManager ? managerWord : kernelWordOfNetwork; }
    std::string_view topic() const override { return "network"; }
    bool isAsking() const override { return manager_.isAsking() || modems_.isAsking(); }
    std::string_view wants() const override { return "the kernel's rtnetlink, or NetworkManager on the system bus"; }

    std::string reads() const override {
        if (!isKnown_) return {};
        std::string text = "the kernel's links and routes (netlink)";
        if (manager_.says()) text += ", NetworkManager on the system bus";
        if (modems_.hasModem()) text += ", ModemManager";
        if (picture_.network && picture_.guessesInternet)
            text += manager_.says() && !manager_.says()->checks
                        ? "; that the internet is there is a guess: NetworkManager checks no connectivity"
                        : "; that the internet is there is a guess: nobody checks connectivity";
        return text;
    }

    std::vector<std::string_view> tell(Device& device) const override {
        look();
        if (!isKnown_) return {};
        device.network = picture_.network;
        if (!device.network) return {"network"};
        return {"network",          "network.transport", "network.metered", "network.roaming",
                "network.internet", "network.validated", "network.down",    "network.up"};
    }

    std::vector<DeviceValue> more(const Device& device) const override {
        if (!picture_.network || !device.network) return {};
        const std::string source(name());
        std::vector<DeviceValue> values{{"network.name", picture_.name, source},
                                        {"network.interface", picture_.network->interface, source},
                                        {"network.metered_by", picture_.meteredBy, source}};
        if (picture_.network->has(NET_CAPABILITY_CAPTIVE_PORTAL))
            values.push_back({"network.captive_portal", "true", source});
        if (picture_.guessesInternet) values.push_back({"network.validated_by", "a guess", source});
        return values;
    }

    std::vector<NetworkSeen> networks() const override { return picture_.seen; }

private:
    /// Asks the kernel alone, which answers at once; the services' last answers are used.
    void look() const {
        const auto& kernel = kernel_.now();
        const auto& said = manager_.says();
        if (!kernel && !said) return;
        // A machine that never had an interface, such as a container, may reach the world in a way that nobody reports.
        if (!isKnown_ && !said && kernel->empty()) return;
        management_ = remembered(management_, said, kernel);
        picture_ = pictureOf(kernel, management_, modems_.isRoaming(), marks_, rules_);
        isKnown_ = true;
    }

    const NetworkMarks& marks_;
    const NetworkRules& rules_;
    mutable KernelLinks kernel_;
    NetworkManager manager_;
    ModemManager modems_;
    // Set by look().
    mutable Management management_;
    mutable NetworkPicture picture_;
    mutable bool isKnown_ = false;
};

} // namespace

std::unique_ptr<Sensor> networkSensor(const SensorSources& sources) { return std::make_unique<NetworkSensor>(sources); }

} // namespace stint
