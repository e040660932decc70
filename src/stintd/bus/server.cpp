#include "stintd/bus/server.hpp"

#include <array>
#include <set>

#include <fcntl.h>
#include <sys/epoll.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stintd/bus/connection.hpp"
#include "stintd/bus/guests.hpp"
#include "stintd/bus/methods.hpp"
#include "stintd/bus/outgoing.hpp"
#include "stintd/bus/pending_calls.hpp"
#include "stintd/bus/sockets.hpp"
#include "stintd/bus/watches.hpp"

namespace stint {
namespace {

/// A connection is closed when this many of our messages wait because its socket has no room for them.
constexpr std::size_t farTooManyUnread = 4096;
constexpr std::uint64_t listenerMark = 0;

/// A caller, as long as its connection lasts.
struct Peer {
    std::unique_ptr<CallerConnection> connection;
    BusCaller caller;
    std::map<std::uint64_t, Asked> asked; ///< our calls that it has not answered, by cookie
    bool watchedForWriting = false;
    std::uint64_t knownIn = 0; ///< the turn in which its program was last checked
};

class ServerLoop final : public Server {
public:
    ServerLoop(BusOwner& owner, Listener listener, Caps caps)
        : owner_(owner), listener_(std::move(listener)), caps_(caps), guests_(caps) {}
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
    void callServiceAction(ConnectionId to, const CallServiceAction& call) override;
    void callAlarm(ConnectionId to, const DeliverAlarm& call) override;
    void callMessage(ConnectionId to, const DeliverMessage& call) override;
    void tellLine(ConnectionId to, const wire::LineView& line) override;
    void checkLine(ConnectionId to) override;
    void giveLine(ConnectionId to, const DeliverMessage& message) override;
    void tellNetwork(const NetworkAccess& access) override;
    void unbind(ConnectionId to) override;
    void appExited(ConnectionId to, pid_t pid, int exitCode) override;
    void changed(const JobKey& key) override { watches_.changed(key); }
    void progressed(const JobKey& key) override { watches_.progressed(key); }
    std::optional<Instant> tellsAt() const override { return watches_.tellsAt(); }
    bool wantsTopics() const override { return watches_.wantsTopics(); }
    void changed(Topics topics) override { watches_.changed(topics); }
    void close(ConnectionId connection) override;

private:
    // Readiness.
    void noteReadiness(ConnectionId id, std::uint32_t events);
    void acceptSome();
    void welcome(Fd socket);
    bool makeRoom(ConnectionId id, const Guest& newcomer);
    void putOut(ConnectionId id);
    void putOutTheSlow();
    bool descriptorsAreShort() const;
    Instant now() const;
    Result<void> settle(ConnectionId id, Fd socket, BusCaller caller, Speaker speaker);
    void watchWriting(ConnectionId id, Peer& peer);

    // Taking in.
    struct Budget {
        int messages = mostMessagesOfAll;
        std::size_t bytes = mostBytesOfAll;
        std::size_t descriptors = 0; ///< that have come: they can run short only if there are any
    };
    bool serveReady(Budget& budget);
    bool serve(ConnectionId id, Budget& budget);
    bool buryDead();
    void take(ConnectionId id, Peer& peer, wire::Message message);
    void takeCall(ConnectionId id, Peer& peer, wire::Message message);
    void takeAnswer(ConnectionId id, Peer& peer, const wire::Message& answer);
    bool isStillItself(ConnectionId id, Peer& peer);
    Handled handle(ConnectionId id, const Peer& peer, CallId call, const wire::Message& message);

    // Sending.
    Peer* find(ConnectionId id);
    void deliver(ConnectionId to, const Outgoing& outgoing);
    void tellWatchers();
    void tellTopics();
    void tellReasons();
    void sendAnswers();
    void flushTouched();
    void sent(ConnectionId to) { touched_.insert(to); }

