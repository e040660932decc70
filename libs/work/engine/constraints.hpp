// Constraints and tags in the store's form.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/work/constraints.hpp"

namespace stint::work {

std::string jsonOf(const Constraints& constraints);
Result<Constraints> constraintsIn(std::string_view json);
std::string jsonOf(const std::set<std::string>& tags);
Result<std::set<std::string>> tagsIn(std::string_view json);

} // namespace stint::work
