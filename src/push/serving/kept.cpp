#include "push/serving/kept.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "base/unix/process.hpp"

namespace stint::push {
namespace {

using namespace std::chrono_literals;

constexpr Duration longEnough = 1h; ///< after a life as long the next start does not wait longer than the first
constexpr Duration untilKilled = 10s;
constexpr std::size_t longestLine = 16 << 10;

std::vector<std::string> ownEnvironment() {
    std::vector<std::string> all;
    for (char** each = environ; *each; ++each)
        all.emplace_back(*each);
    return all;
}

} // namespace

// setpriv(1): the program gets SIGTERM when this process ends, however that was.
Kept::Kept(sd_event* loop, std::string name, std::vector<std::string> words, int lock, Hooks hooks)
    : loop_(loop), name_(std::move(name)), words_(std::move(words)), lock_(lock), hooks_(std::move(hooks)),
      again_(loop), patience_(loop) {
    words_.insert(words_.begin(), {"setpriv", "--pdeathsig", "TERM", "--"});
}

Kept::~Kept() {
    if (process_) sendSignal(process_, SIGKILL);
}

void Kept::start() {
    if (const auto spawned = spawn(); !spawned.ok()) startLater("cannot be started: " + spawned.error().message);
}

Result<void> Kept::spawn() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Errc::SYSTEM, "no pipe: {}", std::strerror(errno));
    printed_ = Fd(ends[0]);
    const Fd printing(ends[1]);
    ::fcntl(printed_.get(), F_SETFL, O_NONBLOCK);
    pid_t pid = 0;
    const int error = spawnDetached(pid, words_, ownEnvironment(), [&](posix_spawn_file_actions_t* files) {
        ::posix_spawn_file_actions_adddup2(files, printing.get(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(files, printing.get(), STDERR_FILENO);
        ::posix_spawn_file_actions_adddup2(files, lock_, lock_); // so that it is inherited
    });
    if (error != 0) return fail(Errc::SYSTEM, "{}", std::strerror(error));
    return follow(pid);
}

Result<void> Kept::follow(pid_t pid) {
    process_ = openPidfd(pid);
    began_ = loopTime(loop_);
    line_.clear();
    sd_event_source *ends = nullptr, *prints = nullptr;
    const auto ended = [](sd_event_source*, int, std::uint32_t, void* self) {
        siginfo_t how{};
        auto& it = *static_cast<Kept*>(self);
        if (::waitid(P_PIDFD, static_cast<id_t>(it.process_.get()), &how, WEXITED | WNOHANG) == 0 && how.si_pid != 0)
            it.gone(how.si_code == CLD_EXITED ? how.si_status : -how.si_status);
        return 0;
    };
    const auto printed = [](sd_event_source*, int, std::uint32_t, void* self) {
        static_cast<Kept*>(self)->readSome();
        return 0;
    };
    const bool followed = process_ && sd_event_add_io(loop_, &ends, process_.get(), EPOLLIN, ended, this) >= 0 &&
                          sd_event_add_io(loop_, &prints, printed_.get(), EPOLLIN, printed, this) >= 0;
    ends_.reset(ends);
    prints_.reset(prints);
    if (followed) return {};
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    process_ = Fd();
    return fail(Errc::SYSTEM, "cannot follow it");
}

void Kept::readSome() {
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(printed_.get(), bytes.data(), bytes.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return prints_.reset();
    line_.append(bytes.data(), static_cast<std::size_t>(count));
    hear();
}

void Kept::hear() {
    for (std::size_t end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
        const std::string line = line_.substr(0, end);
        line_.erase(0, end + 1);
        hooks_.heard(line);
    }
    if (line_.size() > longestLine) line_.clear();
}

void Kept::gone(int status) {
    while (prints_)
        readSome();
    ends_.reset();
    process_ = Fd();
    patience_.clear();
    if (done_) return std::exchange(done_, nullptr)();
    if (loopTime(loop_) - began_ > static_cast<std::uint64_t>(std::chrono::microseconds(longEnough).count()))
        pause_.reset();
    startLater(status < 0 ? fmt::format("was ended by signal {}", -status) : fmt::format("has ended, with {}", status));
}

void Kept::startLater(const std::string& why) {
    const Duration pause = pause_.next();
    hooks_.ended(fmt::format("{} {}; it is started again in {}", name_, why, formatDuration(pause)));
    again_.set(pause, [this] { start(); });
}

void Kept::signal(int number) {
    if (process_) sendSignal(process_, number);
}

void Kept::end(std::function<void()> done) {
    again_.clear();
    if (!process_) return done();
    done_ = std::move(done);
    sendSignal(process_, SIGTERM);
    patience_.set(untilKilled, [this] { sendSignal(process_, SIGKILL); });
}

} // namespace stint::push
