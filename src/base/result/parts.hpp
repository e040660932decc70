// The parts of a value of the public API, behind one pointer, so that it may grow (decision 17). Its copies share them,
// and nobody changes them. A null pointer, which a new value and a moved-from one have, reads as parts with nothing
// set.
#pragma once
#include <memory>
#include <utility>

namespace stint {

template <class Parts> const Parts& partsOf(const std::shared_ptr<const Parts>& held) {
    static const Parts nothingSet;
    return held ? *held : nothingSet;
}

/// Gives the value a copy of its own, to be changed.
template <class Parts> Parts& ownParts(std::shared_ptr<const Parts>& held) {
    auto own = std::make_shared<Parts>(partsOf(held));
    Parts& changed = *own;
    held = std::move(own);
    return changed;
}

} // namespace stint
