// Data in their stored form, and back: a version, then for each key its length, the key, the type of its value, and the
// value; numbers in this machine's byte order. Damaged bytes are refused whole.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/work/data.hpp"

namespace stint::work {

std::string bytesOf(const Data::Map& map);
/// Errc::STORAGE for incomplete bytes, and for a version that this program does not know.
Result<Data> dataOf(std::string_view bytes);

} // namespace stint::work
