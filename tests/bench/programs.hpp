// The programs a figure is measured against and the ones it is of: started with files in the bench's own directory,
// ended with the bench, however it ends.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/unix/fd.hpp"

namespace stint::bench {

/// Ends the bench with a sentence: there is no figure without it.
[[noreturn]] void giveUp(const std::string& what);

/// The bench's own directory, on the disk that is measured: STINT_BENCH_DIR. scripts/figures.py makes and removes it.
std::filesystem::path directory();
/// Where this program is, and stintd beside it.
std::filesystem::path here();

/// A child of this process by posix_spawn, which writes to the file "log" of directory(); SIGTERM and waited for at the
/// end.
class Program {
public:
    explicit Program(std::vector<std::string> words);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    int wait();
    /// The processor's time that it has used up so far, in seconds.
    double used() const;

private:
    pid_t pid_ = 0;
};

/// The line that starts `words` by stint-exec as a child that dies with this process, be it by SIGKILL.
std::vector<std::string> bound(const std::vector<std::string>& words);

/// A real stintd, and an app of it: this program, which is org.stint.bench. libstint in this process finds it from now
/// on.
class Stint {
public:
    static constexpr const char* package = "org.stint.bench";
    static constexpr const char* service = "Jobs";

    /// `host`: the command that hosts the service.
    explicit Stint(const std::vector<std::string>& host);
    double used() const { return daemon_.used(); }

private:
    Program daemon_;
};

/// A line to a server that speaks in lines.
class Line {
public:
    /// Waits until somebody listens there.
    explicit Line(const std::filesystem::path& socket);

    void send(std::string_view text);
    /// Without its end.
    std::string receive();

private:
    Fd fd_;
    std::string read_;
};

/// beanstalkd that syncs each job.
class Beanstalkd {
public:
    Beanstalkd();
    Line connect() const { return Line(socket_); }
    double used() const { return server_.used(); }

private:
    std::filesystem::path socket_;
    Program server_;
};

/// Redis that syncs each write.
class Redis {
public:
    Redis();
    Line connect() const { return Line(socket_); }
    double used() const { return server_.used(); }

private:
    std::filesystem::path socket_;
    Program server_;
};

} // namespace stint::bench
