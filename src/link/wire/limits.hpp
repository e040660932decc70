// Alarms, messages and limits on the wire, in both directions; their keys and types are in the comments of
// dbus/org.stint.{AlarmManager1,App1,Limits1,Receiver1}.xml. A stranger's request is checked to the last key; a
// daemon's answer is read as far as it is known.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/model/alarm.hpp"
#include "contract/model/bucket.hpp"
#include "contract/model/view.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint::wire {

/// A requested alarm: without its app, at `requestedWall` or, where it is not by the wall clock, `requested`.
void writeAlarm(Writer& writer, const Alarm& alarm);
/// IllegalArgument for an unknown key, an unknown kind or type, a tag that is empty or too long, a window or an
/// interval of a kind that has none. The core checks if the app may set it.
Result<Alarm> readAlarm(Reader& reader);

/// Checks that `tag` can be one: IllegalArgument says what is wrong with it.
Result<void> checkTag(const std::string& tag);

/// A receiver's parameters for an alarm, beside its delivery (limits.md §7.3).
struct AlarmCall {
    std::string receiver;
    std::string tag;
    std::int64_t count = 1;
    std::string kind;
    Instant requested;
    WallTime requestedWall;

    static constexpr auto noun = "params";
    static constexpr auto fields = [](auto& field, auto& call) { // the others stand before the dictionary
        field("kind", call.kind);
        field("requested", call.requested);
        field("requestedWall", call.requestedWall);
    };
};
/// Writes from the receiver's name on: the delivery stands before it.
void writeAlarmCall(Writer& writer, const AlarmCall& call);
Result<AlarmCall> readAlarmCall(Reader& reader);

/// A receiver's parameters for a message (limits.md §8.5).
struct MessageCall {
    std::string receiver;
    bool high = false;     ///< its priority at the delivery is high
    bool original = false; ///< its sender's priority was high
    std::string data;
    WallTime sent;
    std::vector<std::uint8_t> bytes; ///< of a message from elsewhere, which has no `data`
    bool deleted = false;            ///< no message, but the note that some are lost (push.md §4.1)
    std::string registration;        ///< the app's name for the one that it came for
    std::string endpoint;            ///< no message: the registration's new endpoint
    bool unregistered = false;       ///< no message: the registration has ended

    static constexpr auto noun = "params";
    static constexpr auto fields = [](auto& field, auto& call) { // likewise
        field("sent", call.sent);
        field.some("bytes", call.bytes);
        field.some("deleted", call.deleted);
        field.some("registration", call.registration);
        field.some("endpoint", call.endpoint);
        field.some("unregistered", call.unregistered);
    };
};
void writeMessageCall(Writer& writer, const MessageCall& call);
Result<MessageCall> readMessageCall(Reader& reader);

/// The standing of the caller's own app (App1.GetStanding).
struct Standing {
    Bucket bucket = Bucket::Never;
    std::int32_t importance = 0; ///< limits.md §9
    bool networkAllowed = true;
    std::string networkBecause;
    bool canScheduleExactAlarms = false;

    static constexpr auto noun = "standing";
    static constexpr auto fields = [](auto& field, auto& standing) {
        field.word("bucket", standing.bucket, bucketNamed);
        field.derived("bucketValue", valueOf(standing.bucket));
        field("importance", standing.importance);
        field("networkAllowed", standing.networkAllowed);
        field("networkBecause", standing.networkBecause);
        field("canScheduleExactAlarms", standing.canScheduleExactAlarms);
    };
    bool operator==(const Standing&) const = default;
};

/// A registration of the caller's own app (App1.ListPush).
struct PushPlace {
    std::string name;
    std::string receiver;
    std::string vapid;
    bool encrypted = true;
    std::string endpoint;

    static constexpr auto noun = "registration";
    static constexpr auto fields = [](auto& field, auto& place) {
        field("name", place.name);
        field("receiver", place.receiver);
        field("vapid", place.vapid);
        field("encrypted", place.encrypted);
        field("endpoint", place.endpoint);
    };
    bool operator==(const PushPlace&) const = default;
};

/// One line of `stint policy`.
struct PolicyRow {
    std::string key;
    std::string value;
    std::string standard; ///< the spec's own value
    std::string source;   ///< "FILE:LINE", "memory", "default"
    std::string meaning;

    static constexpr auto noun = "constant";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("key", row.key);
        field("value", row.value);
        field("default", row.standard);
        field("source", row.source);
        field("meaning", row.meaning);
    };
    bool operator==(const PolicyRow&) const = default;
};

/// Both machines of Doze and what they read (limits.md §6).
struct DozeView {
    std::string deep; ///< "idle_maintenance"
    std::string light;
    std::string force;                 ///< the state in which a person holds it; empty: nobody does
    std::optional<WallTime> deepUntil; ///< the latest end of the state; nullopt: by an event only
    std::optional<WallTime> lightUntil;
    std::optional<WallTime> nextAlarmClock;
    bool screenOn = true;
    bool locked = false;
    bool plugged = true;
    bool charging = true;
    bool network = true;
    std::optional<WallTime> chargingAt; ///< plugged, and counts as charging from then on (limits.md §10.3)

    static constexpr auto noun = "doze";
    static constexpr auto fields = [](auto& field, auto& doze) {
        field("deep", doze.deep);
        field("deepUntil", doze.deepUntil);
        field("light", doze.light);
        field("lightUntil", doze.lightUntil);
        field.known("force", doze.force);
        field("screen", doze.screenOn);
        field("locked", doze.locked);
        field("plugged", doze.plugged);
        field("charging", doze.charging);
        field("chargingAt", doze.chargingAt);
        field("network", doze.network);
        field("nextAlarmClock", doze.nextAlarmClock);
    };
    bool operator==(const DozeView&) const = default;
};

} // namespace stint::wire
