// Data in their stored form, and back: a version, then for each key its length, the key, the type of its value, and
// the value; numbers in this machine's byte order. Damaged bytes are refused whole. And the input of a request that
// follows others: its own, and their outputs (jobs.md §10, chains).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stint/result.hpp"
#include "stint/work/data.hpp"
#include "stint/work/policies.hpp"

namespace stint::work {

std::string bytesOf(const Data::Map& map);
/// Errc::STORAGE for incomplete bytes, and for a version that this program does not know.
Result<Data> dataOf(std::string_view bytes);

/// `inputs`: the request's own first, then its parents' outputs, the parent that finished last at the end.
/// OVERWRITING: the last value of each key. ARRAY_CREATING: an array of all of them, in this order; values of two
/// types are IllegalArgument, as is a result longer than Data may be.
Result<Data> merge(InputMerger merger, const std::vector<Data>& inputs);

} // namespace stint::work
