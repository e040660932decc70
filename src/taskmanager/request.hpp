// A request of a browser and its answer, as values: what of HTTP the rest of the room has to know.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stint::taskmanager {

/// Who made the connection, by the kernel's word.
enum class Peer : std::uint8_t {
    Ours,    ///< a process of this user
    Unknown, ///< the kernel does not say: the token alone decides
    Foreign, ///< another user's: gets nothing
};

struct Request {
    std::string method; ///< "GET"
    std::string path;   ///< "/api/why"
    std::string query;  ///< "job=org.stint.transfer%2F7"
    Peer peer = Peer::Unknown;
    std::uint64_t socket = 0;       ///< the inode of the peer's socket; 0: unknown
    std::vector<std::string> hosts; ///< each Host header
    std::optional<std::string> origin;
    std::string contentType;
    std::string cookie;        ///< the value of our cookie
    std::string authorization; ///< "Bearer …"
    std::string lastEventId;
    std::string ifNoneMatch;
    bool takesGzip = false;
    std::string body;
};

struct Answer {
    int status = 200;
    std::string type; ///< of its body; empty: it has none
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {}; ///< beside those that every answer has
};

/// {"error": sentence}: what was wrong, and what would be right.
Answer refusal(int status, std::string_view sentence);

} // namespace stint::taskmanager
