// The arguments of a request: the query behind its '?', or the object in its body. An unknown key is refused by name.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

/// The values of `key` in a query, in order; IllegalArgument where it has another key, or what is no text.
Result<std::vector<std::string>> valuesIn(std::string_view query, std::string_view key);

/// The strings of an object that has all of `keys` and nothing else, in their order.
Result<std::vector<std::string>> stringsIn(const std::string& body, const std::vector<std::string>& keys);
/// {"keys": ["charging"]}
Result<std::vector<std::string>> listIn(const std::string& body, const std::string& key);

/// {"job": "PACKAGE/7", "changes": {"charging": "no"}}
struct WhatIf {
    std::string job;
    std::map<std::string, std::string> changes;
};
Result<WhatIf> whatIfIn(const std::string& body);
/// Two times in ms since 1970, as "from=…&to=…".
Result<std::pair<WallTime, WallTime>> spanIn(std::string_view query);

/// A job by its whole name, PACKAGE/7 or PACKAGE/namespace#7.
Result<JobKey> jobNamed(const std::string& name);

} // namespace stint::taskmanager
