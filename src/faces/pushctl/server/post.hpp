// One request to a push service, over HTTP, and its answer in words; and what the verbs ask of a server to join it
// (push.md §3.1), and to leave it.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::pushctl {

/// Bytes of an answer that are read: what a person is shown is in the first ones.
inline constexpr std::size_t usualAnswer = 4096;

struct Request {
    std::string url;
    std::vector<std::string> headers; ///< "TTL: 60"
    std::string body;
    std::size_t longestAnswer = usualAnswer;
};

/// A push service's answer, each text as it came: a stranger's.
struct Answer {
    long status = 0;
    std::string location, ttl, retryAfter; ///< empty: it has no such header
    std::optional<WallTime> date;          ///< its clock (RFC 9110 §6.6.1)
    std::string text;                      ///< the first bytes of its body
};

/// A header's number of seconds, up to 28 days; nullopt: it has none that can be believed.
std::optional<Duration> secondsIn(const std::string& header);

/// "https://push.example:8443": what VAPID signs of a URL. IllegalArgument: it is no http or https URL.
Result<std::string> originOf(const std::string& url);

/// The same of a server's URL, which has no path. IllegalArgument: it has one, or is none.
Result<std::string> serverOriginOf(const std::string& url);
/// True for an origin on loopback, over http.
bool isOnThisMachine(const std::string& origin);
/// "push.example": the host of such an origin.
std::string hostOf(const std::string& origin);

/// Sends it, and follows no redirect: the URL is a secret. What is on this machine is asked without a proxy.
/// Unavailable: nobody took the connection; System: no answer came within half a minute.
Result<Answer> post(const Request& request);
/// Asks for what is there, likewise; a body is not sent.
Result<Answer> get(const Request& request);

/// A push service's answer in words (push.md §3; RFC 8030 §5, §7.3, §8.4), and the exit code for it.
struct Status {
    long status;
    int ends;
    std::string_view meaning; ///< of one that refuses a message
};
Status statusOf(long status);

/// The sentence of a server's {"error": sentence}, else the first line of its text.
std::string saidBy(const Answer& answer);

/// Tells of an answer by which a server takes no message; returns the exit code.
int failOf(const Answer& answer, const cli::Screen& screen);

/// Joins: asks at `address` by the code, and writes line.toml; `origin` is what senders are told. The answer, where its
/// status is not 201, says why not.
Result<Answer> joinAt(const std::string& address, const std::string& origin, const std::string& code);

/// Asks at the door for devices of that server; of its answer that many bytes are read.
Result<Answer> ask(const std::string& origin, std::string question, std::size_t longest = usualAnswer);

/// The server's origin, of the word that was typed. IllegalArgument: it is none, or anybody on the way could read.
Result<std::string> serverOf(const std::string& url);

/// "it answers 403: the code has run out"
std::string sentenceOf(const Answer& answer);

} // namespace stint::pushctl
