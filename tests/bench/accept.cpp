// Durable accepts a second, with 1, 16 and 64 clients, and how long one takes: schedule() of a persisted job, beside a
// put to beanstalkd that syncs each job and a push to Redis that syncs each write. And lists of a hundred:
// scheduleAll(), beside a hundred puts and a hundred pushes that are written at once. Each in turns, in one run.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <map>
#include <thread>

#include <fmt/core.h>

#include "bench/figures.hpp"
#include "bench/programs.hpp"
#include "stint/connection.hpp"
#include "stint/job_info.hpp"
#include "stint/job_scheduler.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr Seconds turn{1.5}; ///< of one system with so many clients
constexpr int turns = 5;
constexpr int listed = 100; ///< jobs of a list
const std::string body(100, 'x');

/// One client: hands over a job, or a list of them, each time it is called.
using Client = std::function<void()>;

JobInfo nextJob() {
    static std::atomic<std::int32_t> next{1};
    return JobInfo::Builder(JobId{next++}, Stint::service)
        .setPersisted(true)
        .setRequiresDeviceIdle(true) // so that it is kept, and nothing else
        .setExtras(PersistableBundle().putString("body", body))
        .build()
        .value();
}

Client stintClient(int jobs) {
    auto connection = std::make_shared<Connection>(Connection::open().value());
    return [connection, jobs] {
        JobScheduler scheduler(*connection);
        std::vector<ListedJob> list;
        for (int i = 0; i < jobs; ++i)
            list.emplace_back(nextJob());
        auto result = jobs == 1 ? scheduler.schedule(list.front().getJob()) : scheduler.scheduleAll(list);
        if (!result.ok()) giveUp(result.error().message);
        if (*result != JobScheduler::RESULT_SUCCESS) giveUp("a job was refused");
    };
}

/// An app may hold 64 MiB of jobs (`mostBytesHeld`): a turn begins with none.
void cancelThemAll() {
    auto connection = Connection::open().value();
    if (auto done = JobScheduler(connection).cancelAll(); !done.ok()) giveUp(done.error().message);
}

/// Each line of `words` is one job; an answer begins with `good`.
Client lineClient(Line connected, const std::string& words, int jobs, const std::string& good) {
    auto line = std::make_shared<Line>(std::move(connected));
    std::string all;
    for (int i = 0; i < jobs; ++i)
        all += words;
    return [line, all = std::move(all), jobs, good] {
        line->send(all);
        for (int i = 0; i < jobs; ++i)
            if (auto answer = line->receive(); !answer.starts_with(good)) giveUp(answer);
    };
}

Client beanstalkdClient(const Beanstalkd& server, int jobs) {
    return lineClient(server.connect(), fmt::format("put 0 0 60 {}\r\n{}\r\n", body.size(), body), jobs, "INSERTED");
}

Client redisClient(const Redis& server, int jobs) {
    return lineClient(server.connect(),
                      fmt::format("*3\r\n$5\r\nRPUSH\r\n$4\r\njobs\r\n${}\r\n{}\r\n", body.size(), body), jobs, ":");
}

/// Somebody to hand jobs to.
struct System {
    std::string name;
    std::function<Client(int jobs)> connect;
    std::function<double()> used;        ///< its processor's time, in seconds
    std::function<void()> clear = [] {}; ///< before a turn, and not measured
};

/// So many clients, each of which hands over so many jobs at a time.
struct Load {
    int clients = 0;
    int jobs = 1;

    std::string words() const {
        return jobs == 1 ? fmt::format("{:2}", clients) : fmt::format("{:2}, lists of {},", clients, jobs);
    }
    auto operator<=>(const Load&) const = default;
};

struct Figure {
    double rate = 0; ///< jobs a second
    double half = 0; ///< ms: p50
    double most = 0; ///< ms: p99
    double used = 0; ///< µs of the server's processor, a job
    double here = 0; ///< of the clients'
};

/// This process's time, in seconds: all clients'.
double usedHere() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

double at(const std::vector<Seconds>& sorted, double part) {
    return 1e3 *
           sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * static_cast<double>(sorted.size())))]
               .count();
}

