// What is asked of a server, what it answers, and what that means for the bytes in place: a pure function decides, by
// status, as linux.md §B (libcurl facts) says. A mix of two versions must be impossible: bytes are appended only where
// the server proved that they belong to the very version that is there; in every doubt the file is begun anew.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "stint/units.hpp"
#include "transfer/ending.hpp"

namespace stint::transfer {

/// Proves that two answers are of one version, byte for byte (RFC 9110 §8.8).
struct Validator {
    enum class Kind { None, ETag, LastModified };
    Kind kind = Kind::None;
    std::string text; ///< the header's value, as If-Range takes it

    bool proves() const { return kind != Kind::None; }
    bool operator==(const Validator&) const = default;
};

/// The head of a server's final answer. An absent header is empty; one that is there twice is both, with a comma.
struct Answer {
    bool http = true; ///< false: ftp, which has no headers
    long status = 0;  ///< 0: none came
    std::string etag;
    std::string lastModified;
    std::string date;
    std::string contentRange;
    std::string contentLength; ///< as it was sent; `length` is what libcurl made of it
    std::string contentEncoding;
    std::optional<Bytes> length; ///< of this answer's body
    std::optional<std::chrono::seconds> retryAfter;
    std::string name;     ///< offeredName()
    std::string digest;   ///< offeredDigest()
    std::string url;      ///< where the redirects ended
    std::string location; ///< a fingerprint of locationOf() that
};

/// The range that was asked for, and what is known of the bytes in place.
struct Asked {
    Bytes size = 0;  ///< bytes in place
    Bytes start = 0; ///< the range begins here; 0: the whole file was asked for
    Validator validator;
    std::optional<Bytes> total;
    std::string location;
    bool distrusted = false; ///< the server has sent other bytes for those in place
};

/// "bytes 0-99/1234", "bytes 0-99/*", "bytes */1234".
struct ContentRange {
    std::optional<Bytes> first;
    std::optional<Bytes> last;
    std::optional<Bytes> total;

    bool operator==(const ContentRange&) const = default;
};
std::optional<ContentRange> parseContentRange(std::string_view text);

/// The values of Content-Length, with commas: digits, and the same each time (RFC 9110 §8.6); nullopt for all else.
std::optional<Bytes> parseContentLength(std::string_view text);

/// What makes a body no file, or no file that anyone can tell from a cut one; empty: nothing. A Content-Length that is
/// no number, or two that differ (RFC 9110 §8.6); a part that calls itself the whole (200 with a Content-Range); bytes
/// in an encoding that nobody asked for, where the URL's own name does not say that the file has it ("x.tar.gz").
std::string flawOf(const Answer& answer);

/// What proves this answer's version: a strong ETag, or a Last-Modified that can be taken as strong; else none.
Validator strongValidator(const Answer& answer);

/// What to do with an answer.
struct Course {
    enum class Kind {
        Append,   ///< this body has what is there from `start` on, which is compared, and continues it
        TakeAnew, ///< this body is the whole file: what is there goes
        AskAnew,  ///< drop this body and ask for the whole file; what is there goes when that comes
        Complete, ///< all is there already
        End,      ///< `ending` says how
    };
    Kind kind = Kind::End;
    std::string reason;         ///< TakeAnew, AskAnew: why what was there is given up; empty where nothing is
    std::optional<Bytes> total; ///< Append, TakeAnew: the file's size, where the server says it
    Bytes start = 0;            ///< Append: the body begins at this byte of the file
    Bytes end = 0;              ///< Append: and ends before this one
    Ending ending;
};
Course decide(const Asked& asked, const Answer& answer);

/// Any request's answer that is no success and needs no course of its own.
Ending refusal(const Answer& answer);

} // namespace stint::transfer
