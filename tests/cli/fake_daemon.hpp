// A daemon that answers as a test tells it, at the socket a command looks for: in a runtime directory of its own, on a
// thread of its own, one connection after another. What it was called with is kept.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/unix/fd.hpp"
#include "contract/model/view.hpp"
#include "link/wire/message.hpp"
#include "link/wire/writer.hpp"

namespace stint::cli::test {

/// One connection, as the daemon's end sees it.
class Talk {
public:
    explicit Talk(sd_bus* bus) : bus_(bus) {}

    void reply(const wire::Message& call, const std::function<void(wire::Writer&)>& write);
    void refuse(const wire::Message& call, Errc code, const std::string& message);
    void jobChanged(const JobView& job);
    void appExited(std::uint32_t pid, std::int32_t exitCode);
    void listsChanged(const std::vector<std::string>& topics);
    /// The daemon dies once this call is answered.
    void hangUp() { over_ = true; }
    bool isOver() const { return over_; }

private:
    void signal(const char* member, const std::function<void(wire::Writer&)>& write);
    sd_bus* bus_;
    bool over_ = false;
};

class FakeDaemon {
public:
    using Answer = std::function<void(Talk&, const wire::Message& call)>;

    explicit FakeDaemon(Answer answer);
    ~FakeDaemon();
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    /// "Watch", "Cancel": the methods that were called. Ends the daemon.
    std::vector<std::string> calls();
    /// A directory that goes with the test.
    const std::filesystem::path& directory() const { return directory_; }

private:
    void run();
    void serve(Fd connection);

    Answer answer_;
    std::filesystem::path directory_;
    std::string before_; ///< XDG_RUNTIME_DIR as it was
    Fd listener_;
    Fd end_;
    std::vector<std::string> calls_;
    std::thread thread_;
};

} // namespace stint::cli::test
