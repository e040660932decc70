// Questions of a device to the server, and their answers (push.md §2: stint.box, stint.reg), as JSON and back. The
// subject names the device, whatever a question says; each side takes the other's words for a stranger's.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/push.hpp"
#include "push/envelope/envelope.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// stint.box.SHARD.DEVICE, stint.reg.SHARD.DEVICE.
enum class Service : std::uint8_t { Box, Registrations };
std::string subjectOf(Service service, std::string_view shard, std::string_view device);
/// Subjects of all devices of a service, or those of a shard's.
std::string subjectsOf(Service service, std::string_view shard = "*");
/// The shard and the device of a question's subject. nullopt: it is none.
struct Asker {
    std::string shard, device;
};
std::optional<Asker> askerIn(std::string_view subject);

/// From it on a stream gave out sequences a second time, above `start` (push.md §4.1).
using Epoch = LineEpoch;

namespace limits {
inline constexpr std::size_t messages = 200;      ///< in an answer
inline constexpr Bytes answer = 512 << 10;        ///< of bodies and headers in an answer
inline constexpr std::size_t question = 64 << 10; ///< bytes
inline constexpr std::size_t registrations = 512; ///< of a device: 256, and as many that others have replaced
} // namespace limits

/// A device asks for all that it lacks. The cursors are by the first characters of a registration's name, and by
/// urgency.
inline constexpr std::size_t prefixLength = 13;
using Cursors = std::map<std::string, std::array<std::uint64_t, urgencyWords.size()>, std::less<>>;
struct BoxQuestion {
    LinePlace place; ///< of the cursors
    Urgencies wanted;
    std::size_t most = limits::messages;
    Cursors cursors;

    bool operator==(const BoxQuestion&) const = default;
};
std::string textOf(const BoxQuestion& question);
Result<BoxQuestion> boxQuestionIn(std::string_view text);

/// A message as the store has it: unchecked.
struct StoredMessage {
    std::string subject;
    std::uint64_t sequence = 0;
    Headers headers;
    std::string body;

    bool operator==(const StoredMessage&) const = default;
};
/// Bytes of subject, headers and body.
Bytes sizeOf(const StoredMessage& message);
struct BoxAnswer {
    std::string store;
    std::vector<Epoch> epochs; ///< those after the one that was asked by
    std::vector<StoredMessage> messages;
    std::vector<std::string> misused; ///< the device's registrations of which too many posts were refused (push.md §3)
    bool more = false;                ///< there was no room for all

    bool operator==(const BoxAnswer&) const = default;
};
std::string textOf(const BoxAnswer& answer);
Result<BoxAnswer> boxAnswerIn(std::string_view text);

/// One registration is there from now on, or no longer.
struct RegistrationQuestion {
    std::string registration;
    bool isWanted = true;
    std::string vapid;     ///< the key (a point in base64url) that its sender signs with; empty: none
    bool encrypted = true; ///< what is not encrypted for the app is refused
    std::string sealedKey; ///< the device's line key, sealed for the server

    bool operator==(const RegistrationQuestion&) const = default;
};
std::string textOf(const RegistrationQuestion& question);
Result<RegistrationQuestion> registrationQuestionIn(std::string_view text);

/// The answer to it: empty, or what is wrong.
std::string registrationAnswer(std::string_view wrong);
/// nothing, or the server's error: IllegalArgument, and Unavailable where it is no answer at all.
Result<void> registrationAnswerIn(std::string_view text);

} // namespace stint::push
