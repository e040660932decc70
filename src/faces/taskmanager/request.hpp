// A browser's request, as the room sees it. Arguments, in the query or in the body's object, where an unknown key is
// refused by name; the daemon's errors as statuses.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/message.hpp"
#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

using http::Answer;
using http::refusal;
using http::Viewer;

/// The maker of a connection, according to the kernel.
enum class Peer : std::uint8_t {
    Ours,    ///< a process of this user
    Unknown, ///< this kernel knows of no connection's maker (no sock_diag for TCP): the token alone decides
    Foreign, ///< another user's, or nobody's any more: gets nothing
};

/// The other end of a connection.
struct PeerSocket {
    Peer whose = Peer::Foreign;
    std::uint64_t inode = 0;
    std::uint64_t cgroup = 0; ///< the cgroup in which it was made; 0: the kernel does not say
};

struct Request {
    std::string method; ///< "GET"
    std::string path;   ///< "/api/why"
    std::string query;  ///< "job=org.stint.transfer%2F7"
    PeerSocket peer;
    std::vector<std::string> hosts; ///< each Host header
    std::optional<std::string> origin;
    std::string contentType;
    std::vector<std::string> cookies; ///< every cookie with our name: another server of this machine may have set one
    std::string authorization;        ///< "Bearer …"
    std::string lastEventId;
    std::string ifNoneMatch;
    bool takesGzip = false;
    std::string body;
};

/// A browser's request, of what was sent on its connection.
Request requestOf(const http::Request& sent, const PeerSocket& peer);

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
