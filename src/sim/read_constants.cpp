// scenario.md, constants: overrides of the spec's numbers by their names (limits.md §11, jobs.md §0).
#include "model/constants.hpp"
#include "sim/parts.hpp"

namespace stint::sim {

std::vector<Setting> readConstants(Yaml& yaml, const Node& node) {
    std::vector<Setting> settings;
    Constants scratch;
    yaml.names(node, "constants", [&](const Node& name, const Node& value) {
        Setting setting{locationOf(value), name.Scalar(), yaml.text(value, name.Scalar())};
        if (!value.IsScalar()) return;
        const auto checked = setConstant(scratch, setting.key, setting.text);
        const bool known = constantRow(setting.key).ok();
        if (!checked) yaml.complain(known ? setting.location : locationOf(name), "{}", checked.error().message);
        settings.push_back(std::move(setting));
    });
    if (const auto error = contradiction(scratch)) yaml.complain(locationOf(node), "{}", error->message);
    return settings;
}

} // namespace stint::sim
