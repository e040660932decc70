// The other end of libstint's line: a thread that accepts connections, answers as it was told to, and notes what it
// hears as lines of text. It says what stintd says, and, where a test wants it, what stintd never would.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "base/unix/fd.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/message.hpp"
#include "stint/connection.hpp"
#include "stint/reasons.hpp"

namespace stint {

class FakeDaemon {
public:
    using Write = std::function<void(wire::Writer&)>;
    /// Reads a call's arguments and writes its answer; an Error is answered as one.
    using Answer = std::function<Result<void>(wire::Reader&, wire::Writer&)>;

    /// Listens where the library looks: in a runtime directory of its own.
    FakeDaemon();
    ~FakeDaemon();

    /// How calls of `member` are answered from now on; the usual answer is that of a daemon at its best.
    void on(const std::string& member, Answer answer);
    /// Calls of `member` are not noted: a flood of them would drown the others.
    void overhear(const std::string& member);
    /// Its connection breaks at a call of `member`, before the answer; `times` counts them. With `then` only the first
    /// time: the others it answers.
    void onThenBreak(const std::string& member, std::atomic<int>& times, Answer then = {});
    /// The end of a socketpair, for a process that the daemon started; it takes the place of other connections.
    Fd startedSocket();

    // To the app. The answer is onStartJob's or onStopJob's.
    std::future<Result<bool>> startJob(std::uint64_t run, const std::string& service, wire::RunParameters params = {});
    std::future<Result<bool>> stopJob(std::uint64_t run, StopReason reason);
    std::future<Result<bool>> call(const std::string& member, Write write);
    /// A call of another interface; an answer without a value is true.
    std::future<Result<bool>> call(const char* interface, const std::string& member, Write write);
    void tell(const std::string& member, Write write);
    void signal(const char* interface, const std::string& member, Write write);
    void unbind() {
        tell("Unbind", [](wire::Writer&) {});
    }

    /// The next call that was heard and not taken yet: "JobFinished run=1 again=0 exit=0 text=". Waits for it, at most
    /// ten seconds; then "(silence)".
    std::string heard();
    bool heardNothing();

    /// Dispatches, and sleeps until the app or the daemon has news, until `done`; false where that took ten seconds.
    bool dispatchUntil(Connection& connection, const std::function<bool()>& done);
    /// Dispatches until the app has answered.
    Result<bool> answerOf(Connection& connection, std::future<Result<bool>> answer);

    /// Does and reads nothing until `end` is there.
    void stall(std::shared_future<void> end);

    /// Closes everything, as death does; and another daemon comes at the same place.
    void die();
    void revive();

private:
    void in(std::function<void()> deed); ///< runs it in the daemon's thread, and waits
    void live();
    void serve();
    void take(const wire::Message& message);
    void answer(const wire::Message& call);
    void note(std::string line);
    void listen();

    std::string directory_;
    Fd wakeUp_; ///< deeds wait
    Fd news_;   ///< something was heard or answered
    Fd listener_;
    wire::Bus bus_;
    std::map<std::uint64_t, std::promise<Result<bool>>> awaited_; ///< by cookie
    std::map<std::string, Answer> answers_;
    std::set<std::string, std::less<>> overheard_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> deeds_;
    std::deque<std::string> heard_;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace stint
