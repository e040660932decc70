// The door: every request passes here before its body is read (linux.md §A.11). No trust that a browser keeps other
// pages away from loopback: the token, a secret of 256 random bits, is asked for, and the Host and the Origin are
// checked, so that neither a page of the net nor a name that leads to 127.0.0.1 gets in.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "entrance/request.hpp"
#include "stint/result.hpp"

namespace stint::entrance {

/// A secret word: 256 random bits from the kernel, as 64 hexadecimal digits.
class Secret {
public:
    /// System where the kernel gives no random bits.
    static Result<Secret> draw();
    explicit Secret(std::string text) : text_(std::move(text)) {}

    const std::string& text() const { return text_; }
    /// Compares in the same time whether the word is almost right or all wrong.
    bool is(std::string_view word) const;

private:
    std::string text_;
};

/// A server of a page, as its door knows it.
struct House {
    std::string_view cookie;  ///< its name: a browser keeps those of all ports together
    std::string_view command; ///< opens the page, typed in a terminal
    std::string_view api;     ///< the front of the paths that are no file of the page
    /// The only method that the path takes, where GET allows HEAD, too; empty: it is perhaps a file of the page.
    std::string_view (*methodOf)(std::string_view path);
};

class Entry {
public:
    Entry(const House& house, std::uint16_t port, Secret token, Secret cookie);

    /// nullopt: the request may be answered. The checks stand in the order in which a stranger learns least: another
    /// user gets 401 for everything, as does a request without the cookie; only one with it learns what else is
    /// wrong.
    std::optional<Answer> refused(const Request& request) const;
    /// The answer to POST /enter, whose body has the token. `mayEnter` is asked for a body with the right token: it
    /// fails where a process of a job is the peer, and its sentence is the answer.
    Answer enter(const Request& request, const std::function<Result<void>()>& mayEnter) const;

    bool hasCookie(const Request& request) const;

private:
    bool isKnown(const Request& request) const;
    Answer unauthorized(const Request& request) const;

    House house_;
    std::vector<std::string> hosts_;
    std::vector<std::string> origins_;
    Secret token_;
    Secret cookie_; ///< not the token, which is in a file: a reader of that file still has to enter
};

/// The headers of every answer, beside its own.
const http::Headers& commonHeaders();

} // namespace stint::entrance
