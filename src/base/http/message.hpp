// A request of HTTP and its answer, as values: all of HTTP that those have to know who answer; and Service, the
// server's questions to them.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stint/result.hpp"

namespace stint::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The other end of a connection, as the Service sees it.
struct Caller {
    explicit Caller(bool mayDisplace) : displaces(mayDisplace) {}
    virtual ~Caller() = default;
    bool displaces; ///< where there are too many connections another one is dropped for this one
};

struct Request {
    std::string method; ///< "GET"
    std::string path;   ///< "/api/why"
    std::string query;  ///< "job=org.stint.transfer%2F7"
    Headers headers;    ///< each as it came; names in any case
    std::string body;
    std::shared_ptr<const Caller> caller;

    /// The values of a header, in their order.
    std::vector<std::string_view> values(std::string_view name) const;
    /// The first of them; empty: there is none.
    std::string_view value(std::string_view name) const;
};

/// A body that is read while its other end takes it, such as a file.
class Source {
public:
    virtual ~Source() = default;
    /// The number of all its bytes.
    virtual std::uint64_t size() const = 0;
    /// The next ones to send; empty: they cannot be had, and the connection ends without them.
    virtual std::string take() = 0;
};

struct Answer {
    int status = 200;
    std::string type; ///< the body's type; empty: it has none
    std::string body = {};
    Headers headers = {};                ///< beside those of every answer
    std::shared_ptr<Source> source = {}; ///< in place of `body`; nullptr: there is none
};

/// A part of a query, with the characters that its "+" and "%2F" stand for. IllegalArgument: a % has no two
/// hexadecimal digits behind it.
Result<std::string> unescaped(std::string_view text);

/// {"error": sentence}: the sentence says what was wrong, and what would be right.
Answer refusal(int status, std::string_view sentence);

/// The events of one stream, taken when its reader can take more.
class Viewer {
public:
    virtual ~Viewer() = default;
    /// The next bytes to send; empty: nothing yet, and its `wake` is called when there is something.
    virtual std::string take() = 0;
};

/// A decision on a request when its headers are there, before its body is read.
struct Judged {
    bool isKnown = false;          ///< connections of others are dropped first where there are too many
    std::optional<Answer> refused; ///< the body is not read
    std::size_t longestBody = 0;   ///< bytes
};

class Service {
public:
    virtual ~Service() = default;
    /// Called when somebody has connected.
    virtual std::shared_ptr<const Caller> met(int socket) = 0;
    virtual Judged judged(const Request& head) = 0;
    /// `done` is called once, now or later, on the server's thread.
    virtual void answer(Request request, std::function<void(Answer)> done) = 0;
    /// Opens a stream of events, if this is the request for one. `wake` lives as long as the viewer.
    virtual std::unique_ptr<Viewer> stream(const Request&, std::function<void()>) { return nullptr; }
    /// The headers of every answer, beside its own.
    virtual const Headers& commonHeaders() const = 0;
};

} // namespace stint::http
