// Events of a rollout, the records that it makes of them, and what is to be done once those are durable. A device is a
// number here: its place among the campaign's targets, in the order in which they are offered the order.
#pragma once
#include <cstdint>
#include <variant>
#include <vector>

#include "fleet/document/words.hpp"

namespace stint::fleet {

using Device = std::uint32_t;
using Enrolment = std::uint32_t;

// Events: from devices.

/// A device's report, which is signed; of its telling no more is looked at than what it decides.
struct Report {
    Device device = 0;
    Enrolment enrolment = 0;
    Telling telling;
};
/// A device that could begin asks for its slot of that number, again and again under the same one until it is told.
struct Ask {
    Device device = 0;
    Enrolment enrolment = 0;
    std::uint8_t round = 0;
    std::uint32_t slot = 0;
};

// From operators, whose signatures the caller has checked; and from the fleet.

/// More than one decision may name are joined by the next ones, too: where another begins to lead meanwhile, whoever is
/// missing among the targets is to be joined again.
struct Join {
    std::vector<Enrolment> devices;
};
/// The device is none of the fleet any more, or has joined it anew.
struct Leave {
    Device device = 0;
};
struct Pause {};
/// Goes on after a pause; after a stop, for which what has ended until now counts no more; or after a wave that was not
/// good enough, which is excused.
struct Resume {};
struct Cancel {};
/// Every device that failed, timed out or rejected the order is offered it again.
struct Retry {};
/// Time has passed.
struct Tick {};

using Event = std::variant<Report, Ask, Join, Leave, Pause, Resume, Cancel, Retry, Tick>;

// Records: the decisions of whoever leads. They are appended to the campaign's log as one, or not at all, where
// somebody else has written since; and they are all that a rollout is made of again, with the devices' reports.

/// Ends by which a campaign is judged, and the failures among them. In a record: those that stop nothing any more.
struct Judged {
    std::uint32_t ends = 0;
    std::uint32_t failures = 0;
    bool operator==(const Judged&) const = default;
};

struct Joined {
    std::vector<Enrolment> devices;
};
struct Left {
    Device device = 0;
};
/// They are sent the order for the first time.
struct Offered {
    std::vector<Device> devices;
};
struct Granted {
    Device device = 0;
    std::uint32_t slot = 0;
};
/// The server's word for devices that were silent for too long. Their own, when it comes, replaces it.
struct Presumed {
    Outcome outcome = Outcome::None;
    std::vector<Device> devices;
};
struct WaveOpened {
    std::uint16_t wave = 0;
};
struct Stopped {};
struct Paused {};
struct Resumed {
    Judged before;
    bool excusesWave = false; ///< it was not good enough
};
struct Cancelled {};
/// The campaign's own expiry: nobody begins any more. Whoever has no slot is presumed by what follows, in its turn.
struct RanOut {};
/// The first of a round begins it. The devices before `next` have had their turn: those that had failed are offered it
/// again, by this record or one before it.
struct Retried {
    std::uint8_t round = 0; ///< of the campaign, from 1 on
    Device next = 0;
    std::vector<Device> devices;
    Judged before; ///< without all that are to be offered it again
};

using Record = std::variant<Joined, Left, Offered, Granted, Presumed, WaveOpened, Stopped, Paused, Resumed, Cancelled,
                            RanOut, Retried>;

// Effects.

/// The order is published to the device's mailbox. `again`: it is there, and the device waits for a slot: a hint is
/// enough.
struct Order {
    Device device = 0;
    std::uint8_t round = 0;
    bool again = false;
};
/// The answer to an Ask for that slot.
struct Told {
    Device device = 0;
    std::uint32_t slot = 0;
    Reply reply;
};

using Effect = std::variant<Order, Told>;

/// PROPOSAL: the devices that one decision names at most, so that its records are one message of the log.
inline constexpr std::uint32_t mostInDecision = 2'000;

struct Decision {
    std::vector<Record> records;
    std::vector<Effect> effects;
};

} // namespace stint::fleet
