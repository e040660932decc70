// The parts of a value of the public API, behind one pointer, so that it may grow (decision 17). Its copies share them,
// and nobody changes them. A null pointer, which a new value and a moved-from one have, reads as parts with nothing
// set.
#pragma once
#include <memory>
#include <utility>

namespace stint {

template <class Values> const Values& valuesOf(const std::shared_ptr<const Values>& held) {
    static const Values nothingSet;
    return held ? *held : nothingSet;
}

/// Gives the value a copy of its own, to be changed.
template <class Values> Values& ownValues(std::shared_ptr<const Values>& held) {
    auto own = std::make_shared<Values>(valuesOf(held));
    Values& changed = *own;
    held = std::move(own);
    return changed;
}

} // namespace stint
