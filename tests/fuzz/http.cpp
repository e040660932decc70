// An HTTP server's answers, as far as a download believes them: the bytes of the input come over a socket to the real
// libcurl, which leads nowhere else (redirects come to the same bytes), and what is made of them keeps its promises.
#include <regex>
#include <set>

#include <sys/socket.h>
#include <unistd.h>

#include "base/unix/fd.hpp"
#include "fuzz/fuzz.hpp"
#include "programs/spool/transfers.hpp"
#include "programs/transfer/digest.hpp"
#include "programs/transfer/fetch.hpp"

using namespace stint;
using namespace stint::transfer;

namespace {

const std::string* responseBytes = nullptr;
std::vector<Fd> serverEnds; // open until the end, so that the request can be sent

// Whatever curl wants to connect to is one half of a pair, and the response is in it already.
curl_socket_t openSocket(void*, curlsocktype, curl_sockaddr*) {
    int halves[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, halves) != 0) return CURL_SOCKET_BAD;
    const Fd& server = serverEnds.emplace_back(halves[1]);
    const ssize_t sent = ::send(server.get(), responseBytes->data(), responseBytes->size(), MSG_NOSIGNAL);
    ::shutdown(server.get(), SHUT_WR);
    if (sent == static_cast<ssize_t>(responseBytes->size())) return halves[0];
    ::close(halves[0]);
    return CURL_SOCKET_BAD;
}
int isConnected(void*, curl_socket_t, curlsocktype) { return CURL_SOCKOPT_ALREADY_CONNECTED; }

class Taker final : public Fetch::Client {
public:
    bool took = false;

    Fetch::Take take(std::span<const char>) override {
        took = true;
        return Fetch::Take::All;
    }
};

struct Heard {
    Response response;
    bool counts = false; ///< a course is decided by it: bytes came, or it ended well
};

Heard responseTo(const std::string& bytes) {
    responseBytes = &bytes;
    transfer::Multi multi;
    Heard heard;
    {
        Taker taker;
        Throttle throttle;
        const Fetch fetch({multi, throttle}, {.url = "http://127.0.0.1:9/file.iso", .start = 100}, {}, taker);
        // All is there already: no round waits, and a redirect takes one more.
        int running = 1;
        for (int round = 0; running > 0 && round < 200; ++round) {
            curl_multi_perform(multi.get(), &running);
            if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, 1, nullptr);
        }
        heard.response = fetch.response();
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
            heard.counts = taker.took || message->data.result == CURLE_OK;
    }
    serverEnds.clear();
    return heard;
}

/// True if the text begins with a plain head of a response, with a length that cannot be believed: one that is no
/// number, or two that differ (RFC 9110 §8.6). Read apart from what is tried here.
bool saysWrongLength(const std::string& text) {
    static const std::regex plain("HTTP/1\\.1 200 OK\r\n(?:[A-Za-z-]+: [ -~]*\r\n)*\r\n");
    static const std::regex line("\r\ncontent-length: ([^\r]*)", std::regex::icase);
    static const std::regex digits("[0-9]{1,18} *");
    constexpr std::size_t shortHead = 2000; // std::regex goes deeper with each byte
    std::smatch head;
    if (text.size() > shortHead || !std::regex_search(text, head, plain, std::regex_constants::match_continuous))
        return false;
    bool wrong = false;
    const std::string lines = head.str();
    std::set<long long> lengths;
    for (std::sregex_iterator found(lines.begin(), lines.end(), line), end; found != end; ++found) {
        if (std::regex_match(found->str(1), digits)) {
            lengths.insert(std::stoll(found->str(1)));
        } else if (found->str(1).find(',') == std::string::npos) {
            wrong = true; // a list may be of one length
        }
    }
    return wrong || lengths.size() > 1;
}

void checkCourse(const Asked& asked, const Response& response) {
    const Course course = decide(asked, response);
    const bool same = asked.validator.proves() && response.location == asked.location;
    switch (course.kind) {
    case Course::Kind::Append:
        fuzz::must(same, "bytes are appended to what they were proved to belong to");
        fuzz::must(response.status == 206 || course.start == 0, "and all of the file is compared with what is there");
        if (response.status != 206) return;
        fuzz::must(course.end > asked.start && course.end <= course.total.value_or(0), "and within the file");
        fuzz::must(asked.total.value_or(*course.total) == *course.total, "which is as long as it was");
        return;
    case Course::Kind::Complete:
        fuzz::must(same && asked.start > 0, "a file is whole where the server proves it");
        return;
    case Course::Kind::TakeAnew:
        fuzz::must(!response.http || (response.status >= 200 && response.status < 300), "a refusal is no file");
        return;
    case Course::Kind::AskAnew:
    case Course::Kind::End:
        return;
    }
}

} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's names (--wrap)
extern "C" {
CURL* __real_curl_easy_init();
CURL* __wrap_curl_easy_init() {
    CURL* handle = __real_curl_easy_init();
    static curl_slist* nowhere = curl_slist_append(nullptr, "::127.0.0.1:9");
    curl_easy_setopt(handle, CURLOPT_CONNECT_TO, nowhere);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, openSocket);
    curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, isConnected);
    return handle;
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text = fuzz::Input(bytes, size).rest();
    const auto [response, counts] = responseTo(text);
    fuzz::must(response.length.value_or(0) >= 0, "a length is no negative number");
    fuzz::must(response.retryAfter.value_or(std::chrono::seconds(0)).count() >= 0, "nor is a time to wait");
    fuzz::must(response.name.find('/') == std::string::npos && response.name != "..", "a name stays in its directory");
    fuzz::must(response.name == harmlessFileName(response.name), "and is harmless");
    fuzz::must(response.digest.empty() || parseChecksum(response.digest).ok(), "a digest can be verified");
    const Validator validator = strongValidator(response);
    if (counts) checkCourse({}, response);
    if (counts && saysWrongLength(text))
        fuzz::must(decide({}, response).kind == Course::Kind::End, "a length that cannot be believed is no length");
    digestInSums(text, "file.iso");
    if (!counts) return 0;
    for (const std::optional<Bytes> total : {std::optional<Bytes>(), std::optional<Bytes>(1000)})
        for (const Validator& known : {Validator{}, validator, Validator{Validator::Kind::ETag, "\"a\""}})
            checkCourse({.size = 200, .start = 100, .validator = known, .total = total, .location = response.location},
                        response);
    return 0;
}
