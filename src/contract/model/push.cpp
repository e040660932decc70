#include "contract/model/push.hpp"

namespace stint {

std::optional<Urgency> urgencyNamed(std::string_view name) {
    for (const Urgency urgency : {Urgency::VeryLow, Urgency::Low, Urgency::Normal, Urgency::High})
        if (nameOf(urgency) == name) return urgency;
    return name == "very-low" ? std::optional(Urgency::VeryLow) : std::nullopt;
}

} // namespace stint
