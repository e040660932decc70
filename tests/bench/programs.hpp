// The programs a figure is measured against and the ones it is of: started in a directory of their own, ended with it.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/fd.hpp"

namespace stint::bench {

/// Ends the bench with a sentence: there is no figure without it.
[[noreturn]] void giveUp(const std::string& what);

/// Of this bench, on the disk named by STINT_BENCH_DIR (default: /tmp); removed at the end.
class Place {
public:
    Place();
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    std::filesystem::path path;
};

/// A child of this process; SIGTERM and waited for at the end.
class Program {
public:
    explicit Program(const std::vector<std::string>& words, const std::vector<std::string>& environment = {});
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    pid_t pid() const { return pid_; }
    int wait();

private:
    pid_t pid_ = 0;
};

/// Where this program is, and stintd beside it.
std::filesystem::path here();

/// A real stintd with a store in `place`, and an app of it: this program, which is org.stint.bench. libstint in this
/// process finds it from now on.
class Stint {
public:
    static constexpr const char* package = "org.stint.bench";
    static constexpr const char* service = "Jobs";

    /// `host`: the command that hosts the service.
    Stint(const std::filesystem::path& place, const std::vector<std::string>& host);

private:
    std::unique_ptr<Program> daemon_;
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
    explicit Beanstalkd(const std::filesystem::path& place);
    Line connect() const { return Line(socket_); }

private:
    std::filesystem::path socket_;
    std::unique_ptr<Program> server_;
};

/// Redis that syncs each write.
class Redis {
public:
    explicit Redis(const std::filesystem::path& place);
    Line connect() const { return Line(socket_); }

private:
    std::filesystem::path socket_;
    std::unique_ptr<Program> server_;
};

} // namespace stint::bench
