// Arguments of a browser's request, in the query or in the body's object, where an unknown key is refused by name; the
// daemon's errors as statuses.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/model/job.hpp"
#include "entrance/request.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

using entrance::Request;
using http::Answer;
using http::refusal;
using http::Viewer;

/// The values of `key` in a query, in order; IllegalArgument where it has another key, or what is no text.
Result<std::vector<std::string>> valuesIn(std::string_view query, std::string_view key);

/// The strings of an object that has all of `keys` and nothing else, in their order.
Result<std::vector<std::string>> stringsIn(const std::string& body, const std::vector<std::string>& keys);
/// {"keys": ["charging"]}
Result<std::vector<std::string>> listIn(const std::string& body, const std::string& key);

/// The jobs that an action is about: {"job": KEY}, or {"jobs": [KEY, …]}, which are at least one.
struct ActedOn {
    std::vector<JobKey> jobs;
    bool several = false;          ///< asked as a list, however many they are
    std::vector<std::string> more; ///< the values of `keys`, strings
};
Result<ActedOn> actedOnIn(const std::string& body, const std::vector<std::string>& keys = {});

/// {"job": "PACKAGE/7", "changes": {"charging": "no"}}
struct WhatIf {
    std::string job;
    std::map<std::string, std::string> changes;
};
Result<WhatIf> whatIfIn(const std::string& body);

/// {"urls": "a line each", "directory": "~/Downloads", "checksum": "", "when": ["unmetered"]}
struct WantedUrls {
    std::string urls, directory, checksum;
    std::vector<std::string> when;
};
Result<WantedUrls> wantedUrlsIn(const std::string& body);
/// Two times in ms since 1970, as "from=…&to=…".
Result<std::pair<WallTime, WallTime>> spanIn(std::string_view query);

/// A job by its whole name, PACKAGE/7 or PACKAGE/namespace#7.
Result<JobKey> jobNamed(const std::string& name);

/// 400, 403, 404, 409, 503 …, with the error's sentence. `noSuch`: the status for IllegalArgument, by which most of the
/// daemon's methods mean an unknown name.
Answer answerOf(const Error& error, int noSuch = 400);

/// 200 with an object.
Answer jsonAnswer(std::string json);

} // namespace stint::taskmanager
