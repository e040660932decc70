// A fleet's questions over the line (push.md §2): stint.f.WORD.SHARD.DEVICE. The subject names the device, whatever a
// question says; what is asked and answered is the fleet's own (fleet.md §2), and here it is bytes.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "push/envelope/questions.hpp"
#include "stint/result.hpp"

namespace stint::push {

enum class FleetWord : std::uint8_t {
    Join,   ///< a device wants a certificate
    Hello,  ///< it tells of itself, and asks for what is newer
    Doc,    ///< a campaign's document
    Slot,   ///< whether it may begin
    Report, ///< what became of it: a stream takes it, and answers
    Leave,  ///< the device leaves the fleet
};
inline constexpr std::array<std::string_view, 6> fleetWords{"join", "hello", "doc", "slot", "report", "leave"};

std::string_view nameOf(FleetWord word);
std::optional<FleetWord> fleetWordIn(std::string_view name);

std::string fleetSubject(FleetWord word, std::string_view shard, std::string_view device);
/// Subjects of all devices of a word, and of all words.
std::string fleetSubjects(FleetWord word);
std::string fleetSubjects();
/// Subjects of all words of a device, whatever shard it says to have.
std::string fleetSubjectsOf(std::string_view device);

/// The stream of reports tells each one that it has taken as this and SHARD.DEVICE.
inline constexpr std::string_view takenPrefix = "stint.taken.";

/// The word, and who asks. nullopt: it is no subject of these.
struct FleetAsker {
    FleetWord word = FleetWord::Join;
    Asker asker;
};
std::optional<FleetAsker> fleetAskerIn(std::string_view subject);

/// A stream's acknowledgement of a message.
struct Ack {
    std::uint64_t sequence = 0; ///< that the stream has given it
    bool wasThere = false;      ///< the stream had it already, by its id
};
/// LimitExceeded: the stream does not take it. Unavailable: it is no acknowledgement, or one of what the stream may
/// still lose (push.md §3.3).
Result<Ack> ackIn(std::string_view text);

} // namespace stint::push
