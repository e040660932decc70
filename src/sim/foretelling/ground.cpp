#include "sim/foretelling/ground.hpp"

#include <algorithm>

namespace stint::foretelling {

void Agenda::at(Duration when, What what, Nth device, std::uint32_t number) {
    items_.push_back({std::max(when, now_), ordered_++, device, number, what});
    std::ranges::push_heap(items_, std::greater<>{});
}

Agenda::Item Agenda::take() {
    std::ranges::pop_heap(items_, std::greater<>{});
    const Item item = items_.back();
    items_.pop_back();
    now_ = item.when;
    return item;
}

} // namespace stint::foretelling
