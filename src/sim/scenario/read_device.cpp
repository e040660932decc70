// scenario.md, device: the keys of contract/model/device_fields.hpp, kept as words; the world makes a device of them.
#include <charconv>

#include "base/time/time.hpp"
#include "contract/model/device_fields.hpp"
#include "sim/scenario/parts.hpp"

namespace stint::sim {
namespace {

// The row of the key decides which values are right. Choices are looked at apart only for a better complaint.
std::string readText(Yaml& yaml, const Node& value, const DeviceField& field, std::string_view name) {
    const auto choices = field.played.empty() ? field.choices : field.played;
    if (!choices.empty()) return readWord(yaml, value, name, choices);
    std::string text = yaml.text(value, name);
    Device scratch;
    const bool spoken = text == "yes" || text == "no"; // the command line's words
    if (value.IsScalar() && (spoken || !field.set(scratch, text, {})))
        yaml.complain(locationOf(value), "{} cannot be \"{}\"; it is {}", name, text, field.takes);
    return text;
}

void readNetwork(Yaml& yaml, const Node& node, DeviceWords& words) {
    if (node.IsScalar()) {
        yaml.word<bool>(node, "network", {{noNetwork, true}});
        words["network"] = noNetwork;
        return;
    }
    words["network"] = someNetwork;
    std::vector<Key> keys;
    for (const DeviceField& field : deviceFields())
        if (field.key.starts_with(networkPrefix)) {
            const std::string_view name = field.key.substr(networkPrefix.size());
            keys.push_back({name, [&yaml, &words, &field, name](const Node& value) {
                                words[std::string(field.key)] = readText(yaml, value, field, name);
                            }});
        }
    yaml.mapOf(node, "network", keys);
}

} // namespace

DeviceWords readDevice(Yaml& yaml, const Node& node) {
    DeviceWords words;
    std::vector<Key> keys;
    for (const DeviceField& field : deviceFields()) {
        if (!field.scenario || field.key.starts_with(networkPrefix)) continue;
        if (field.key == "network")
            keys.push_back({field.key, [&](const Node& value) { readNetwork(yaml, value, words); }});
        else
            keys.push_back({field.key, [&yaml, &words, &field](const Node& value) {
                                words[std::string(field.key)] = readText(yaml, value, field, field.key);
                            }});
    }
    yaml.mapOf(node, "device", keys);
    return words;
}

} // namespace stint::sim
