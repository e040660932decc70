// The registrations of connectors and receivers (push.md §4.4): made, changed and ended by the daemon's leave, then
// placed at the server when there is a line to it; the connector is told its endpoint once the server has it.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/timer.hpp"
#include "push/joining/settings.hpp"
#include "push/line/callers.hpp"
#include "push/line/fetching.hpp"
#include "push/line/gate.hpp"

namespace stint::push {

/// Our own part of a registration, which the daemon keeps for us (Push1's details), as JSON of at most 1,024 bytes.
struct Details {
    std::string token; ///< of the endpoint; a secret
    std::string of;    ///< the connector's own token, by which it knows the registration
    int version = 2;   ///< of UnifiedPush over D-Bus
    std::string vapid; ///< the key that its sender signs with; empty: none
    std::string at;    ///< DEVICE@STORE: who has it where; empty: nobody yet. Of an older Stint the store alone

    bool operator==(const Details&) const = default;
};

std::string textOf(const Details& details);
/// nullopt: we have not written it.
std::optional<Details> detailsIn(std::string_view text);

/// A connector's call of Register.
struct Wish {
    int version = 2;
    std::string service; ///< its name on the bus
    std::string token;
    std::string description;
    std::string vapid;
};
/// IllegalArgument: it can never be right; the sentence does not repeat what it was given.
Result<void> checkWish(const Wish& wish);

class Registrar {
public:
    /// The connectors are told by it.
    struct Teller {
        std::function<void(const std::string& connector, const Details& its, const std::string& endpoint)> newEndpoint;
        std::function<void(const std::string& connector, const Details& its)> unregistered;
    };
    using Done = std::function<void(Result<void>)>;

    /// `line` has what the daemon last told.
    Registrar(sd_event* loop, const std::optional<LineSettings>& settings, Gate& gate, wire::LineView& line,
              Teller teller)
        : settings_(settings), gate_(gate), line_(line), teller_(std::move(teller)), retry_(loop) {}
    Registrar(const Registrar&) = delete;
    Registrar& operator=(const Registrar&) = delete;
    /// Null where this device has joined no server.
    void use(Fetching* fetching) { fetching_ = fetching; }

    /// For that caller, who has asked. LimitExceeded, IllegalArgument by the daemon's word. `done` is called once.
    void registers(const Callers::Caller& caller, const Wish& wish, Done done);
    /// Those registrations whose connector may ask to end one that it knows by this token.
    std::vector<wire::LineEntry> named(const std::string& token) const;
    void unregister(const std::string& name, const Done& done);

    /// Goes on placing: the line is up, or the daemon has told something new.
    void go();

private:
    /// The app that a registration is made for, and who takes its messages there: a connector, or a receiver.
    struct Owner {
        std::string app, connector;
        std::string own;     ///< the app's own name for it; empty: a connector's
        std::string process; ///< which asks for it; empty: none does
    };
    static Owner ownerOf(const wire::LineEntry& entry) { return {entry.app, entry.connector, entry.own, ""}; }
    struct Request {
        Callers::Caller caller;
        Wish wish;
        Done done;
    };
    void requestNext();
    void request(const Request& next);
    void renew(const Request& next, const wire::LineEntry& its, Details details);
    /// A registration with a token of its own, in the place of the one that is called `replaces`, if any.
    void make(const Owner& owner, Details details, const std::string& replaces, const Done& done);
    /// The cause that a registration is written by: as with Owner and make(); empty: none.
    struct Cause {
        std::string process, replaces;
    };
    void write(const wire::LineEntry& entry, const Details& details, const Cause& cause, const Done& done);

    bool isToBePlaced(const wire::LineEntry& entry) const;
    std::string here() const;
    bool isOfAnotherDevice(const Details& details) const;
    void fulfil(const wire::LineEntry& wish);
    void remake(const wire::LineEntry& entry, const Details& details);
    void rotate(const wire::LineEntry& entry, const Details& details);
    void tellRevoked();
    /// True where the connector has a registration by the same token beside that one.
    bool hasAnother(const wire::LineEntry& entry, const Details& details) const;
    void place(const wire::LineEntry& entry, const Details& details);
    void end(const wire::LineEntry& entry);
    void placed(const wire::LineEntry& entry, Details details, const Result<void>& answer);
    void refused(const wire::LineEntry& entry, const Details& details, const std::string& why);
    void later();

    const std::optional<LineSettings>& settings_;
    Gate& gate_;
    wire::LineView& line_;
    Fetching* fetching_ = nullptr;
    Teller teller_;
    std::deque<Request> requests_; ///< one after another: the same may be asked for twice
    bool isRequesting_ = false;
    std::optional<std::uint64_t> placing_; ///< the connection over which one is being placed
    std::set<std::string> passed_;         ///< names that were refused, until the daemon has taken them out
    std::set<std::string> told_;   ///< names of those that were revoked, of which the daemon may not know yet that
                                   ///< their connectors were told
    std::set<std::string> closed_; ///< names of those that are fetched, and that the server knows to be gone
    Timer retry_;
    Backoff backoff_;
};

} // namespace stint::push
