// Data as it is stored, and back: a version, then of each key its length, itself, the type of its value, and the value;
// integers little-endian. What was damaged is refused whole.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/work/data.hpp"

namespace stint::work {

std::string bytesOf(const Data::Map& map);
/// Errc::STORAGE for what is not whole, and for a version that this program does not know.
Result<Data> dataOf(std::string_view bytes);

} // namespace stint::work
