// The line that brings messages from elsewhere (push.md §4.1): apps' registrations, how far each was read, and what the
// line is to fetch.
#pragma once
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "contract/model/effect.hpp"
#include "contract/model/record.hpp"

namespace stint {

struct State;
struct Turn;

struct Line {
    /// Since when the urgency is fetched, and what held it until then: "doze".
    struct Opened {
        std::string because;
        Instant at;
    };
    struct Entry {
        Registration registration;
        Urgencies fetched; ///< as the line was told
        std::array<Opened, urgencyWords.size()> opened;
        std::string caller;   ///< the process that asked for it last, since the daemon's start
        bool closed = false;  ///< its senders are told that it is gone, as the line was told
        bool doubted = false; ///< it is to be seen whether the bus knows its connector, as the line was told
        std::optional<std::uint64_t> telling; ///< the delivery by which its receiver is told its endpoint
        std::size_t tellings = 0;             ///< how often it has not taken that
        Instant tellsNotBefore{};
        Instant rotatesNotBefore{}; ///< by itself: the server has refused its successor
    };

    LinePlace place;
    std::map<std::string, Entry> entries; ///< by the registration's name
    /// Ids of messages, of the last push.ids_kept: a store that gives out its sequences anew has them again.
    std::map<std::string, WallTime> seen;
    Urgencies fetched;                  ///< of any of them
    std::deque<Instant> highs;          ///< high messages that were sent and came within the last minute
    std::optional<Instant> closedUntil; ///< it brought too many of them
    std::optional<Duration> keepAlive;  ///< it is connected, and asks so long after it last did
    Instant asked;                      ///< when it last did, or brought something
    std::optional<Instant> next;        ///< when it asks again
    std::optional<Instant> changes;     ///< when the next registration changes by itself (registrations.hpp)
    bool inDoze = false;                ///< `next` was planned in Doze
    std::optional<std::string> route;   ///< the interface of the network; empty: there is none; nullopt: not known yet
    bool mayBeDead = false;             ///< the device slept, or the route is another
    bool up = false;                    ///< as it last said, with the following
    std::string server, trouble;
    std::optional<WallTime> since;
    Duration roundTrip{0};
    // Since the daemon's start:
    std::optional<WallTime> anew, flooded; ///< when its server last gave out sequences anew, and it was last closed
    std::int64_t floods = 0;
    std::map<std::string, std::int64_t> leftOut; ///< by reason
    bool told = true;                            ///< the line knows the registrations as they are
    bool watch = false;                          ///< it is to see who shows notifications, as it was told
};

/// The registration of that name. nullptr: nobody has it, or not any more.
const Registration* registrationOf(const Line& line, const std::string& name);
/// All that the line is to know now.
LineWanted wantedOf(const Line& line);
/// The word for the hold that kept the message in the store; empty: nothing did, or nobody knows.
std::string heldInStore(const Line& line, const PushMessage& message);
/// The instant at which the line asks again, or is opened again, or a registration changes by itself.
std::optional<Instant> nextLineChange(const Line& line);
/// Takes over what was written down.
void restoreLine(State& state, Snapshot& snapshot);
/// Ends a registration, unless it has ended: it is kept by its name, and for nothing else, until the server knows of it
/// (push.md §4.4).
void endRegistration(Turn& turn, Line::Entry& entry);
/// The error of one more registration of an app, for which that process asks, if any, beside those that are there, in
/// the place of that one, if any.
std::optional<Error> roomError(const State& state, const Registration& wanted, const std::string& caller,
                               const std::string& replaces);
/// Ends the app's registrations.
void dropRegistrations(Turn& turn, const AppId& app);
/// Tells the line what it is to fetch, where that has changed (push.md §4.2).
void settleLine(Turn& turn);

} // namespace stint
