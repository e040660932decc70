#include "push/line/owners.hpp"

#include <fmt/format.h>

#include "base/result/containers.hpp"
#include "link/wire/connect.hpp"

namespace stint::push {

// A change that comes before the answer is older than that.
void Owners::follow(const std::set<std::string>& names) {
    std::erase_if(names_, [&](const auto& known) { return !names.contains(known.first); });
    for (const std::string& name : names) {
        const auto [made, isNew] = names_.try_emplace(name);
        if (!isNew) continue;
        sd_bus_slot* slot = nullptr;
        const auto rule = wire::ownerChanges(fmt::format("arg0='{}'", name));
        if (sd_bus_add_match_async(bus_, &slot, rule.c_str(), changed, nullptr, this) < 0) continue;
        made->second.changes.reset(slot);
        (void)wire::askOwner(bus_, made->second.question, name, answered, &made->second);
    }
}

int Owners::changed(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& names = static_cast<Owners*>(self)->names_;
    const auto change = wire::ownerChangeIn(signal);
    Name* const name = change ? findIn(names, change->name) : nullptr;
    if (name) name->owner = change->owner;
    return 0;
}

int Owners::answered(sd_bus_message* answer, void* it, sd_bus_error*) {
    auto& name = *static_cast<Name*>(it);
    const wire::Slot ended = std::move(name.question);
    name.owner = wire::ownerIn(answer);
    return 0;
}

std::string Owners::nameOf(const std::string& connection) const {
    for (const auto& [name, known] : names_)
        if (known.owner == connection) return name;
    return {};
}

} // namespace stint::push
