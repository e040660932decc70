#include "link/client/bus_link.hpp"

#include <cerrno>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"

namespace stint::client {
namespace {

// epoll's numbers are poll's.
static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT);

Result<void> control(const Fd& epoll, int operation, int descriptor, short events) {
    epoll_event event{};
    event.events = static_cast<std::uint32_t>(events);
    if (::epoll_ctl(epoll.get(), operation, descriptor, &event) == 0) return {};
    return within("cannot watch the connection", wire::errorFromErrno(errno));
}

} // namespace

Result<WakeableFd> WakeableFd::open() {
    Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    Fd wakeUp(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!epoll || !wakeUp) return within("cannot make the connection's descriptor", wire::errorFromErrno(errno));
    STINT_TRY(control(epoll, EPOLL_CTL_ADD, wakeUp.get(), POLLIN));
    return WakeableFd(std::move(epoll), std::move(wakeUp));
}

Result<void> WakeableFd::watch(int socket, short events) {
    if (socket == socket_ && events == events_) return {};
    STINT_TRY(control(epoll_, socket == socket_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, events));
    socket_ = socket;
    events_ = events;
    return {};
}

void WakeableFd::forget() {
    if (socket_ >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket_, nullptr);
    socket_ = -1;
}

void WakeableFd::wake() { ::eventfd_write(wakeUp_.get(), 1); }

void WakeableFd::drain() {
    eventfd_t rings = 0;
    ::eventfd_read(wakeUp_.get(), &rings);
}

namespace {

/// A daemon answers within a turn; one that does not in this time is stopped or broken.
constexpr Duration patience = 25s;

} // namespace

Result<std::optional<BusLink>> BusLink::inherited() {
    std::optional<Fd> socket = STINT_TRY(wire::inheritedSocket());
    if (!socket) return std::optional<BusLink>();
    wire::Bus bus = STINT_TRY(wire::clientOver(std::move(*socket)));
    return std::optional(BusLink(std::move(bus)));
}

Result<BusLink> BusLink::connect() {
    const auto path = STINT_TRY(wire::daemonSocket(false));
    Fd socket = STINT_TRY(wire::connectSocket(path));
    wire::Bus bus = STINT_TRY(wire::clientOver(std::move(socket)));
    return BusLink(std::move(bus));
}

int BusLink::socket() const { return sd_bus_get_fd(bus_.get()); }

short BusLink::events() const {
    const int events = sd_bus_get_events(bus_.get());
    return static_cast<short>(events < 0 ? 0 : events);
}

bool BusLink::hasQueued() const {
    std::uint64_t deadline = UINT64_MAX;
    return sd_bus_get_timeout(bus_.get(), &deadline) > 0 && deadline == 0;
}

bool BusLink::isOpen() const { return sd_bus_is_open(bus_.get()) > 0; }

bool BusLink::isHungUp() const {
    pollfd end{socket(), POLLRDHUP, 0};
    return !isOpen() || (::poll(&end, 1, 0) > 0 && (end.revents & (POLLRDHUP | POLLHUP | POLLERR)));
}

std::optional<wire::Message> BusLink::next() {
    while (true) {
        sd_bus_message* taken = nullptr;
        const int worked = sd_bus_process(bus_.get(), &taken);
        if (taken) {
            auto message = wire::Message::owning(taken);
            // sd-bus reports the loss by a signal of its own making.
            if (message.interface() == "org.freedesktop.DBus.Local") return std::nullopt;
            return message;
        }
        if (worked <= 0) return std::nullopt;
    }
}

Result<wire::Message> BusLink::message(const char* interface, const char* member, const Write& write) const {
    wire::Message message = STINT_TRY(wire::newCall(bus_.get(), interface, member));
    wire::Writer writer(message);
    write(writer);
    STINT_TRY(writer.done());
    return message;
}

Result<void> BusLink::call(const char* member, const Write& write, const Read& read) {
    return call(wire::jobSchedulerInterface, member, write, read);
}

Result<void> BusLink::call(const char* interface, const char* member, const Write& write, const Read& read) {
    const wire::Message asked = STINT_TRY(message(interface, member, write));
    const wire::Message answered = STINT_TRY(wire::call(bus_.get(), asked, patience));
    wire::Reader reader(answered);
    auto taken = read(reader);
    if (!taken.ok()) return within(fmt::format("stintd's answer to {}", member), std::move(taken).error());
    return {};
}

Result<void> BusLink::tell(const char* member, const Write& write) {
    const wire::Message call = STINT_TRY(message(wire::jobSchedulerInterface, member, write));
    sd_bus_message_set_expect_reply(call.get(), 0);
    STINT_TRY(wire::send(bus_.get(), call));
    return {};
}

Result<void> BusLink::answer(const wire::Message& call, std::optional<bool> value) {
    const wire::Message reply = STINT_TRY(wire::newReply(call));
    wire::Writer writer(reply);
    if (value) writer.boolean(*value);
    STINT_TRY(writer.done());
    STINT_TRY(wire::send(bus_.get(), reply));
    return {};
}

void noOptions(wire::Writer& writer) { const wire::DictionaryWriter options(writer); }

Result<void> nothing(wire::Reader&) { return {}; }

} // namespace stint::client