    BusOwner& owner_;
    Listener listener_;
    Caps caps_;
    Guests guests_;
    std::optional<Instant> crowded_; ///< when too many connections were last reported
    sd_event* loop_ = nullptr;
    WatchedSockets sockets_;
    std::uint64_t lastConnection_ = listenerMark;
    std::uint64_t turn_ = 0;
    std::map<ConnectionId, Peer> peers_;
    bool callersWait_ = false;
    std::set<ConnectionId> ready_;   ///< they may have messages for us
    std::set<ConnectionId> later_;   ///< they have, but must wait for the next turn
    int taken_ = 1;                  ///< the number that the last message counted as
    ConnectionId lastServed_;        ///< the connection after it is served next
    std::set<ConnectionId> dead_;    ///< their ends are to be reported to the owner
    std::set<ConnectionId> touched_; ///< they were sent something
    PendingCalls calls_;
    Watches watches_;
};

// Readiness.

Result<void> ServerLoop::start(sd_event* loop) {
    STINT_CHECK(!loop_);
    loop_ = loop;
    STINT_TRY(sockets_.start(loop));
    return sockets_.watchListener(listener_.socket(), listenerMark);
}

void ServerLoop::watchWriting(ConnectionId id, Peer& peer) {
    const bool wanted = peer.connection->queued() > 0;
    if (wanted == peer.watchedForWriting) return;
    if (sockets_.watchWriting(peer.connection->socket(), id.value, wanted)) peer.watchedForWriting = wanted;
}

void ServerLoop::noteReadiness(ConnectionId id, std::uint32_t events) {
    if (id.value == listenerMark) callersWait_ = true;
    Peer* peer = find(id);
    if (!peer) return;
    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) peer->connection->hungUp();
    if ((events & EPOLLOUT) && !peer->connection->flush()) dead_.insert(id);
    watchWriting(id, *peer);
    peer->connection->arrived();
    ready_.insert(id);
}

Instant ServerLoop::now() const {
    std::uint64_t microseconds = 0;
    sd_event_now(loop_, CLOCK_BOOTTIME, &microseconds);
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::microseconds(microseconds)));
}

// Messages hold further descriptors until they are answered or complete. LINUX: the kernel gives out the lowest free
// number, so all below it are in use.
bool ServerLoop::descriptorsAreShort() const {
    const int kept = std::min(32, caps_.descriptors / 16);
    const Fd lowest(::fcntl(listener_.socket(), F_DUPFD_CLOEXEC, 0));
    return !lowest || lowest.get() >= caps_.descriptors - kept;
}

// New callers are accepted after dead connections were closed, which frees descriptors. Callers left waiting wake the
// loop again.
void ServerLoop::acceptSome() {
    if (!std::exchange(callersWait_, false)) return;
    for (int count = 0; count < mostAcceptedATurn; ++count) {
        std::optional<Fd> caller = listener_.accept();
        if (!caller) return;
        welcome(std::move(*caller));
    }
}

// A refused caller finds its socket closed; the log has the reason.
void ServerLoop::welcome(Fd socket) {
    const ConnectionId id{++lastConnection_};
    Result<BusCaller> caller = owner_.accepted(id, socket.get());
    if (!caller) return;
    if (isHasty(socket.get())) return owner_.closed(id);
    const Guest guest{caller->app, caller->pid, caller->isOperator};
    if (!makeRoom(id, guest)) return owner_.closed(id);
    if (!settle(id, std::move(socket), *std::move(caller), Speaker::WhoConnected)) return owner_.closed(id);
    guests_.entered(id, guest, now());
}

bool ServerLoop::makeRoom(ConnectionId id, const Guest& newcomer) {
    const Guests::Ruling ruling = guests_.admit(newcomer, [&] { return owner_.presence().visibleNow(id); });
    const bool crowded = ruling.leaves || !ruling.refusal.empty();
    if (crowded && (!crowded_ || now() - *crowded_ >= 1min)) {
        owner_.crowded(ruling.refusal.empty() ? "connections that say nothing make room for others" : ruling.refusal);
        crowded_ = now();
    }
    if (ruling.leaves) putOut(*ruling.leaves);
    return ruling.refusal.empty();
}

void ServerLoop::putOut(ConnectionId id) {
    close(id);
    owner_.closed(id);
}

void ServerLoop::putOutTheSlow() {
    while (const auto slow = guests_.tooSlow(now()))
        putOut(*slow);
    if (!descriptorsAreShort()) return;
    // An incomplete message may hold many descriptors.
    if (const auto quiet = guests_.quietest()) putOut(*quiet);
}

Result<ConnectionId> ServerLoop::adopt(Fd socket, BusCaller caller) {
    const ConnectionId id{++lastConnection_};
    const Guest guest{caller.app, caller.pid, caller.isOperator};
    if (guest.pid != 0 && !makeRoom(id, guest))
        return fail(Errc::LIMIT_EXCEEDED, "{} has too many connections already; close some", guest.app.name);
    // Another process may speak through this socket: a sandbox's proxy calls for its app.
    STINT_TRY(settle(id, std::move(socket), std::move(caller), Speaker::Anyone));
    guests_.entered(id, guest, now());
    sockets_.wakeAgain();
    return id;
}

Result<void> ServerLoop::settle(ConnectionId id, Fd socket, BusCaller caller, Speaker speaker) {
    std::unique_ptr<CallerConnection> connection = STINT_TRY(CallerConnection::over(std::move(socket), speaker));
    STINT_TRY(sockets_.watch(connection->socket(), id.value));
    Peer peer{.connection = std::move(connection), .caller = std::move(caller), .asked = {}};
    STINT_CHECK(peers_.emplace(id, std::move(peer)).second); // a number is never used twice
    ready_.insert(id);
    return {};
}

