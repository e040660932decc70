// A browser's request and its answer, as values: all of HTTP that the rest of the room has to know.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stint::taskmanager {

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

struct Answer {
    int status = 200;
    std::string type; ///< the body's type; empty: it has none
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {}; ///< beside those of every answer
};

/// {"error": sentence}: the sentence says what was wrong, and what would be right.
Answer refusal(int status, std::string_view sentence);

} // namespace stint::taskmanager
