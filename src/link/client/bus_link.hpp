// One socket to stintd, from its connect() to its loss; a new daemon gets a new BusLink. sd-bus is not safe for
// threads: whoever has a BusLink calls it, and drops its messages, under one mutex.
#pragma once
#include <functional>
#include <optional>

#include "link/wire/message.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::client {

class BusLink {
public:
    /// Puts a call's arguments into it.
    using Write = std::function<void(wire::Writer&)>;
    /// Takes the answer's values out of it.
    using Read = std::function<Result<void>(wire::Reader&)>;

    /// Over the socket this process was started with, once; nullopt where there is none (any more).
    static Result<std::optional<BusLink>> inherited();
    /// To the daemon's own socket.
    static Result<BusLink> connect();

    int socket() const;
    /// What the socket is to be watched for now (poll's numbers).
    short events() const;
    /// Messages wait in sd-bus itself, where no socket tells of them: a blocking call took them in.
    bool hasQueued() const;
    /// Still in use; what remains of a lost link is of no use.
    bool isOpen() const;
    /// The other end is gone, seen without reading: a call would certainly not be sent.
    bool isHungUp() const;

    /// The next message from the daemon that is no answer to us; nullopt where there is none now.
    std::optional<wire::Message> next();
    /// Calls a method and blocks until it is answered.
    Result<void> call(const char* interface, const char* member, const Write& write, const Read& read);
    /// One of JobScheduler1.
    Result<void> call(const char* member, const Write& write, const Read& read);
    /// Calls a method of JobScheduler1 that nobody answers. Waits in the queue while the socket is full.
    Result<void> tell(const char* member, const Write& write);
    /// Answers a call of the daemon's, with a value or with nothing.
    Result<void> answer(const wire::Message& call, std::optional<bool> value);

private:
    explicit BusLink(wire::Bus bus) : bus_(std::move(bus)) {}
    Result<wire::Message> message(const char* interface, const char* member, const Write& write) const;

    wire::Bus bus_;
};

/// The empty dictionary that most calls end with.
void noOptions(wire::Writer& writer);
/// Reads no value: the answer says no more than that it came.
Result<void> nothing(wire::Reader& answer);

} // namespace stint::client