Figure measured(const System& system, Load load) {
    system.clear();
    std::vector<Client> clients;
    for (int i = 0; i < load.clients; ++i)
        clients.push_back(system.connect(load.jobs));
    std::vector<std::vector<Seconds>> taken(clients.size());
    std::vector<std::thread> threads;
    const double usedBefore = system.used();
    const double hereBefore = usedHere();
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < clients.size(); ++i)
        threads.emplace_back([&, i] {
            for (auto before = Clock::now(), now = before; now - begin < turn; before = now) {
                clients[i]();
                now = Clock::now();
                taken[i].push_back(now - before);
            }
        });
    for (auto& thread : threads)
        thread.join();
    const Seconds whole = Clock::now() - begin;
    const double used = system.used() - usedBefore;
    const double here = usedHere() - hereBefore;
    std::vector<Seconds> all;
    for (const auto& some : taken)
        all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end());
    const auto accepts = static_cast<double>(all.size()) * load.jobs;
    return {accepts / whole.count(), at(all, 0.5), at(all, 0.99), 1e6 * used / accepts, 1e6 * here / accepts};
}

double median(const std::vector<Figure>& rounds, double Figure::*part) {
    std::vector<double> values;
    for (const Figure& figure : rounds)
        values.push_back(figure.*part);
    std::ranges::nth_element(values, values.begin() + turns / 2);
    return values[turns / 2];
}

} // namespace

int main() {
    const Stint stint({"/bin/false"}); // nothing of it is ever started
    Beanstalkd beanstalkd;
    Redis redis;
    const std::vector<System> systems{
        {"stint", stintClient, [&] { return stint.used(); }, cancelThemAll},
        {"beanstalkd", [&](int jobs) { return beanstalkdClient(beanstalkd, jobs); }, [&] { return beanstalkd.used(); }},
        {"redis", [&](int jobs) { return redisClient(redis, jobs); }, [&] { return redis.used(); }}};

    Figures found;
    Table table{"Durable accepts: medians of " + fmt::format("{} turns of {} s each", turns, turn.count()),
                {"clients and system", "jobs a second", "p50 ms of a call", "p99 ms", "µs of its processor, a job",
                 "of the clients'", "stint is × its rate"},
                {}};
    std::map<std::pair<std::string, Load>, Figure> figures;
    for (const Load load : {Load{1}, Load{16}, Load{64}, Load{1, listed}, Load{16, listed}}) {
        say(load.words() + " clients");
        std::map<std::string, std::vector<Figure>> rounds;
        for (int round = 0; round < turns; ++round)
            for (const System& system : systems)
                rounds[system.name].push_back(measured(system, load));
        for (const System& system : systems) {
            const std::string& name = system.name;
            const auto& some = rounds[name];
            const Figure figure{median(some, &Figure::rate), median(some, &Figure::half), median(some, &Figure::most),
                                median(some, &Figure::used), median(some, &Figure::here)};
            figures[{name, load}] = figure;
            table.rows.push_back({fmt::format("{} {}", load.words(), name), fmt::format("{:.0f}", figure.rate),
                                  fmt::format("{:.3f}", figure.half), fmt::format("{:.3f}", figure.most),
                                  fmt::format("{:.1f}", figure.used), fmt::format("{:.1f}", figure.here),
                                  fmt::format("{:.2f}", figures[{"stint", load}].rate / figure.rate)});
        }
    }
    found.add(std::move(table));
    const auto times = [&](const char* name, Load load, double Figure::*part) {
        return figures[{"stint", load}].*part / figures[{name, load}].*part;
    };
    for (const int clients : {16, 64}) {
        const std::string who = fmt::format("{} clients: ", clients);
        found.atLeast(who + "accepts, × beanstalkd's", times("beanstalkd", {clients}, &Figure::rate), 2);
        found.atMost(who + "p99, × beanstalkd's", times("beanstalkd", {clients}, &Figure::most), 1.5);
    }
    found.atLeast("lists of 100: jobs, × Redis's pipeline", times("redis", {1, listed}, &Figure::rate), 0.5);
    found.atLeast("lists of 100: jobs, × beanstalkd's hundred puts", times("beanstalkd", {1, listed}, &Figure::rate),
                  4);
    found.print();
}
