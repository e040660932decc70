// From schedule() to the job's first instruction. Cold: no process of the app is there, and what counts is the first
// line of the new one's main(); beside posix_spawn of stint-exec with the same program behind it. Warm: a process of
// the app hosts the service, and what counts is the first line of onStartJob; beside beanstalkd's reserve after a put.
// Both accept durably, with one sync a job. This program plays all parts: it is the app, its service, and what is
// spawned.
#include <algorithm>
#include <chrono>
#include <functional>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/pidfd.hpp"
#include "bench/machine.hpp"
#include "bench/programs.hpp"
#include "stint/connection.hpp"
#include "stint/job_info.hpp"
#include "stint/job_scheduler.hpp"
#include "stint/job_service.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

using Clock = std::chrono::steady_clock; // one for all processes
using Seconds = std::chrono::duration<double>;

constexpr int coldTimes = 150;
constexpr int warmTimes = 1500;

/// What a process says over the fifo, in one write.
struct Word {
    enum class What : std::uint32_t { Began, Started } what = What::Began;
    pid_t pid = 0;
    Clock::time_point when;
};

/// Where processes say what they do. Whoever reads holds both ends, so that it never ends.
class Fifo {
public:
    explicit Fifo(std::string path) : path_(std::move(path)) {
        ::mkfifo(path_.c_str(), 0600);
        fd_ = Fd(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
        if (!fd_) giveUp(fmt::format("cannot open {}", path_));
    }
    const std::string& path() const { return path_; }
    void say(Word::What what, Clock::time_point when) const {
        Word word{what, ::getpid(), when};
        if (::write(fd_.get(), &word, sizeof word) != sizeof word) giveUp("nobody listens");
    }
    Word hear(Word::What what) const {
        Word word;
        do {
            pollfd ready{fd_.get(), POLLIN, 0};
            if (::poll(&ready, 1, 20'000) != 1) giveUp("a job was not started");
            if (::read(fd_.get(), &word, sizeof word) != sizeof word) giveUp("a word is cut");
        } while (word.what != what);
        return word;
    }

private:
    std::string path_;
    Fd fd_;
};

class Jobs final : public JobService {
public:
    explicit Jobs(const Fifo& fifo) : fifo_(fifo) {}
    bool onStartJob(JobParameters) override {
        fifo_.say(Word::What::Started, Clock::now());
        return false; // done
    }
    bool onStopJob(JobParameters) override { return false; }

private:
    const Fifo& fifo_;
};

int host(const Fifo& fifo) {
    Jobs jobs(fifo);
    auto connection = Connection::open();
    if (!connection.ok()) giveUp(connection.error().message);
    if (auto hosted = connection->host(Stint::service, jobs); !hosted.ok()) giveUp(hosted.error().message);
    return JobService::run(*connection);
}

Seconds median(std::vector<Seconds> taken) {
    auto middle = taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2);
    std::nth_element(taken.begin(), middle, taken.end());
    return *middle;
}

void waitForEnd(pid_t pid) {
    if (Fd pidfd = openPidfd(pid)) hasEnded(pidfd, 20'000);
}

class App {
public:
    /// The instant before schedule() was called.
    Clock::time_point schedule() {
        auto job = JobInfo::Builder(JobId{1}, Stint::service).build();
        const auto before = Clock::now();
        auto result = JobScheduler(connection_).schedule(*job);
        if (!result.ok()) giveUp(result.error().message);
        return before;
    }
    /// A job that is done is no more; the next one would replace it. Each question is answered when what came before it
    /// is durable, so there are one or two of them.
    void waitUntilDone() {
        while (JobScheduler(connection_).getPendingJob(JobId{1}).value()) {
        }
    }

private:
    Connection connection_ = Connection::open().value();
};

Seconds coldStart(App& app, const Fifo& fifo) {
    const auto before = app.schedule();
    const Word began = fifo.hear(Word::What::Began);
    fifo.hear(Word::What::Started);
    app.waitUntilDone();
    waitForEnd(began.pid);
    return began.when - before;
}

Seconds warmStart(App& app, const Fifo& fifo) {
    const auto before = app.schedule();
    const Seconds taken = fifo.hear(Word::What::Started).when - before;
    app.waitUntilDone();
    return taken;
}

Seconds spawned(const Fifo& fifo) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    const auto before = Clock::now();
    Program program({(here() / "stint-exec").string(), "--parent", std::to_string(::getpid()), "--directory", "/", "--",
                     self, "--begin", fifo.path()});
    const Seconds taken = fifo.hear(Word::What::Began).when - before;
    program.wait();
    return taken;
}

Seconds reserved(Line& producer, Line& consumer) {
    Clock::time_point got;
    std::string id;
    consumer.send("reserve\r\n");
    std::thread worker([&] {
        const std::string answer = consumer.receive(); // "RESERVED 7 1"
        got = Clock::now();
        id = answer.substr(answer.find(' ') + 1, answer.rfind(' ') - answer.find(' ') - 1);
    });
    const auto before = Clock::now();
    producer.send("put 0 0 60 1\r\nx\r\n");
    producer.receive();
    worker.join();
    consumer.receive(); // the body
    consumer.send(fmt::format("delete {}\r\n", id));
    consumer.receive();
    return got - before;
}

/// Of each in turns: what disturbs the machine disturbs both.
std::pair<Seconds, Seconds> inTurns(int times, const std::function<Seconds()>& one,
                                    const std::function<Seconds()>& other) {
    std::vector<Seconds> ones, others;
    for (int i = 0; i < times; ++i) {
        ones.push_back(one());
        others.push_back(other());
    }
    return {median(std::move(ones)), median(std::move(others))};
}

void tell(const char* what, const char* peer, std::pair<Seconds, Seconds> figures, double goal) {
    const double ratio = figures.first / figures.second;
    fmt::print("{}  {}: {:.3f} ms; {}: {:.3f} ms; × {:.2f} (goal: at most {})\n", ratio <= goal ? "good " : "SHORT",
               what, 1e3 * figures.first.count(), peer, 1e3 * figures.second.count(), ratio, goal);
}

int measure() {
    Place place;
    Fifo fifo((place.path / "fifo").string());
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    Stint stint(place.path, {self, "--host", fifo.path()});
    App app;
    fmt::print("{}\n{}; medians of {} cold and {} warm starts\n\n", machine(), place.path.string(), coldTimes,
               warmTimes);
    tell("cold: schedule() to main()", "posix_spawn of stint-exec and the program",
         inTurns(
             coldTimes, [&] { return coldStart(app, fifo); }, [&] { return spawned(fifo); }),
         1.15);

    Program hosting({self, "--host", fifo.path()});
    fifo.hear(Word::What::Began);
    warmStart(app, fifo);
    Beanstalkd beanstalkd(place.path);
    Line producer = beanstalkd.connect(), consumer = beanstalkd.connect();
    tell("warm: schedule() to onStartJob", "beanstalkd, put to reserve",
         inTurns(
             warmTimes, [&] { return warmStart(app, fifo); }, [&] { return reserved(producer, consumer); }),
         1);
    return 0;
}

} // namespace

int main(int count, char** words) {
    const auto begun = Clock::now();
    if (count == 1) return measure();
    Fifo fifo(words[2]);
    fifo.say(Word::What::Began, begun);
    return words[1] == std::string_view("--host") ? host(fifo) : 0;
}
