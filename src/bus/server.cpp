#include "bus/server.hpp"

#include <set>
#include <sys/epoll.h>

#include "base/fail.hpp"
#include "bus/call_book.hpp"
#include "bus/connection.hpp"
#include "bus/deliveries.hpp"
#include "bus/listener.hpp"
#include "bus/outgoing.hpp"
#include "bus/request.hpp"
#include "bus/sockets.hpp"
#include "bus/watches.hpp"
#include "wire/errors.hpp"
#include "wire/names.hpp"
#include "wire/views.hpp"

namespace stint {
namespace {

/// How many messages of one connection a turn takes in (design.md, the turn).
constexpr int mostMessagesATurn = 64;
/// A connection that leaves this many of our messages unread is not read from any more, until it does.
constexpr std::size_t mostUnread = 256;
/// And one that we call all the same is given up.
constexpr std::size_t farTooManyUnread = 4096;
constexpr std::uint64_t listenerMark = 0;

/// A caller, as long as its connection lasts.
struct Peer {
    std::unique_ptr<Connection> connection;
    BusCaller caller;
    std::map<std::uint64_t, Asked> asked; ///< our calls that it has not answered, by cookie
    bool watchedForWriting = false;
};

class ServerLoop final : public Server {
public:
    ServerLoop(BusOwner& owner, Listener listener) : owner_(owner), listener_(std::move(listener)) {}
    Result<void> start(sd_event* loop);

    Result<ConnectionId> adopt(Fd socket, BusCaller caller) override;
    bool gather() override;
    void act() override;
    void failAll(const Error& error) override;
    void reply(const Reply& reply) override { calls_.reply(reply); }
    void callStart(ConnectionId to, const CallStart& call) override;
    void callStop(ConnectionId to, const CallStop& call) override;
    void callNetworkChanged(ConnectionId to, const CallNetworkChanged& call) override;
    void callAction(ConnectionId to, const CallAction& call) override;
    void callAlarm(ConnectionId to, const DeliverAlarm& call) override;
    void callMessage(ConnectionId to, const DeliverMessage& call) override;
    void tellNetwork(const NetworkAccess& access) override;
    void unbind(ConnectionId to) override;
    void appExited(ConnectionId to, pid_t pid, int exitCode) override;
    void changed(const JobKey& key) override { watches_.changed(key); }
    void close(ConnectionId connection) override;

private:
    // Readiness.
    void noteReadiness(ConnectionId id, std::uint32_t events);
    void acceptAll();
    Result<void> welcome(Fd socket);
    Result<void> settle(ConnectionId id, Fd socket, BusCaller caller);
    void watchWriting(ConnectionId id, Peer& peer);

    // Taking in.
    bool serve(ConnectionId id);
    bool buryDead();
    void take(ConnectionId id, Peer& peer, wire::Message message);
    void takeCall(ConnectionId id, Peer& peer, wire::Message message);
    void takeAnswer(ConnectionId id, Peer& peer, const wire::Message& answer);
    Handled handle(ConnectionId id, const Peer& peer, CallId call, const wire::Message& message);

    // Sending.
    Peer* find(ConnectionId id);
    void deliver(ConnectionId to, const Outgoing& outgoing);
    void tellWatchers();
    void sendAnswers();
    void sent(ConnectionId to) { touched_.insert(to); }

