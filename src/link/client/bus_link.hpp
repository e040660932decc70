// One socket to stintd, from its connect() to its loss; a new daemon gets a new BusLink. sd-bus is not thread-safe:
// the owner of a BusLink calls it, and drops its messages, under one mutex. Before it, the one descriptor that an
// app's loop watches.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::client {

/// The one descriptor an app's loop watches: readable when the daemon's socket has something for us, or when another
/// thread called wake(). It outlives the sockets, which come and go behind it.
class WakeableFd {
public:
    static Result<WakeableFd> open();

    int fd() const { return epoll_.get(); }
    /// Watches `socket` for `events` (poll's numbers) until forget(); a second call changes the events.
    Result<void> watch(int socket, short events);
    /// Call it before the socket is closed: the next one may get the same number.
    void forget();
    void wake();
    void drain();

private:
    WakeableFd(Fd epoll, Fd wakeUp) : epoll_(std::move(epoll)), wakeUp_(std::move(wakeUp)) {}

    Fd epoll_;
    Fd wakeUp_; ///< an eventfd
    int socket_ = -1;
    short events_ = 0;
};

class BusLink {
public:
    /// Writes a call's arguments.
    using Write = std::function<void(wire::Writer&)>;
    /// Reads the answer's values.
    using Read = std::function<Result<void>(wire::Reader&)>;

    /// The link over the socket this process was started with, once; nullopt where there is none (any more).
    static Result<std::optional<BusLink>> inherited();
    /// Connects to the daemon's own socket.
    static Result<BusLink> connect();

    int socket() const;
    /// The events for which to poll the socket now (poll's numbers).
    short events() const;
    /// True where messages wait in sd-bus itself, invisible at the socket: a blocking call has read them.
    bool hasQueued() const;
    /// False once the link is lost; then nothing of it is of use.
    bool isOpen() const;
    /// True if the other end is gone, seen without reading: a call would certainly not be sent.
    bool isHungUp() const;

    /// The next message from the daemon that is no answer to us; nullopt where there is none now.
    std::optional<wire::Message> next();
    /// Calls a method and blocks until it is answered.
    Result<void> call(const char* interface, const char* member, const Write& write, const Read& read);
    /// Likewise, a method of JobScheduler1.
    Result<void> call(const char* member, const Write& write, const Read& read);
    /// Calls a method of JobScheduler1 that has no answer. The call is queued while the socket is full.
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
/// Reads no value: the answer only confirms the call.
Result<void> nothing(wire::Reader& answer);

} // namespace stint::client
