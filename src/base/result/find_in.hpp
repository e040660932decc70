#pragma once

namespace stint {

/// The value at `key` in a map; nullptr: there is none.
template <class Map, class Key> auto* findIn(Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

} // namespace stint