    BusOwner& owner_;
    Listener listener_;
    Sockets sockets_;
    std::uint64_t lastConnection_ = listenerMark;
    std::map<ConnectionId, Peer> peers_;
    std::set<ConnectionId> ready_;   ///< may have messages for us
    std::set<ConnectionId> dead_;    ///< the owner is to be told
    std::set<ConnectionId> touched_; ///< was sent something
    CallBook calls_;
    Watches watches_;
};

// Readiness.

Result<void> ServerLoop::start(sd_event* loop) {
    STINT_TRY(sockets_.start(loop));
    return sockets_.watch(listener_.socket(), listenerMark);
}

void ServerLoop::watchWriting(ConnectionId id, Peer& peer) {
    const bool wanted = peer.connection->queued() > 0;
    if (wanted == peer.watchedForWriting) return;
    if (sockets_.watchWriting(peer.connection->socket(), id.value, wanted)) peer.watchedForWriting = wanted;
}

void ServerLoop::noteReadiness(ConnectionId id, std::uint32_t events) {
    Peer* peer = find(id);
    if (!peer) return;
    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) peer->connection->hungUp();
    if ((events & EPOLLOUT) && !peer->connection->flush()) dead_.insert(id);
    watchWriting(id, *peer);
    ready_.insert(id);
}

// Asked in every turn: by edges the listener speaks up once, and may have had no descriptor left then.
void ServerLoop::acceptAll() {
    while (std::optional<Fd> caller = listener_.accept()) {
        // One that is refused has been told by the closed socket; there is nobody else to tell.
        (void)welcome(std::move(*caller));
    }
}

Result<void> ServerLoop::welcome(Fd socket) {
    const ConnectionId id{++lastConnection_};
    BusCaller caller = STINT_TRY(owner_.accepted(id, socket.get()));
    Result<void> settled = settle(id, std::move(socket), std::move(caller));
    if (!settled) owner_.closed(id);
    return settled;
}

Result<ConnectionId> ServerLoop::adopt(Fd socket, BusCaller caller) {
    const ConnectionId id{++lastConnection_};
    STINT_TRY(settle(id, std::move(socket), std::move(caller)));
    sockets_.wakeAgain();
    return id;
}

Result<void> ServerLoop::settle(ConnectionId id, Fd socket, BusCaller caller) {
    std::unique_ptr<Connection> connection = STINT_TRY(Connection::over(std::move(socket)));
    STINT_TRY(sockets_.watch(connection->socket(), id.value));
    peers_.emplace(id, Peer{std::move(connection), std::move(caller), {}, false});
    ready_.insert(id);
    return {};
}

// Taking in.

bool ServerLoop::gather() {
    sockets_.collect([this](std::uint64_t mark, std::uint32_t events) { noteReadiness(ConnectionId{mark}, events); });
    acceptAll();
    bool came = false;
    for (const ConnectionId id : std::exchange(ready_, {}))
        came |= serve(id);
    came |= buryDead();
    if (!ready_.empty()) sockets_.wakeAgain();
    return came;
}

bool ServerLoop::serve(ConnectionId id) {
    Peer* peer = find(id);
    if (!peer || dead_.contains(id)) return false;
    bool came = false;
    for (int count = 0; count < mostMessagesATurn; ++count) {
        // Whoever does not read what we say is not heard further; EPOLLOUT makes it ready again.
        if (peer->connection->queued() > mostUnread) return came;
        wire::Message message;
        const Connection::Next next = peer->connection->next(message);
        if (next == Connection::Next::Closed) dead_.insert(id);
        if (next != Connection::Next::Message) return came;
        came = true;
        take(id, *peer, std::move(message));
        // A handler of the owner's may have closed it.
        peer = find(id);
        if (!peer || dead_.contains(id)) return true;
    }
    ready_.insert(id);
    return came;
}

bool ServerLoop::buryDead() {
    const std::set<ConnectionId> dead = std::exchange(dead_, {});
    for (const ConnectionId id : dead) {
        if (!find(id)) continue;
        close(id);
        owner_.closed(id);
    }
    return !dead.empty();
}

void ServerLoop::close(ConnectionId id) {
    if (Peer* peer = find(id)) (void)peer->connection->flush();
    calls_.drop(id);
    watches_.drop(id);
    ready_.erase(id);
    dead_.erase(id);
    touched_.erase(id);
    peers_.erase(id);
}

void ServerLoop::take(ConnectionId id, Peer& peer, wire::Message message) {
    if (message.isAnswer()) return takeAnswer(id, peer, message);
    if (message.isCall()) return takeCall(id, peer, std::move(message));
    // A signal of an app's is for nobody here.
}

void ServerLoop::takeCall(ConnectionId id, Peer& peer, wire::Message message) {
    if (!message.expectsReply()) {
        (void)handle(id, peer, CallId{}, message);
        return;
    }
    if (calls_.waitingFor(id) >= wire::mostCallsInFlight) {
        (void)wire::replyError(message, fail(Errc::Busy, "{} calls of this connection wait for their answer; ask again",
                                             wire::mostCallsInFlight));
        return sent(id);
    }
    const CallId call = calls_.enter(id, message);
    calls_.handled(call, handle(id, peer, call, message));
}

Handled ServerLoop::handle(ConnectionId id, const Peer& peer, CallId call, const wire::Message& message) {
    Request request{owner_, watches_, id, peer.caller, call, wire::Reader(message)};
    return dispatch(request, message);
}

void ServerLoop::takeAnswer(ConnectionId id, Peer& peer, const wire::Message& answer) {
    const auto asked = peer.asked.find(answer.replyCookie());
    if (asked == peer.asked.end()) return;
    const std::optional<Event> event = eventOf(asked->second, answer);
    peer.asked.erase(asked);
    // jobs.md §4.2: on Android a callback that throws takes its process with it.
    if (event)
        owner_.arrived(*event);
    else
        dead_.insert(id);
}

// Sending.

Peer* ServerLoop::find(ConnectionId id) {
    const auto found = peers_.find(id);
    return found == peers_.end() ? nullptr : &found->second;
}

void ServerLoop::act() {
    tellWatchers();
    sendAnswers();
}

void ServerLoop::failAll(const Error& error) {
    calls_.failAll(error);
    sendAnswers();
}

void ServerLoop::sendAnswers() {
    for (const ConnectionId told : calls_.send())
        sent(told);
    for (const ConnectionId id : std::exchange(touched_, {}))
        if (Peer* peer = find(id)) watchWriting(id, *peer);
}

void ServerLoop::tellWatchers() {
    const std::map<JobKey, std::set<ConnectionId>> owed = watches_.owed();
    for (const auto& [job, watchers] : owed) {
        const JobView view = owner_.job(job).value_or(vanished(job));
        std::vector<ConnectionId> told;
        for (const ConnectionId watcher : watchers) {
            Peer* peer = find(watcher);
            // One that reads slowly hears the latest once it has caught up.
            if (!peer || peer->connection->queued() > mostUnread) continue;
            deliver(watcher, jobChanged(peer->connection->bus(), view));
            told.push_back(watcher);
        }
        watches_.told(job, told, view.state == JobView::State::Finished);
    }
}

void ServerLoop::deliver(ConnectionId to, const Outgoing& outgoing) {
    Peer* peer = find(to);
    if (!peer) return;
    const bool isRead = peer->connection->queued() < farTooManyUnread;
    const Result<std::uint64_t> cookie = isRead && outgoing.message
                                             ? wire::send(peer->connection->bus(), outgoing.message)
                                             : fail(Errc::Unavailable, "it does not read");
    if (!cookie) {
        dead_.insert(to);
        return sockets_.wakeAgain();
    }
    if (outgoing.asked) peer->asked.emplace(*cookie, *outgoing.asked);
    sent(to);
}

void ServerLoop::callStart(ConnectionId to, const CallStart& call) {
    if (Peer* peer = find(to)) deliver(to, startJob(peer->connection->bus(), call));
}

void ServerLoop::callStop(ConnectionId to, const CallStop& call) {
    if (Peer* peer = find(to)) deliver(to, stopJob(peer->connection->bus(), call));
}

void ServerLoop::callNetworkChanged(ConnectionId to, const CallNetworkChanged& call) {
    if (Peer* peer = find(to)) deliver(to, networkChanged(peer->connection->bus(), call));
}

void ServerLoop::callAction(ConnectionId to, const CallAction& call) {
    if (Peer* peer = find(to)) deliver(to, notificationAction(peer->connection->bus(), call));
}

void ServerLoop::callAlarm(ConnectionId to, const DeliverAlarm& call) {
    if (Peer* peer = find(to)) deliver(to, alarmCall(peer->connection->bus(), call));
}

void ServerLoop::callMessage(ConnectionId to, const DeliverMessage& call) {
    if (Peer* peer = find(to)) deliver(to, messageCall(peer->connection->bus(), call));
}

void ServerLoop::tellNetwork(const NetworkAccess& access) {
    for (const ConnectionId to : watches_.ofNetwork()) {
        Peer* peer = find(to);
        if (peer && peer->caller.app == access.app) deliver(to, networkAccess(peer->connection->bus(), access));
    }
}

void ServerLoop::unbind(ConnectionId to) {
    if (Peer* peer = find(to)) deliver(to, stint::unbindProcess(peer->connection->bus()));
}

void ServerLoop::appExited(ConnectionId to, pid_t pid, int exitCode) {
    if (Peer* peer = find(to)) deliver(to, stint::appHasExited(peer->connection->bus(), pid, exitCode));
}

} // namespace

Result<std::unique_ptr<Server>> Server::open(sd_event* loop, BusOwner& owner, const std::filesystem::path& socket) {
    Listener listener = STINT_TRY(Listener::open(socket));
    auto server = std::make_unique<ServerLoop>(owner, std::move(listener));
    STINT_TRY(server->start(loop));
    return std::unique_ptr<Server>(std::move(server));
}

} // namespace stint
