// One D-Bus connection and one message of it: thin owners of sd-bus's reference-counted objects, and the few ways in
// which we make and send messages. reader.hpp and writer.hpp know a message's contents.
#pragma once
#include <optional>
#include <string_view>

#include <systemd/sd-bus.h>

#include "base/result/owned.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::wire {

/// A connection with one owner. It is closed at once when the owner goes; what is still queued is lost, so
/// sd_bus_flush() first where that matters.
using Bus = Owned<sd_bus, sd_bus_close_unref>;

using Slot = Owned<sd_bus_slot, sd_bus_slot_unref>;

/// A message, shared by all its copies.
class Message {
public:
    Message() = default;
    /// Takes over the caller's reference.
    static Message owning(sd_bus_message* message);
    /// Takes a reference of its own: for the message that a callback got.
    static Message sharing(sd_bus_message* message);

    explicit operator bool() const { return message_ != nullptr; }
    sd_bus_message* get() const { return message_.get(); }

    bool isCall() const;
    /// A method's return or its error.
    bool isAnswer() const;
    bool isError() const;
    bool expectsReply() const;
    std::uint64_t cookie() const;
    /// The cookie of the call that this message answers; 0 for any other message.
    std::uint64_t replyCookie() const;
    /// Empty where the message has none.
    std::string_view path() const;
    std::string_view interface() const;
    std::string_view member() const;
    std::string_view signature() const;
    /// The error in an error message.
    Error error() const;

private:
    struct Drop {
        void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
    };
    explicit Message(sd_bus_message* message) : message_(message, Drop{}) {}
    std::shared_ptr<sd_bus_message> message_;
};

/// A call of /org/stint at the other end.
Result<Message> newCall(sd_bus* bus, const char* interface, const char* member);
Result<Message> newSignal(sd_bus* bus, const char* interface, const char* member);
Result<Message> newReply(const Message& call);
/// Answers `call` with an error, or with nothing; does nothing where no reply is expected.
Result<void> replyError(const Message& call, const Error& error);
Result<void> replyDone(const Message& call);
/// Queues the message. The cookie tells which call a later answer belongs to.
Result<std::uint64_t> send(sd_bus* bus, const Message& message);

/// Sends and blocks until the answer, the connection's end, or the end of `patience` (nullopt: no end). The other
/// end's error is this function's error; a lost connection is Unavailable.
Result<Message> call(sd_bus* bus, const Message& message, std::optional<Duration> patience);

} // namespace stint::wire
