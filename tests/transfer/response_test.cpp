#include "programs/transfer/response.hpp"

#include <doctest/doctest.h>

#include "programs/transfer/access.hpp"
#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/spec.hpp"

using namespace stint;
using namespace stint::transfer;

TEST_CASE("a Content-Range is read exactly, or not at all") {
    using Range = ContentRange;
    CHECK(parseContentRange("bytes 0-99/1234") == Range{0, 99, 1234});
    CHECK(parseContentRange("bytes 5-9/*") == Range{5, 9, std::nullopt});
    CHECK(parseContentRange("bytes */1234") == Range{std::nullopt, std::nullopt, 1234});
    for (const char* text : {"", "bytes", "bytes ", "bytes 0-99", "bytes 0-99/", "bytes -1-99/1234", "bytes 0--99/1234",
                             "bytes 0-99/1234 ", "bytes 0-99/12x", "bytes=0-99/1234", "bytes a-b/c", "lines 0-99/1234",
                             "bytes 99999999999999999999-1/2", "bytes 0-1/2, bytes 0-1/2"}) {
        CAPTURE(text);
        CHECK(!parseContentRange(text));
    }
}

TEST_CASE("a Content-Length is digits, and the same each time, or none") { // RFC 9110 §8.6
    CHECK(parseContentLength("0") == 0);
    CHECK(parseContentLength("12, 12,12") == 12);
    for (const char* text : {"", ",", "12,", "12, ", "1,2", "0x12", "+1", "-1", "1 2", "1.0", "12\t", "\xd9\xa1",
                             "9223372036854775808", "1;1"}) {
        CAPTURE(text);
        CHECK(!parseContentLength(text));
    }
}

TEST_CASE("only what proves every byte is a validator") {
    auto of = [](const char* etag, const char* lastModified, const char* date) {
        Response response;
        response.etag = etag;
        response.lastModified = lastModified;
        response.date = date;
        return strongValidator(response).kind;
    };
    using Kind = Validator::Kind;
    const char* eight = "Mon, 05 Jan 2026 08:00:00 GMT";
    const char* minuteLater = "Mon, 05 Jan 2026 08:01:00 GMT";
    const char* almost = "Mon, 05 Jan 2026 08:00:59 GMT";
    CHECK(of("\"a-1\"", "", "") == Kind::ETag);
    CHECK(of("\"a-1\"", eight, minuteLater) == Kind::ETag);
    CHECK(of("W/\"a\"", "", "") == Kind::None);
    CHECK(of("\"a\"b\"", "", "") == Kind::None);
    CHECK(of("\"a b\"", "", "") == Kind::None);
    CHECK(of("\"", "", "") == Kind::None);
    CHECK(of("\"\"", "", "") == Kind::None);
    CHECK(of("\"\"", eight, minuteLater) == Kind::None);
    CHECK(of("W/\"\"", eight, minuteLater) == Kind::None);
    CHECK(of("\"\xc3\xa4\"", "", "") == Kind::None);
    CHECK(of("", eight, minuteLater) == Kind::LastModified);
    CHECK(of("", eight, almost) == Kind::None);
    CHECK(of("", minuteLater, eight) == Kind::None);
    CHECK(of("", eight, "") == Kind::None);
    CHECK(of("", eight, "some day") == Kind::None);
    CHECK(of("", "Thu, 01 Jan 1970 00:00:00 GMT", eight) == Kind::None); // no file's time
    CHECK(of("", "Mon, 05 Jan 2026 07:00:00 GMT, Mon, 05 Jan 2026 08:00:00 GMT", minuteLater) == Kind::None);
    CHECK(of("W/\"a\"", eight, minuteLater) == Kind::None); // RFC 9110 §13.1.5
}

TEST_CASE("an end or a whole file of another Last-Modified is not that of the bytes in place") { // linux.md §B
    const Asked asked{.size = 100, .start = 50, .validator = {Validator::Kind::ETag, "\"a\"", "eight"}};
    Response response{.status = 416, .etag = "\"a\"", .lastModified = "eight", .contentRange = "bytes */100"};
    CHECK(decide(asked, response).kind == Course::Kind::Complete);
    response.lastModified = "nine";
    CHECK(decide(asked, response).kind == Course::Kind::AskAnew);
    response = {.status = 200, .etag = "\"a\"", .lastModified = "eight", .length = 200};
    CHECK(decide(asked, response).kind == Course::Kind::Append);
    response.lastModified = "nine";
    CHECK(decide(asked, response).kind == Course::Kind::TakeAnew);
}

TEST_CASE("ftp has no validators, and is taken whole") {
    Response response;
    response.http = false;
    response.status = 226;
    response.length = 9;
    Course course = decide({}, response);
    CHECK(course.kind == Course::Kind::TakeAnew);
    CHECK(course.total == 9);
}

TEST_CASE("412 to a range asks for the whole file, without one it is a refusal") {
    Response response;
    response.status = 412;
    CHECK(decide({.size = 100, .start = 50}, response).kind == Course::Kind::AskAnew);
    CHECK(decide({}, response).kind == Course::Kind::End);
}

