// libstint-work's file: durable enqueues a second, with few and with 10,000 requests pending, and what opening it with
// so many takes; beside libstint's bare schedule() of a persisted job, and beside a put to beanstalkd that syncs each
// job, which is the nearest work queue with a durable enqueue that Debian has. Each in turns, in one run. Then
// the steps of a chain, which this process runs itself.
#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <thread>

#include <fmt/core.h>

#include "bench/figures.hpp"
#include "bench/programs.hpp"
#include "stint/job_scheduler.hpp"
#include "stint/work/work_manager.hpp"

using namespace stint;
using namespace stint::bench;

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr Seconds turn{1.5}; ///< of one system
constexpr int turns = 5;
constexpr int pending = 10'000;
const std::string body(100, 'x');

struct Never : work::Worker {
    using Worker::Worker;
    Result doWork() override { return Result::failure(); }
};

struct Brief : work::Worker {
    using Worker::Worker;
    Result doWork() override {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return Result::success();
    }
};

work::Configuration workConfiguration() {
    return *work::Configuration::Builder()
                .addWorker<Never>("Never")
                .addWorker<Brief>("Brief")
                .setDirectory(directory() / "work")
                .setServiceName(Stint::service)
                .build();
}

/// Kept, and nothing else: it waits for an idle device.
work::OneTimeWorkRequest request() {
    return *work::OneTimeWorkRequest::Builder("Never")
                .setConstraints(work::Constraints::Builder().setRequiresDeviceIdle(true).build())
                .setInputData(*work::Data::Builder().putString("body", body).build())
                .build();
}

/// A chain of steps of a millisecond each, each of which its job begins. How many are done in a second.
double stepsOf(work::WorkManager& manager) {
    constexpr int steps = 300;
    std::optional<work::WorkContinuation> chain;
    std::optional<work::UUID> last;
    for (int nth = 0; nth < steps; ++nth) {
        auto step = *work::OneTimeWorkRequest::Builder("Brief")
                         .setConstraints(work::Constraints::Builder().setRequiresCharging(true).build())
                         .build();
        last = step.getId();
        chain = chain ? chain->then(std::move(step)) : manager.beginWith(std::move(step));
    }
    const auto begin = Clock::now();
    if (auto enqueued = chain->enqueue(); !enqueued.ok()) giveUp(enqueued.error().message);
    if (auto ended = manager.await(*last, std::chrono::minutes(2)); !ended.ok()) giveUp(ended.error().message);
    return steps / Seconds(Clock::now() - begin).count();
}

void demand(const stint::Result<void>& done) {
    if (!done.ok()) giveUp(done.error().message);
}

/// How often it can be done in a second.
double rateOf(const std::function<void()>& once) {
    const auto begin = Clock::now();
    int count = 0;
    for (; Clock::now() - begin < turn; ++count)
        once();
    return count / Seconds(Clock::now() - begin).count();
}

double medianOf(std::vector<double> values) {
    std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
    return values[values.size() / 2];
}

double millisOf(const std::function<void()>& once) {
    const auto begin = Clock::now();
    once();
    return 1e3 * Seconds(Clock::now() - begin).count();
}

} // namespace

int main() {
    const Stint stint({"/bin/false"}); // nothing of it is ever started
    Beanstalkd beanstalkd;
    auto connection = Connection::open().value();
    std::optional<work::WorkManager> manager(work::WorkManager::open(connection, workConfiguration()).value());
    JobScheduler scheduler(connection);
    auto line = beanstalkd.connect();
    const std::string put = fmt::format("put 0 0 60 {}\r\n{}\r\n", body.size(), body);

    const auto enqueue = [&] { demand(manager->enqueue(request())); };
    const auto schedule = [&, id = 0]() mutable {
        auto job = JobInfo::Builder(JobId(id++ % 100), Stint::service)
                       .setPersisted(true)
                       .setRequiresDeviceIdle(true)
                       .setExtras(PersistableBundle().putString("body", body))
                       .build();
        if (auto result = scheduler.schedule(*job); !result.ok()) giveUp(result.error().message);
    };
    const auto putOne = [&] {
        line.send(put);
        if (auto answer = line.receive(); !answer.starts_with("INSERTED")) giveUp("beanstalkd: " + answer);
    };

    for (int i = 0; i < 30; ++i)
        enqueue(); // what is at the scheduler is there
    std::map<std::string, std::vector<double>> rates;
    const auto round = [&](const std::string& name, const std::function<void()>& once) {
        rates[name].push_back(rateOf(once));
    };
    say("few pending");
    for (int i = 0; i < turns; ++i) {
        round("enqueue()", enqueue);
        round("schedule()", schedule);
        round("beanstalkd put", putOne);
        demand(manager->cancelAllWork());
        demand(manager->pruneWork());
        for (int j = 0; j < 30; ++j)
            enqueue();
    }
    say(fmt::format("{} pending", pending));
    std::vector<work::OneTimeWorkRequest> many;
    for (int i = 0; i < pending; ++i)
        many.push_back(request());
    const double allAtOnce = millisOf([&] { demand(manager->enqueue(many)); });
    std::vector<double> opens;
    for (int i = 0; i < turns; ++i) {
        manager.reset();
        opens.push_back(
            millisOf([&] { manager.emplace(work::WorkManager::open(connection, workConfiguration()).value()); }));
    }
    for (int i = 0; i < turns; ++i)
        round(fmt::format("enqueue(), {} pending", pending), enqueue);
    demand(manager->cancelAllWork());
    demand(manager->pruneWork());
    say("a chain");
    std::vector<double> steps;
    for (int i = 0; i < 3; ++i)
        steps.push_back(stepsOf(*manager));
    manager.reset();

    Figures found;
    Table table{fmt::format("Durable enqueues of one client: medians of {} turns of {} s", turns, turn.count()),
                {"what", "a second", "× schedule()", "× beanstalkd"},
                {}};
    const double bare = medianOf(rates["schedule()"]);
    const double peer = medianOf(rates["beanstalkd put"]);
    for (const auto& [name, all] : rates) {
        const double rate = medianOf(all);
        table.rows.push_back({name, fmt::format("{:.0f}", rate), fmt::format("{:.2f}", rate / bare),
                              fmt::format("{:.2f}", rate / peer)});
    }
    found.add(std::move(table));
    found.add({fmt::format("A file with {} requests that wait", pending),
               {"what", "ms"},
               {{"enqueue() of all in one call", fmt::format("{:.0f}", allAtOnce)},
                {"WorkManager::open()", fmt::format("{:.1f}", medianOf(opens))}}});
    found.add({"A chain of 300 steps of a millisecond each, while the device charges",
               {"what", "a second"},
               {{"steps", fmt::format("{:.0f}", medianOf(steps))}}});
    found.atLeast("steps of a chain a second", medianOf(steps), 200);
    found.atLeast("requests of one call a second", pending * 1e3 / allAtOnce, 20'000);
    found.atLeast("enqueue(), × schedule()", medianOf(rates["enqueue()"]) / bare, 0.5);
    found.atLeast("enqueue(), × beanstalkd's put", medianOf(rates["enqueue()"]) / peer, 0.5);
    found.atLeast(fmt::format("enqueue() with {} pending, × with few", pending),
                  medianOf(rates[fmt::format("enqueue(), {} pending", pending)]) / medianOf(rates["enqueue()"]), 0.5);
    found.atMost(fmt::format("open() with {} pending, ms", pending), medianOf(opens), 150);
    found.print();
}
