// Who may ask for what: every request passes here before its body is read (linux.md §A.11). Nothing here trusts that a
// browser keeps other pages away from loopback: the token is asked for, and the Host and the Origin are looked at, so
// that neither a page of the net nor a name that leads to 127.0.0.1 gets in.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "faces/taskmanager/request.hpp"
#include "faces/taskmanager/secret.hpp"

namespace stint::taskmanager {

class Entry {
public:
    Entry(std::uint16_t port, Secret token, Secret cookie);

    /// Nothing: it may be answered. In the order in which a stranger learns least: of another user all is 401, as is
    /// all without the cookie; only who has it is told what else is wrong.
    std::optional<Answer> refused(const Request& request) const;
    /// The answer to POST /enter, whose body has the token. `mayEnter` is asked of whoever has it: the peer is no
    /// process of a job; else its sentence is told.
    Answer enter(const Request& request, const std::function<Result<void>()>& mayEnter) const;

    bool hasCookie(const Request& request) const;

private:
    bool isKnown(const Request& request) const;
    Answer unauthorized(const Request& request) const;

    std::vector<std::string> hosts_;
    std::vector<std::string> origins_;
    Secret token_;
    Secret cookie_; ///< another word than the token, which a file has: whoever reads that still has to enter
};

/// The headers that every answer has, beside its own.
const std::vector<std::pair<std::string, std::string>>& commonHeaders();

} // namespace stint::taskmanager
