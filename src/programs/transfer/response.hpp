// A request, the server's response, and the course that follows for the bytes in place: a pure function decides by
// status, by linux.md §B (libcurl facts). A mix of two versions must be impossible: bytes are appended only if the
// server proves that they belong to the very version in place; in any doubt the download starts over.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "programs/transfer/ending.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// Proves that two responses are of one version, byte for byte (RFC 9110 §8.8).
struct Validator {
    enum class Kind { None, ETag, LastModified };
    Kind kind = Kind::None;
    std::string text;         ///< the header's value, in the form for If-Range
    std::string lastModified; ///< came with an ETag: beside another one the same ETag proves nothing

    bool proves() const { return kind != Kind::None; }
    bool operator==(const Validator&) const = default;
};

/// The head of a server's final response. An absent header is empty; a repeated one is joined with commas.
struct Response {
    bool http = true; ///< false: ftp, which has no headers
    long status = 0;  ///< 0: no response came
    std::string etag;
    std::string lastModified;
    std::string date;
    std::string contentRange;
    std::string contentLength; ///< the sent value; `length` is libcurl's reading of it
    std::string contentEncoding;
    std::string transferEncoding;
    std::optional<Bytes> length; ///< the length of this response's body
    std::optional<std::chrono::seconds> retryAfter;
    std::string name;     ///< offeredName()
    std::string digest;   ///< offeredDigest()
    std::string url;      ///< where the redirects ended
    std::string location; ///< a fingerprint of locationOf() that URL
};

/// The bytes in place came from another source of the same download (linux.md §B).
struct Elsewhere {
    std::string digest; ///< the whole file must have it in the end; empty: none is known
    bool given = false; ///< the person gave it, so it decides for any source
};

/// The requested range, and what is known about the bytes in place.
struct Asked {
    Bytes size = 0;  ///< bytes in place
    Bytes start = 0; ///< start of the range; 0: the whole file was requested
    Validator validator;
    std::optional<Bytes> total;
    std::string location;
    bool distrusted = false;                 ///< the server has sent bytes that differ from those in place
    std::optional<Elsewhere> elsewhere = {}; ///< unset: they came from the source that is asked
};

/// "bytes 0-99/1234", "bytes 0-99/*", "bytes */1234".
struct ContentRange {
    std::optional<Bytes> first;
    std::optional<Bytes> last;
    std::optional<Bytes> total;

    bool operator==(const ContentRange&) const = default;
};
std::optional<ContentRange> parseContentRange(std::string_view text);

/// The values of Content-Length, joined with commas, must be the same digits (RFC 9110 §8.6); else nullopt.
std::optional<Bytes> parseContentLength(std::string_view text);

/// An encoding on the way, except chunks, has to be asked for (RFC 9112 §7.4: TE). Newer curls refuse others
/// themselves.
inline constexpr std::string_view encodedOnTheWay =
    "the server sent the file in an encoding that nobody asked for (Transfer-Encoding)";

/// The reason why a body cannot be taken as the file, or cannot be told from a truncated one; empty: it can. A
/// Content-Length that is not a number, or two that differ (RFC 9110 §8.6); a part with status 200 (and a
/// Content-Range); an encoding that was not requested, unless the URL's name says that the file has it ("x.tar.gz"); on
/// the way, any but chunked.
std::string flawOf(const Response& response);

/// True for a strong ETag that can name a version: `""` is the same for every file.
bool isStrongETag(std::string_view tag);

/// The Last-Modified that came with the validator, or is it; empty: none did.
const std::string& lastModifiedOf(const Validator& validator);

/// The validator of this response: a strong ETag, or a Last-Modified that counts as strong; else none.
Validator strongValidator(const Response& response);

/// The treatment of a response.
struct Course {
    enum class Kind {
        Append,   ///< this body repeats the bytes in place from `start` on, which are compared, and continues them
        TakeAnew, ///< this body is the whole file: the bytes in place go
        AskAnew,  ///< drop this body and request the whole file; the bytes in place go when it comes
        Complete, ///< all bytes are in place already
        End,      ///< the transfer ends with `ending`
    };
    Kind kind = Kind::End;
    std::string reason;         ///< TakeAnew, AskAnew: why the bytes in place are dropped; empty if there were none
    std::optional<Bytes> total; ///< Append, TakeAnew: the file's size, if the server says it
    Bytes start = 0;            ///< Append: the body begins at this byte of the file
    Bytes end = 0;              ///< Append: and ends before this one
    Ending ending;
};
Course decide(const Asked& asked, const Response& response);

/// The Ending of a source whose bytes, or their number, show that it has another file.
Ending anotherFile();

/// "404 Not Found"; without words where none are known, or the server speaks no HTTP.
std::string statusText(const Response& response);

/// The Ending for any other error status.
Ending refusal(const Response& response);

} // namespace stint::transfer
