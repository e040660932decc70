// What a value of the public API is made of: behind one pointer, so that it may grow (decision 17). Its copies share it
// and nobody changes it; without any it reads as it is when nothing was set, which is how a value is made and what a
// move leaves behind.
#pragma once
#include <memory>
#include <utility>

namespace stint {

template <class Parts> const Parts& partsOf(const std::shared_ptr<const Parts>& held) {
    static const Parts nothingSet;
    return held ? *held : nothingSet;
}

/// A copy of its own, to be changed.
template <class Parts> Parts& ownParts(std::shared_ptr<const Parts>& held) {
    auto own = std::make_shared<Parts>(partsOf(held));
    Parts& changed = *own;
    held = std::move(own);
    return changed;
}

} // namespace stint
