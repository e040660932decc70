// Where the device's state comes from: the embedded default (mains power, network up), free space by statvfs, and a
// person's word over all of it (`stint device set`). System services are further sources of the same values.
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/device.hpp"
#include "stint/result.hpp"

namespace stint {

/// One value as a person sees it.
struct DeviceValue {
    std::string key; ///< scenario.md's device table: "network.metered"
    std::string value;
    std::string source; ///< "embedded default", "set", "statvfs"
};

class DeviceSource {
public:
    /// `volume`: a path on the volume whose free space counts.
    explicit DeviceSource(std::filesystem::path volume);

    /// The state now. Reads the free space.
    Device read() const;
    std::vector<DeviceValue> values() const;

    /// All or nothing; IllegalArgument names the key, the text, and what would be right. The newest word wins over an
    /// older one that contradicts it: unplugging ends charging, a part of the network brings it up.
    Result<void> set(const std::map<std::string, std::string>& changes);
    /// None named: all. `network` stands for all of its parts.
    Result<void> reset(std::span<const std::string> keys);
    /// A person holds Doze at that, or lets go of it: as set() of the key doze.
    void holdDoze(std::optional<DozeForce> force);
    /// What a store kept; a pair that is not valid any more is dropped.
    void restore(const std::map<std::string, std::string>& overrides);

private:
    std::filesystem::path volume_;
    std::map<std::string, std::string> overrides_;
};

} // namespace stint
