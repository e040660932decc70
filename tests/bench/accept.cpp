// Durable accepts a second, with 1, 16 and 64 clients, and how long one takes: schedule() of a persisted job, beside a
// put to beanstalkd that syncs each job and a push to Redis that syncs each write. Each in turns, in one run.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <thread>

#include <fmt/core.h>

#include "bench/machine.hpp"
#include "bench/programs.hpp"
#include "stint/connection.hpp"
#include "stint/job_info.hpp"
#include "stint/job_scheduler.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr Seconds turn{2}; ///< of one system with so many clients
constexpr int turns = 3;
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

struct Figure {
    double rate = 0; ///< a second
    double half = 0; ///< ms: p50
    double most = 0; ///< ms: p99

    bool operator<(const Figure& other) const { return rate < other.rate; }
};

double at(const std::vector<Seconds>& sorted, double part) {
    return 1e3 *
           sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * static_cast<double>(sorted.size())))]
               .count();
}

Figure measured(const std::function<Client()>& connect, int count) {
    std::vector<Client> clients;
    for (int i = 0; i < count; ++i)
        clients.push_back(connect());
    std::vector<std::vector<Seconds>> taken(clients.size());
    std::vector<std::thread> threads;
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
    std::vector<Seconds> all;
    for (const auto& some : taken)
        all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end());
    return {static_cast<double>(all.size()) / whole.count(), at(all, 0.5), at(all, 0.99)};
}

void tell(int clients, const char* system, const Figure& figure, const Figure& ours) {
    fmt::print("{:>7}  {:<10}  {:>9.0f}  {:>8.3f}  {:>8.3f}  {:>6.2f}\n", clients, system, figure.rate, figure.half,
               figure.most, ours.rate / figure.rate);
}

void judge(const char* what, double is, double goal, bool least) {
    const bool good = least ? is >= goal : is <= goal;
    fmt::print("{}  {}: {:.2f} (goal: {} {})\n", good ? "good " : "SHORT", what, is, least ? "at least" : "at most",
               goal);
}

} // namespace

int main() {
    Place place;
    Stint stint(place.path, {"/bin/false"}); // nothing of it is ever started
    Beanstalkd beanstalkd(place.path);
    Redis redis(place.path);
    const std::map<std::string, std::function<Client()>> systems{
        {"stint", stintClient},
        {"beanstalkd", [&] { return beanstalkdClient(beanstalkd); }},
        {"redis", [&] { return redisClient(redis); }}};

    fmt::print("{}\n{}; {} turns of {} s each, the middle one by its rate\n\n", machine(), place.path.string(), turns,
               turn.count());
    fmt::print("CLIENTS  SYSTEM      ACCEPTS/S    P50 ms    P99 ms  STINT IS × ITS RATE\n");
    std::map<std::pair<std::string, int>, Figure> figures;
    for (int clients : {1, 16, 64}) {
        std::map<std::string, std::vector<Figure>> rounds;
        for (int round = 0; round < turns; ++round)
            for (const auto& [name, connect] : systems)
                rounds[name].push_back(measured(connect, clients));
        for (auto& [name, some] : rounds) {
            std::nth_element(some.begin(), some.begin() + turns / 2, some.end());
            figures[{name, clients}] = some[turns / 2];
        }
        for (const char* name : {"stint", "beanstalkd", "redis"})
            tell(clients, name, figures[{name, clients}], figures[{"stint", clients}]);
    }
    const auto rate = [&](const char* name, int clients) { return figures[{name, clients}].rate; };
    fmt::print("\n");
    judge("16 clients, × beanstalkd", rate("stint", 16) / rate("beanstalkd", 16), 4, true);
    judge("16 clients, × redis", rate("stint", 16) / rate("redis", 16), 1, true);
    judge("64 clients, × beanstalkd", rate("stint", 64) / rate("beanstalkd", 64), 8, true);
    judge("64 clients, × redis", rate("stint", 64) / rate("redis", 64), 0.95, true);
    judge("64 clients, p99 × redis", figures[{"stint", 64}].most / figures[{"redis", 64}].most, 1.5, false);
}
