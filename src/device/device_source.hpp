// Where the device's state comes from: the embedded default (mains power, network up), what sensors know, and a
// person's word over all of it (`stint device set`).
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "device/sensor.hpp"
#include "stint/result.hpp"

namespace stint {

class DeviceSource {
public:
    /// `volume`: a path on the volume whose free space counts.
    explicit DeviceSource(std::filesystem::path volume);

    /// The state now, by what the sensors read.
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
    /// Who has told which value.
    using Tellers = std::map<std::string_view, std::string_view>;
    Device read(Tellers& tellers) const;

    std::vector<std::unique_ptr<Sensor>> sensors_;
    std::map<std::string, std::string> overrides_;
};

} // namespace stint