// Taking in.

bool ServerLoop::gather() {
    sockets_.collect([this](std::uint64_t mark, std::uint32_t events) { noteReadiness(ConnectionId{mark}, events); });
    sendAnswers(); // answers that found no room, before their callers are read from again
    ++turn_;
    putOutTheSlow();
    Budget budget;
    bool came = serveReady(budget);
    came |= buryDead();
    acceptSome();
    came |= serveReady(budget);
    came |= buryDead();
    ready_.merge(later_);
    later_.clear();
    if (!ready_.empty()) sockets_.wakeAgain();
    return came;
}

// Connections are served round robin, so that one that was left out comes first in the next turn.
bool ServerLoop::serveReady(Budget& budget) {
    const std::set<ConnectionId> ready = std::exchange(ready_, {});
    std::vector<ConnectionId> order(ready.upper_bound(lastServed_), ready.end());
    order.insert(order.end(), ready.begin(), ready.upper_bound(lastServed_));
    bool came = false;
    for (const ConnectionId id : order) {
        const bool enough =
            budget.messages <= 0 || budget.bytes == 0 || (budget.descriptors > 0 && descriptorsAreShort());
        if (enough) {
            later_.insert(id);
            continue;
        }
        came |= serve(id, budget);
        lastServed_ = id;
    }
    return came;
}

bool ServerLoop::serve(ConnectionId id, Budget& budget) {
    Peer* peer = find(id);
    if (!peer || dead_.contains(id)) return false;
    bool came = false;
    std::size_t bytes = 0;
    for (int count = 0; count < mostMessagesATurn && bytes < mostBytesATurn; count += taken_) {
        // A caller that does not read its answers is not read from; EPOLLOUT makes it ready again.
        if (!peer->connection->isRead()) return came;
        const std::size_t before = peer->connection->bytesRead();
        const std::size_t descriptorsBefore = peer->connection->descriptorsRead();
        wire::Message message;
        const CallerConnection::Next next = peer->connection->next(message);
        const std::size_t read = peer->connection->bytesRead() - before;
        bytes += read;
        budget.bytes -= std::min(budget.bytes, read);
        budget.descriptors += peer->connection->descriptorsRead() - descriptorsBefore;
        if (next == CallerConnection::Next::Closed) dead_.insert(id);
        if (peer->connection->isGreeted()) guests_.greeted(id);
        if (next != CallerConnection::Next::Message) {
            if (came || peer->connection->isHalfway()) guests_.spoke(id, !peer->connection->isHalfway());
            return came;
        }
        came = true;
        taken_ = 1;
        take(id, *peer, std::move(message));
        budget.messages -= taken_;
        // The owner may have closed the connection.
        peer = find(id);
        if (!peer || dead_.contains(id)) return true;
    }
    guests_.spoke(id, true);
    later_.insert(id);
    return came;
}

bool ServerLoop::buryDead() {
    const std::set<ConnectionId> dead = std::exchange(dead_, {});
    for (const ConnectionId id : dead) {
        if (find(id)) putOut(id);
    }
    return !dead.empty();
}

void ServerLoop::close(ConnectionId id) {
    if (Peer* peer = find(id)) (void)peer->connection->flush();
    calls_.drop(id);
    watches_.drop(id);
    guests_.left(id);
    ready_.erase(id);
    later_.erase(id);
    dead_.erase(id);
    touched_.erase(id);
    peers_.erase(id);
}

// architecture.md, who is calling: an app is known by the program that its process runs. A process that runs another
// program is another caller; it may connect again.
bool ServerLoop::isStillItself(ConnectionId id, Peer& peer) {
    if (peer.caller.pid == 0 || peer.knownIn == turn_) return true;
    if (!owner_.presence().isItself(id)) return false;
    peer.knownIn = turn_;
    return true;
}

void ServerLoop::take(ConnectionId id, Peer& peer, wire::Message message) {
    if (!isStillItself(id, peer)) {
        dead_.insert(id);
        return;
    }
    if (message.isAnswer()) return takeAnswer(id, peer, message);
    if (message.isCall()) return takeCall(id, peer, std::move(message));
    // Signals from apps are ignored.
}

void ServerLoop::takeCall(ConnectionId id, Peer& peer, wire::Message message) {
    if (!message.expectsReply()) {
        (void)handle(id, peer, CallId{}, message);
        return;
    }
    if (calls_.waitingFor(id) >= wire::mostCallsInFlight) {
        (void)wire::replyError(message, fail(Errc::BUSY, "{} calls of this connection wait for their answer; ask again",
                                             wire::mostCallsInFlight));
        return sent(id);
    }
    const CallId call = calls_.enter(id, message);
    calls_.handled(call, handle(id, peer, call, message));
}

