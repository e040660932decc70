// A browser's request, as the page's server sees it: what was sent, and who the kernel says has sent it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.hpp"

namespace stint::entrance {

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

/// Whoever has connected.
struct Browser : http::Caller {
    explicit Browser(const PeerSocket& its) : Caller(its.whose != Peer::Foreign), socket(its) {}
    PeerSocket socket;
};

/// A Browser's request, of what was sent on its connection; `cookie` is the name of ours.
Request requestOf(const http::Request& sent, std::string_view cookie);

} // namespace stint::entrance
