// What a request asks with: the words behind its '?', or the object that its body is. What is not known is refused by
// name.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/job.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

/// The values of `key` in a query, in order; IllegalArgument where it has another key, or what is no text.
Result<std::vector<std::string>> valuesIn(std::string_view query, std::string_view key);

/// The strings of an object that has all of `keys` and nothing else, in their order.
Result<std::vector<std::string>> stringsIn(const std::string& body, const std::vector<std::string>& keys);
/// {"keys": ["charging"]}
Result<std::vector<std::string>> listIn(const std::string& body, const std::string& key);

/// A job by its whole name, PACKAGE/7 or PACKAGE/namespace#7.
Result<JobKey> jobNamed(const std::string& name);

} // namespace stint::taskmanager
