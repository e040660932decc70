// From schedule() to the job's first instruction. Cold: no process of the app is there, and what counts is the first
// line of the new one's main(); beside posix_spawn of stint-exec with the same program behind it. Warm: a process of
// the app hosts the service, and what counts is the first line of onStartJob; beside beanstalkd's reserve after a put,
// both accepting durably, with one sync a job. This program plays all parts: it is the app, its service, and what is
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

#include "base/unix/process.hpp"
#include "bench/figures.hpp"
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

constexpr int coldTimes = 151;
constexpr int warmTimes = 1001;

/// A process's message over the fifo, in one write.
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

void waitForEnd(pid_t pid) {
    if (const Fd pidfd = openPidfd(pid)) hasEnded(pidfd, 20'000);
}

class App {
public:
    /// The instant before schedule() was called. One that is persisted is to survive a power loss, and so costs a sync.
    Clock::time_point schedule(bool persisted) {
        auto job = JobInfo::Builder(JobId{1}, Stint::service).setPersisted(persisted).build();
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

Seconds coldStart(App& app, const Fifo& fifo, bool persisted) {
    const auto before = app.schedule(persisted);
    const Word began = fifo.hear(Word::What::Began);
    fifo.hear(Word::What::Started);
    app.waitUntilDone();
    waitForEnd(began.pid);
    return began.when - before;
}

Seconds warmStart(App& app, const Fifo& fifo, bool persisted) {
    const auto before = app.schedule(persisted);
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

/// Several runners in turns: a disturbance of the machine disturbs all.
class Race {
public:
    void enter(std::string name, std::function<Seconds()> once) {
        runners_.push_back({std::move(name), std::move(once), {}});
    }
    void run(int times) {
        for (int i = 0; i < times; ++i)
            for (Runner& runner : runners_)
                runner.taken.push_back(runner.once());
        for (Runner& runner : runners_)
            std::ranges::sort(runner.taken);
    }
    double median(std::size_t which) const { return 1e3 * at(runners_[which], 0.5); }
    void tell(Table& table) const {
        for (const Runner& runner : runners_)
            table.rows.push_back({runner.name, fmt::format("{:.3f}", 1e3 * at(runner, 0.5)),
                                  fmt::format("{:.3f}", 1e3 * at(runner, 0.9))});
    }

private:
    struct Runner {
        std::string name;
        std::function<Seconds()> once;
        std::vector<Seconds> taken;
    };
    static double at(const Runner& runner, double part) {
        return runner.taken[static_cast<std::size_t>(part * static_cast<double>(runner.taken.size()))].count();
    }
    std::vector<Runner> runners_;
};

int measure() {
    Fifo fifo((directory() / "fifo").string());
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    const Stint stint({self, "--host", fifo.path()});
    App app;

    say(fmt::format("{} cold starts of each", coldTimes));
    Race cold;
    cold.enter("cold: schedule() to main()", [&] { return coldStart(app, fifo, false); });
    cold.enter("posix_spawn of stint-exec and the program", [&] { return spawned(fifo); });
    cold.enter("cold, persisted: synced before it starts", [&] { return coldStart(app, fifo, true); });
    cold.run(coldTimes);

    const Program hosting(bound({self, "--host", fifo.path()}));
    fifo.hear(Word::What::Began);
    warmStart(app, fifo, true);
    const Beanstalkd beanstalkd;
    Line producer = beanstalkd.connect(), consumer = beanstalkd.connect();
    say(fmt::format("{} warm starts of each", warmTimes));
    Race warm;
    warm.enter("warm, persisted: schedule() to onStartJob", [&] { return warmStart(app, fifo, true); });
    warm.enter("beanstalkd, synced: put to reserve", [&] { return reserved(producer, consumer); });
    warm.enter("warm: schedule() to onStartJob", [&] { return warmStart(app, fifo, false); });
    warm.run(warmTimes);

    Figures found;
    Table table{fmt::format("Starts, each in turns with its peer: {} cold, {} warm", coldTimes, warmTimes),
                {"from, to", "median ms", "p90 ms"},
                {}};
    cold.tell(table);
    warm.tell(table);
    found.add(std::move(table));
    found.atMost("cold start, × posix_spawn and the helper's exec", cold.median(0) / cold.median(1), 1.15);
    found.atMost("warm start, × beanstalkd's reserve", warm.median(0) / warm.median(1), 1);
    found.print();
    return 0;
}

} // namespace

int main(int count, char** words) {
    const auto begun = Clock::now();
    if (count == 1) return measure();
    const Fifo fifo(words[2]);
    fifo.say(Word::What::Began, begun);
    return words[1] == std::string_view("--host") ? host(fifo) : 0;
}
