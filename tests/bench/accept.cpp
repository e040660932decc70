// Durable accepts a second, with 1, 16 and 64 clients, and how long one takes: schedule() of a persisted job, beside a
// put to beanstalkd that syncs each job and a push to Redis that syncs each write. Each in turns, in one run.
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
const std::string body(100, 'x');

/// One client: accepts once each time it is called.
using Client = std::function<void()>;

Client stintClient() {
    static std::atomic<std::int32_t> next{1};
    auto connection = std::make_shared<Connection>(Connection::open().value());
    return [connection] {
        auto job = JobInfo::Builder(JobId{next++}, Stint::service)
                       .setPersisted(true)
                       .setRequiresDeviceIdle(true) // so that it is kept, and nothing else
                       .setExtras(PersistableBundle().putString("body", body))
                       .build();
        auto result = JobScheduler(*connection).schedule(*job);
        if (!result.ok()) giveUp(result.error().message);
        if (*result != JobScheduler::RESULT_SUCCESS) giveUp("a job was refused");
    };
}

Client beanstalkdClient(const Beanstalkd& server) {
    auto line = std::make_shared<Line>(server.connect());
    return [line, put = fmt::format("put 0 0 60 {}\r\n{}\r\n", body.size(), body)] {
        line->send(put);
        if (auto answer = line->receive(); !answer.starts_with("INSERTED")) giveUp("beanstalkd: " + answer);
    };
}

Client redisClient(const Redis& server) {
    auto line = std::make_shared<Line>(server.connect());
    return [line, push = fmt::format("*3\r\n$5\r\nRPUSH\r\n$4\r\njobs\r\n${}\r\n{}\r\n", body.size(), body)] {
        line->send(push);
        if (auto answer = line->receive(); !answer.starts_with(':')) giveUp("redis: " + answer);
    };
}

/// Somebody to hand jobs to.
struct System {
    std::string name;
    std::function<Client()> connect;
    std::function<double()> used; ///< its processor's time, in seconds
};

struct Figure {
    double rate = 0; ///< a second
    double half = 0; ///< ms: p50
    double most = 0; ///< ms: p99
    double used = 0; ///< µs of the server's processor, an accept
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

Figure measured(const System& system, int count) {
    std::vector<Client> clients;
    for (int i = 0; i < count; ++i)
        clients.push_back(system.connect());
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
    const auto accepts = static_cast<double>(all.size());
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
        {"stint", stintClient, [&] { return stint.used(); }},
        {"beanstalkd", [&] { return beanstalkdClient(beanstalkd); }, [&] { return beanstalkd.used(); }},
        {"redis", [&] { return redisClient(redis); }, [&] { return redis.used(); }}};

    Figures found;
    Table table{"Durable accepts: medians of " + fmt::format("{} turns of {} s each", turns, turn.count()),
                {"clients and system", "a second", "p50 ms", "p99 ms", "µs of its processor", "of the clients'",
                 "stint is × its rate"},
                {}};
    std::map<std::pair<std::string, int>, Figure> figures;
    for (int clients : {1, 16, 64}) {
        say(fmt::format("{} clients", clients));
        std::map<std::string, std::vector<Figure>> rounds;
        for (int round = 0; round < turns; ++round)
            for (const System& system : systems)
                rounds[system.name].push_back(measured(system, clients));
        for (const System& system : systems) {
            const std::string& name = system.name;
            const auto& some = rounds[name];
            const Figure figure{median(some, &Figure::rate), median(some, &Figure::half), median(some, &Figure::most),
                                median(some, &Figure::used), median(some, &Figure::here)};
            figures[{name, clients}] = figure;
            table.rows.push_back({fmt::format("{:2} {}", clients, name), fmt::format("{:.0f}", figure.rate),
                                  fmt::format("{:.3f}", figure.half), fmt::format("{:.3f}", figure.most),
                                  fmt::format("{:.1f}", figure.used), fmt::format("{:.1f}", figure.here),
                                  fmt::format("{:.2f}", figures[{"stint", clients}].rate / figure.rate)});
        }
    }
    found.add(std::move(table));
    const auto times = [&](const char* name, int clients) {
        return figures[{"stint", clients}].rate / figures[{name, clients}].rate;
    };
    found.atLeast("16 clients: accepts, × beanstalkd's", times("beanstalkd", 16), 4);
    found.atLeast("16 clients: accepts, × Redis's", times("redis", 16), 1);
    found.atLeast("64 clients: accepts, × beanstalkd's", times("beanstalkd", 64), 8);
    found.atLeast("64 clients: accepts, × Redis's", times("redis", 64), 0.95);
    found.atMost("64 clients: p99, × Redis's", figures[{"stint", 64}].most / figures[{"redis", 64}].most, 1.5);
    found.print();
}
