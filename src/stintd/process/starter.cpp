#include "stintd/process/starter.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/unix/pidfd.hpp"
#include "base/unix/send_with.hpp"
#include "base/unix/socket_pair.hpp"
#include "stintd/process/exec/order.hpp"

namespace stint {
namespace {

/// It answers as soon as it gets a processor, unless somebody has stopped it.
constexpr int patienceMs = 2'000;

Result<std::string> packetOf(ProcessId id, const Prepared& prepared) {
    const order::Head head{id.value, static_cast<std::uint32_t>(prepared.words.size()),
                           static_cast<std::uint32_t>(prepared.variables.size())};
    std::string packet(reinterpret_cast<const char*>(&head), sizeof head);
    for (const auto* list : {&prepared.words, &prepared.variables})
        for (const std::string& text : *list)
            packet.append(text.c_str(), text.size() + 1);
    if (packet.size() > order::longest) return fail(Errc::SYSTEM, "the command and its environment are too long");
    return packet;
}

bool sent(const Fd& socket, std::string_view packet, const Prepared& prepared) {
    const auto& [in, out, complaints] = prepared.stdio;
    const std::array<int, order::most> given{prepared.cgroup.get(), in.get(), out.get(), complaints.get(),
                                             prepared.socket.get()};
    const std::size_t count = order::least + (prepared.socket ? 1 : 0);
    return sendWith(socket.get(), packet, std::span(given).first(count)) == static_cast<ssize_t>(packet.size());
}

} // namespace

Result<void> Starter::begin() {
    if (socket_) return {};
    auto [ours, theirs] = STINT_TRY(socketPair(SOCK_SEQPACKET));
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null) return fail(Errc::SYSTEM, "cannot open /dev/null: {}", std::strerror(errno));
    const int complaints = ::fcntl(STDERR_FILENO, F_GETFD) >= 0 ? STDERR_FILENO : null.get();
    const std::array descriptors{null.get(), null.get(), complaints, theirs.get()};
    static_assert(order::socket + 1 == descriptors.size());
    process_ = STINT_TRY(posixSpawn(
        program_, {program_.string(), "--serve", std::to_string(::getpid()), "--reap", instance_}, {}, descriptors));
    socket_ = std::move(ours);
    sd_event_source* source = nullptr;
    const int added = sd_event_add_io(loop_, &source, socket_.get(), EPOLLIN, spoke, this);
    answers_.reset(source);
    if (added >= 0) return {};
    end();
    return fail(Errc::SYSTEM, "cannot listen to {}: {}", program_.string(), std::strerror(-added));
}

Result<void> Starter::order(ProcessId id, const Prepared& prepared) {
    std::string packet = STINT_TRY(packetOf(id, prepared));
    if (!socket_ && !owed_.empty()) return fail(Errc::SYSTEM, "the one before has died, and not all know it yet");
    STINT_TRY(begin());
    if (!sent(socket_, packet, prepared)) {
        if (errno == EPIPE && owed_.empty()) end(); // the next order goes to a new one
        return fail(Errc::SYSTEM, "{} does not listen", program_.string());
    }
    STINT_CHECK(socket_);
    STINT_CHECK(owed_.insert(id).second); // each order is owed one answer
    return {};
}

Result<std::optional<Starter::Said>> Starter::answer(Wait wait) {
    while (socket_) {
        const bool waits = wait == Wait::Yes && !owed_.empty();
        pollfd speaks{socket_.get(), POLLIN, 0};
        while (waits && ::poll(&speaks, 1, patienceMs) < 0 && errno == EINTR) {
        }
        order::Answer said;
        const ssize_t size = ::recv(socket_.get(), &said, sizeof said, MSG_DONTWAIT);
        if (size < 0 && !waits && (errno == EAGAIN || errno == EINTR)) return std::optional<Said>();
        if (size != sizeof said) break;
        if (said.id == order::nobody) {
            ready(said.pid);
            continue;
        }
        if (owed_.erase(ProcessId{said.id}) == 0) continue; // the second of two answers: process and reaper
        if (said.pid == process_.pid) process_ = {};        // from here on Children waits for it
        return std::optional(Said{ProcessId{said.id}, said.pid, said.error});
    }
    end();
    if (std::exchange(owed_, {}).empty()) return std::optional<Said>();
    return fail(Errc::SYSTEM, "{} does not answer", program_.string());
}

// One that cannot be pinned is dead; the next order finds nobody.
void Starter::ready(pid_t pid) {
    process_ = {};
    if (pid <= 0) return;
    if (auto born = pinned(pid)) process_ = std::move(born).value();
}

int Starter::spoke(sd_event_source*, int, std::uint32_t, void* self) {
    auto& starter = *static_cast<Starter*>(self);
    if (starter.owed_.empty()) static_cast<void>(starter.answer(Wait::No)); // takes only the word on who waits now
    starter.speaks_();
    return 0;
}

// The daemon's wait for all children may have taken its end already. A waiting one whose pid is not known yet ends by
// itself, since the socket's other end is closed.
void Starter::end() {
    if (!socket_) return;
    answers_.reset();
    socket_ = Fd();
    if (!process_.pidfd) return;
    sendSignal(process_.pidfd, SIGKILL);
    siginfo_t ended{};
    ::waitid(P_PIDFD, static_cast<id_t>(process_.pidfd.get()), &ended, WEXITED);
    process_ = {};
}

} // namespace stint