Handled ServerLoop::handle(ConnectionId id, const Peer& peer, CallId call, const wire::Message& message) {
    Request request{owner_, watches_, caps_, id, peer.caller, call, wire::Reader(message)};
    Handled handled = dispatch(request, message);
    taken_ = request.counts;
    return handled;
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

Peer* ServerLoop::find(ConnectionId id) { return findIn(peers_, id); }

void ServerLoop::act() {
    tellWatchers();
    sendAnswers();
    tellReasons();
    tellTopics();
}

void ServerLoop::failAll(const Error& error) {
    calls_.failAll(error);
    sendAnswers();
}

void ServerLoop::sendAnswers() {
    const auto isRead = [this](ConnectionId id) {
        const Peer* peer = find(id);
        return peer && peer->connection->isRead();
    };
    for (const ConnectionId reached : calls_.send(isRead))
        sent(reached);
    flushTouched();
}

void ServerLoop::tellWatchers() {
    watches_.tellProgress(owner_.now().elapsed);
    const std::map<JobKey, std::set<ConnectionId>> owed = watches_.owed();
    for (const auto& [job, watchers] : owed) {
        const JobView view = owner_.core().job(job, owner_.now()).value_or(vanished(job));
        std::vector<ConnectionId> reached;
        for (const ConnectionId watcher : watchers) {
            Peer* peer = find(watcher);
            // A slow reader gets the latest state once it has caught up.
            if (!peer || !peer->connection->isRead()) continue;
            deliver(watcher, jobChanged(peer->connection->bus(), view));
            reached.push_back(watcher);
        }
        watches_.announced(job, reached, view.state == JobView::State::Finished);
    }
}

// Signals go out after the answers: a caller that begins to watch in this turn is answered first.
void ServerLoop::tellTopics() {
    for (const auto& [watcher, topics] : watches_.takeNews())
        if (Peer* peer = find(watcher)) deliver(watcher, listsChanged(peer->connection->bus(), topics));
    flushTouched();
}

// Signals likewise. Who has not caught up is told when something is different again.
void ServerLoop::tellReasons() {
    for (const auto& [job, watchers] : watches_.takeReasons()) {
        const std::vector<PendingReason> reasons = pendingReasons(owner_, job);
        for (const auto& [watcher, told] : watchers) {
            Peer* peer = told == reasons ? nullptr : find(watcher);
            if (!peer) continue;
            if (!peer->connection->isRead()) {
                watches_.oweReasons();
                continue;
            }
            deliver(watcher, reasonsChanged(peer->connection->bus(), job, reasons));
            watches_.toldReasons(watcher, job, reasons);
        }
    }
}

void ServerLoop::flushTouched() {
    for (const ConnectionId id : std::exchange(touched_, {}))
        if (Peer* peer = find(id)) watchWriting(id, *peer);
}

void ServerLoop::deliver(ConnectionId to, const Outgoing& outgoing) {
    Peer* peer = find(to);
    if (!peer) return;
    const bool isRead = peer->connection->queued() < farTooManyUnread;
    const Result<std::uint64_t> cookie = isRead && outgoing.message
                                             ? wire::send(peer->connection->bus(), outgoing.message)
                                             : fail(Errc::UNAVAILABLE, "it does not read");
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

void ServerLoop::callServiceAction(ConnectionId to, const CallServiceAction& call) {
    if (Peer* peer = find(to)) deliver(to, serviceAction(peer->connection->bus(), call));
}

void ServerLoop::callAlarm(ConnectionId to, const DeliverAlarm& call) {
    if (Peer* peer = find(to)) deliver(to, alarmCall(peer->connection->bus(), call));
}

void ServerLoop::callMessage(ConnectionId to, const DeliverMessage& call) {
    if (Peer* peer = find(to)) deliver(to, messageCall(peer->connection->bus(), call));
}

void ServerLoop::tellLine(ConnectionId to, const wire::LineView& line) {
    if (Peer* peer = find(to)) deliver(to, lineChanged(peer->connection->bus(), line));
}

void ServerLoop::checkLine(ConnectionId to) {
    if (Peer* peer = find(to)) deliver(to, stint::checkLine(peer->connection->bus()));
}

void ServerLoop::giveLine(ConnectionId to, const DeliverMessage& message) {
    if (Peer* peer = find(to)) deliver(to, lineDelivery(peer->connection->bus(), message));
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

Result<std::unique_ptr<Server>> Server::open(sd_event* loop, BusOwner& owner, const std::filesystem::path& socket,
                                             Caps caps) {
    Listener listener = STINT_TRY(Listener::open(socket));
    auto server = std::make_unique<ServerLoop>(owner, std::move(listener), caps);
    STINT_TRY(server->start(loop));
    return std::unique_ptr<Server>(std::move(server));
}

} // namespace stint