TEST_CASE("what the network does is for later, what is so is final") {
    const auto told = [](CURLcode code, std::string text, int systemError = 0, bool connected = false) {
        return endingOf({.code = code,
                         .text = std::move(text),
                         .server = "example.org port 443",
                         .systemError = systemError,
                         .connected = connected,
                         .connectTimeout = std::chrono::seconds(30),
                         .leastRate = 1000,
                         .leastRateFor = std::chrono::seconds(60)});
    };
    CHECK(told(CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: exmaple.invalid") ==
          later("cannot find exmaple.invalid: no such host, or no name server answers"));
    CHECK(told(CURLE_COULDNT_RESOLVE_PROXY, "Could not resolve proxy: none.invalid").text ==
          "cannot find the proxy none.invalid: no such host, or no name server answers");
    CHECK(told(CURLE_COULDNT_CONNECT, "Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server",
               ECONNREFUSED) == later("cannot connect to 127.0.0.1 port 9: refused"));
    CHECK(told(CURLE_COULDNT_CONNECT, "", EHOSTUNREACH).text ==
          "cannot connect to example.org port 443: no way leads there");
    CHECK(told(CURLE_OPERATION_TIMEDOUT, "Connection timeout after 30001 ms") ==
          later("cannot connect to example.org port 443: no answer within 30 s"));
    CHECK(told(CURLE_OPERATION_TIMEDOUT, "Operation too slow. Less than 1000 bytes/sec transferred the last 60 seconds",
               0, true) == later("too slow: less than 1000 B/s for 60 s"));
    CHECK(told(CURLE_RECV_ERROR, "Recv failure: Connection reset by peer", 0, true) ==
          later("the connection to example.org port 443 broke: Recv failure: Connection reset by peer"));
    CHECK(told(CURLE_SSL_CONNECT_ERROR, "wrong version number") ==
          later("no TLS with example.org port 443: wrong version number"));
    CHECK(told(CURLE_PARTIAL_FILE, "").fate == Fate::Later);
    CHECK(told(CURLE_PEER_FAILED_VERIFICATION, "") == never(77, "the server's certificate is not trusted: "));
    CHECK(told(CURLE_SSL_CERTPROBLEM, "").exitCode == 64);
    CHECK(told(CURLE_REMOTE_FILE_NOT_FOUND, "").exitCode == 66);
    CHECK(told(CURLE_LOGIN_DENIED, "").exitCode == 77);
    CHECK(told(CURLE_OUT_OF_MEMORY, "Out of memory").fate == Fate::Later);
    CHECK(told(CURLE_SSL_CACERT_BADFILE, "error setting certificate file: x").exitCode == 77);
}

TEST_CASE("a process that can open no more files knows nothing of a server's certificates, nor of its own") {
    for (const CURLcode code : {CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_PEER_FAILED_VERIFICATION}) {
        CAPTURE(code);
        CHECK(endingOf({.code = code, .text = "no", .connected = true, .isShort = true}) ==
              later("too many files are open: no"));
    }
}

TEST_CASE("a status is told with its words, which HTTP/2 does not send along; a server of FTP has others") {
    CHECK(statusText({.status = 404}) == "404 Not Found");
    CHECK(statusText({.status = 299}) == "299");
    CHECK(statusText({.http = false, .status = 425}) == "425");
}

TEST_CASE("a download that can never be right is refused before anything is touched") {
    const Download good{.url = "https://example.org/a?b#c", .output = "/tmp/a", .checksum = {}, .overwrite = false};
    CHECK(checked(good).ok());
    for (const char* url : {"", "example.org/a", "gopher://example.org/a", "file:///etc/passwd", "http://",
                            "http://a b/", "sftp://example.org/a", "javascript:alert(1)"}) {
        CAPTURE(url);
        Download bad = good;
        bad.url = url;
        CHECK(!checked(bad).ok());
    }
    for (const char* output : {"", "a", "./a", "/", "/tmp/", "/tmp/.."}) {
        CAPTURE(output);
        Download bad = good;
        bad.output = output;
        CHECK(!checked(bad).ok());
    }
    Download summed = good;
    summed.checksum = "SHA256:" + std::string(64, 'A');
    CHECK(checked(summed)->checksum == "sha256:" + std::string(64, 'a'));
    for (const std::string sum : {"sha256:", "md5:00", "sha256:zz"}) {
        summed.checksum = sum + std::string(sum == "sha256:" ? 63 : 0, 'a');
        CHECK(!checked(summed).ok());
    }
}

TEST_CASE("a location names the resource: no user, no query, no fragment") {
    CHECK(locationOf("https://me:secret@example.org:8443/a/b?token=1#x") == "https://example.org:8443/a/b");
    CHECK(locationOf("http://example.org") == "http://example.org/");
    CHECK(locationOf("no url at all").empty());
}
