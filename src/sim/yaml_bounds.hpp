// What a YAML document may be before it is kept: yaml-cpp bounds neither its size, nor what its aliases unfold to
// (twenty lines can name a billion nodes), and of text that ends no document it makes documents for ever.
#pragma once
#include <string>

#include "sim/place.hpp"

namespace stint::sim {

/// Why a text is no single document of a fair size, and where. Thrown, as yaml-cpp throws; it ends in Yaml::read().
struct OutOfBounds {
    Place place;
    std::string why;
};

/// Reads over `text` once and keeps nothing of it. False where there is no document. Throws OutOfBounds and
/// YAML::Exception.
bool checkBounds(const std::string& text);

} // namespace stint::sim
