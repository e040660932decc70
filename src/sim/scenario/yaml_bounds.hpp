// Bounds of a YAML document before it is loaded: yaml-cpp limits neither its size nor the expansion of aliases (twenty
// lines can name a billion nodes), and produces endless documents from some malformed texts.
#pragma once
#include <string>

#include "sim/scenario/source_location.hpp"

namespace stint::sim {

/// The reason why a text is not a single document of an allowed size, and where. Thrown like yaml-cpp's errors; caught
/// in Yaml::read().
struct OutOfBounds {
    SourceLocation location;
    std::string why;
};

/// Scans `text` once and keeps nothing. False if there is no document. Throws OutOfBounds and YAML::Exception.
bool checkBounds(const std::string& text);

} // namespace stint::sim
