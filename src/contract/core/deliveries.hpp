// Pushed messages that wait for their apps, and the messages and alarms that were handed to an app and are not taken
// yet (limits.md §8.5, §7).
#pragma once
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result/containers.hpp"
#include "contract/model/record.hpp"
#include "contract/rules/push.hpp"

namespace stint {

struct Turn;

/// A message on its way to its app.
struct WaitingMessage {
    PushMessage message;
    Passage passage; ///< when it was last asked about
    /// Since when it is held by each of `passage.holds`; after a restart, since then.
    std::array<Instant, messageHolds.size()> since;
    std::size_t tries = 0;        ///< how often its connector has not taken it
    std::optional<Instant> again; ///< it is tried again then; the end of time: when the app registers
    struct Given {
        WallTime at;
        Urgency as = Urgency::Normal;
        std::string held; ///< what held it last; empty: nothing
    };
    std::optional<Given> given; ///< to its app, the last time
};

/// An alarm or a message that was handed to an app, which has not taken it yet. It holds a maintenance window open.
struct Delivery {
    AppId app;
    Instant until; ///< it is given up then
    // The message or the alarm that stays written down until it is taken; neither: a repeating alarm, which goes off
    // again anyway.
    std::optional<WaitingMessage> message; ///< without what it says, where a receiver has it
    bool toConnector = false;              ///< the message waits again where it is not taken
    std::optional<std::string> tag;        ///< the tag of the app's alarm
};

class Deliveries {
public:
    using Number = std::uint64_t;

    /// Numbers deliveries from here on, so that none has the number of an earlier daemon's. There must be none yet.
    void startFrom(Number number);
    Number begin(const AppId& app, Instant until);
    void end(Number delivery);
    /// nullptr: it was taken, or given up.
    Delivery* find(Number delivery) { return findIn(underWay_, delivery); }
    /// The delivery, which is known to be under way.
    Delivery& at(Number delivery);
    const std::map<Number, Delivery>& underWay() const { return underWay_; }
    /// The deliveries for which `matches(delivery)` is true.
    template <class Matches> std::vector<Number> which(Matches matches) const {
        std::vector<Number> found;
        for (const auto& [number, delivery] : underWay_)
            if (matches(delivery)) found.push_back(number);
        return found;
    }
    /// True where the app's connectors have not taken push.max_waiting messages yet: it is given no more.
    bool isBusy(const AppId& app, const Constants& constants) const;
    /// The instant at which the first one is given up.
    std::optional<Instant> next() const;

private:
    std::map<Number, Delivery> underWay_;
    Number next_ = 1;
};

/// Messages that wait for their delivery, in the order in which they came.
class Messages {
public:
    using Waiting = WaitingMessage;

    /// The message gets the next id.
    const PushMessage& put(PushMessage message);
    /// One that has its id.
    const PushMessage& putBack(PushMessage message);
    Waiting take(std::uint64_t message);
    /// One that was given to its connector, which has not taken it, waits again.
    void putBack(Waiting waiting);
    /// Those that wait for one registration are for another; their ids.
    std::vector<std::uint64_t> passOn(const std::string& from, const std::string& to);
    /// Those of the registration that wait for their app need not.
    void tryAgain(const std::string& registration);
    /// The passage with its app among what holds it: one that is `busy`, or has not taken it.
    Passage heldAt(std::uint64_t message, Passage passage, bool busy, Instant now);
    /// Notes what holds it now.
    void hold(std::uint64_t message, const Passage& passage, Instant now);
    const std::map<std::uint64_t, Waiting>& waiting() const { return waiting_; }
    std::int64_t countFor(const AppId& app) const;
    std::int64_t countOf(const std::string& registration) const;
    /// Those that `message` replaces (push.md §4.1): more than one where a restart has brought back what an app had not
    /// taken.
    std::vector<std::uint64_t> replacedBy(const PushMessage& message) const;
    /// The one that goes where an app has no room for another (push.md §4.1): its oldest of normal urgency, else its
    /// oldest. nullopt: none waits but notes.
    std::optional<std::uint64_t> leastOf(const AppId& app) const;
    /// The note for that receiver that some messages are lost; nullopt: none waits.
    std::optional<std::uint64_t> noteFor(const PushMessage& like) const;
    /// The instant at which the first one runs out, or is tried again.
    std::optional<Instant> next() const;

private:
    std::map<std::uint64_t, Waiting> waiting_;
    std::uint64_t next_ = 1;
};

/// Takes in a message that came or was sent at `message.arrived`: it is written down, waits, and replaces others.
void takeIn(Turn& turn, PushMessage message);
/// Takes a message that waits away, from the store, too, and tells how it has ended.
void drop(Turn& turn, std::uint64_t message, MessageState end);
/// Begins a delivery to the app; returns its number, which DeliveryEnded will name.
Deliveries::Number beginDelivery(Turn& turn, const AppId& app);
/// Delivers the messages that may pass now (push.md §4), drops those that have run out, and gives up deliveries that
/// were not taken in time.
void deliverMessages(Turn& turn);
/// Drops all messages for the app, and all deliveries to it.
void dropMessages(Turn& turn, const AppId& app);
/// Messages of a registration that its app has not taken are another's, whose connector gets them.
void passOn(Turn& turn, const std::string& from, const std::string& to);
/// Drops the messages of a registration that wait.
void dropMessages(Turn& turn, const std::string& registration);
/// Puts the app on the temporary allowlist for `length` (limits.md §6.6).
void allowTemporarily(Turn& turn, App& app, Duration length);
/// Lets the app begin a foreground service from the background until then (jobs.md §5.5).
void letServe(Turn& turn, App& app, Instant until);

} // namespace stint
