// An app whose workers write a ledger, which outlives them: who begins, who ends, who finds another at the same work.
//
//   chains FIRST COUNT LENGTH    enqueues COUNT chains of LENGTH steps, named FIRST and on
//   graphs FIRST COUNT           enqueues COUNT random graphs of steps, named FIRST and on; of each step that is kept,
//                                prints its name and the names of those that it follows
//   once WORKER [HOW]            enqueues one request, and prints its id; HOW: charging, expedited, user, second (a
//                                notification of number 2)
//   late                         says "open", and enqueues a step once it is told to
//   here                         enqueues a step, waits for it, and says whether it was done in this very process
//   tree                         enqueues a step that waits for a day, and one that follows it
//   combine                      enqueues two chains of a step each, and one that follows both and notes their outputs;
//                                prints the tags of all three
//   follow ID                    waits for it, and prints each state that it is seen in
//   later COUNT                  six workers that block their threads, and COUNT that end 20 ms later without
//                                one: prints how many of these were at work at once, and the threads in all
//   stops                        has workers stopped while they are made, and twice, and prints what they are told
//   info                         prints all requests: worker, state, attempts, stop reason
//   configure LIMIT THREADS      whether a Configuration may have these
//   cancel | host                cancels all; the process that stintd starts
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <random>
#include <set>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include <stint/work/work_manager.hpp>

using namespace stint::work;
using namespace std::chrono_literals;

namespace {

std::filesystem::path own() { return std::filesystem::path(std::getenv("HOME")) / "work"; }

/// A line that is there whatever happens next.
void note(const std::string& line) {
    const int ledger = ::open((own() / "ledger").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const std::string whole = line + "\n";
    if (::write(ledger, whole.data(), whole.size()) < 0) std::abort();
    ::close(ledger);
}

/// Waits as work does, and no longer than it may.
class Working : public Worker {
public:
    using Worker::Worker;

protected:
    bool workFor(std::chrono::milliseconds time) const {
        std::mutex mutex;
        std::condition_variable_any wakes;
        std::unique_lock lock(mutex);
        wakes.wait_for(lock, getStopToken(), time, [] { return false; });
        return !isStopped();
    }
    std::string name() const { return getInputData().getString("name", getId().toString()); }
};

std::atomic<int> stepsHere = 0; ///< that this process has done

/// Takes 20 ms; alone, by a lock that the kernel lets go of with this process.
struct Step : Working {
    using Working::Working;
    Result doWork() override {
        const int lock = ::open((own() / ("lock-" + name())).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (::flock(lock, LOCK_EX | LOCK_NB) != 0) note("overlap " + name());
        note("begin " + name() + getInputData().getString("follows"));
        const bool whole = workFor(20ms);
        if (whole) note("end " + name());
        stepsHere += whole ? 1 : 0;
        ::close(lock);
        return whole ? Result::success(*Data::Builder().putString("last", name()).build()) : Result::retry();
    }
};

/// Until it is stopped, with progress.
struct Endless : Working {
    using Working::Working;
    Result doWork() override {
        static_cast<void>(setProgress(*Data::Builder().putInt("done", 1).build()));
        note("begin " + name() + " attempt " + std::to_string(getRunAttemptCount()));
        workFor(1h);
        note("stopped " + name() + " " + std::to_string(getStopReason()));
        return Result::success();
    }
};

/// Shows a notification with an action that cancels it, and works until it is stopped.
struct Shower : Working {
    using Working::Working;
    Result doWork() override {
        const int number = getInputData().getInt("number", 1);
        const auto cancel = WorkManager::createCancelAction(getId(), "Cancel " + std::to_string(number));
        const auto shown = setForeground({number, stint::Notification::Builder("default")
                                                      .setSmallIcon("folder-upload")
                                                      .setContentTitle("A long one " + std::to_string(number))
                                                      .addAction(cancel.key, cancel.label)
                                                      .build()});
        note("shown " + (shown ? "yes" : shown.error().message));
        if (!workFor(shown ? 1h : 0h))
            note("stopped " + std::to_string(number) + " " + std::to_string(getStopReason()));
        return Result::success();
    }
};

/// Notes the names that it gets from what it follows.
struct Gatherer : Working {
    using Working::Working;
    Result doWork() override {
        std::string line = "gathered";
        for (const auto& last : getInputData().getStringArray("last"))
            line += " " + last;
        note(line);
        return Result::success();
    }
};

/// Ends 20 ms later, without a thread of its own: all of them wait for one clock.
class Later : public ListenableWorker {
public:
    using ListenableWorker::ListenableWorker;
    void startWork(Completer completer) override {
        const std::scoped_lock lock(mutex);
        waiting.emplace_back(std::chrono::steady_clock::now() + 20ms, std::move(completer));
        most = std::max(most, waiting.size());
        comes.notify_one();
    }
    /// Ends `count` of them, in the order in which they began.
    static void end(int count) {
        for (int nth = 0; nth < count; ++nth) {
            std::unique_lock lock(mutex);
            comes.wait(lock, [] { return !waiting.empty(); });
            auto [when, completer] = std::move(waiting.front());
            waiting.pop_front();
            lock.unlock();
            std::this_thread::sleep_until(when);
            threads = std::max(threads, std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
            completer.set(Result::success());
        }
    }
    static inline std::size_t most = 0;       ///< at work at once
    static inline std::ptrdiff_t threads = 0; ///< the most in all

private:
    static inline std::mutex mutex;
    static inline std::condition_variable comes;
    static inline std::deque<std::pair<std::chrono::steady_clock::time_point, Completer>> waiting;
};

struct Thrower : Working {
    using Working::Working;
    Result doWork() override { throw std::runtime_error("no way"); }
};

/// Prints the results of its workers, for those of them that wait for it.
class Told : public Worker {
public:
    explicit Told(WorkerParameters params) : Worker(std::move(params)) {
        if (name() == "late") until("told first");
    }
    ~Told() override { has("gone " + name()); }
    Result doWork() override {
        has("begun " + name());
        if (name() != "late") until("told last");
        return Result::retry();
    }
    void onStopped() override {
        has("told " + name());
        if (name() == "first") until("gone late");
    }
    static void until(const std::string& what) {
        std::unique_lock lock(mutex);
        happens.wait(lock, [&] { return happened.contains(what); });
    }

private:
    std::string name() const { return getInputData().getString("name", ""); }
    static void has(const std::string& what) {
        const std::scoped_lock lock(mutex);
        std::cout << what << std::endl;
        happened.insert(what);
        happens.notify_all();
    }
    static inline std::mutex mutex;
    static inline std::condition_variable happens;
    static inline std::set<std::string> happened;
};

int complain(const stint::Error& error) {
    std::cerr << "worktestapp: " << error.message << "\n";
    return 1;
}

Configuration configuration() {
    std::filesystem::create_directories(own());
    return *Configuration::Builder()
                .addWorker<Step>("Step")
                .addWorker<Endless>("Endless")
                .addWorker<Shower>("Shower")
                .addWorker<Gatherer>("Gatherer")
                .addWorker<Thrower>("Thrower")
                .addWorker<Later>("Later")
                .addWorker<Told>("Told")
                .setDirectory(own())
                .build();
}

int chains(WorkManager& manager, int first, int count, int length) {
    for (int chain = first; chain < first + count; ++chain) {
        std::optional<WorkContinuation> steps;
        for (int step = 0; step < length; ++step) {
            const std::string name = std::to_string(chain) + "." + std::to_string(step);
            const auto input = *Data::Builder().putString("name", name).build();
            auto request = *OneTimeWorkRequest::Builder("Step").setInputData(input).addTag(name).build();
            steps = steps ? steps->then(std::move(request)) : manager.beginWith(std::move(request));
        }
        if (auto enqueued = steps->enqueue(); !enqueued) return complain(enqueued.error());
        std::cout << chain << std::endl;
    }
    return 0;
}

/// A graph of two to eight steps, each of which follows up to three before it; the last follows all that nothing
/// follows.
struct Graph {
    struct Node {
        std::string name;
        std::vector<std::size_t> parents;
        std::optional<WorkContinuation> chain;
    };
    std::vector<Node> nodes;

    Graph(WorkManager& manager, int number) {
        std::mt19937 chance(static_cast<unsigned>(number));
        const auto below = [&](std::size_t count) { return chance() % count; };
        const std::size_t count = 2 + below(7);
        std::set<std::size_t> leaves;
        for (std::size_t nth = 0; nth < count; ++nth) {
            std::set<std::size_t> parents;
            if (nth + 1 == count) parents = leaves;
            for (std::size_t more = nth == 0 || nth + 1 == count ? 0 : below(4); more > 0; --more)
                parents.insert(below(nth));
            for (const std::size_t parent : parents)
                leaves.erase(parent);
            leaves.insert(nth);
            add(manager, std::to_string(number) + "." + std::to_string(nth), {parents.begin(), parents.end()});
        }
    }

    std::string followed(const Node& node) const {
        std::string names;
        for (const std::size_t parent : node.parents)
            names += " " + nodes[parent].name;
        return names;
    }

private:
    void add(WorkManager& manager, const std::string& name, std::vector<std::size_t> parents) {
        Node node{name, std::move(parents), {}};
        const auto input = *Data::Builder().putString("name", name).putString("follows", followed(node)).build();
        auto request = *OneTimeWorkRequest::Builder("Step").setInputData(input).build();
        std::vector<WorkContinuation> before;
        for (const std::size_t parent : node.parents)
            before.push_back(*nodes[parent].chain);
        node.chain = before.empty()       ? manager.beginWith(std::move(request))
                     : before.size() == 1 ? before.front().then(std::move(request))
                                          : WorkContinuation::combine(before).then(std::move(request));
        nodes.push_back(std::move(node));
    }
};

int graphs(WorkManager& manager, int first, int count) {
    for (int number = first; number < first + count; ++number) {
        const Graph graph(manager, number);
        if (auto enqueued = graph.nodes.back().chain->enqueue(); !enqueued) return complain(enqueued.error());
        std::string lines;
        for (const auto& node : graph.nodes)
            lines += node.name + graph.followed(node) + "\n";
        std::cout << lines << std::flush;
    }
    return 0;
}

int once(WorkManager& manager, const std::string& worker, const std::string& how) {
    OneTimeWorkRequest::Builder request(worker);
    if (how == "charging") request.setConstraints(Constraints::Builder().setRequiresCharging(true).build());
    if (how == "expedited") request.setExpedited(OutOfQuotaPolicy::RUN_AS_NON_EXPEDITED_WORK_REQUEST);
    if (how == "second") request.setInputData(*Data::Builder().putInt("number", 2).build());
    if (how == "user")
        request.setUserInitiated(true).setConstraints(
            Constraints::Builder().setRequiredNetworkType(NetworkType::CONNECTED).build());
    const auto built = request.build();
    if (!built) return complain(built.error());
    if (auto enqueued = manager.enqueue(*built); !enqueued) return complain(enqueued.error());
    std::cout << built->getId().toString() << std::endl;
    return 0;
}

/// A step that waits for a day, and one that follows it.
int tree(WorkManager& manager) {
    const auto first = OneTimeWorkRequest::Builder("Step").setInitialDelay(24h).build();
    const auto then = OneTimeWorkRequest::Builder("Step").build();
    const auto enqueued = manager.beginUniqueWork("tree", ExistingWorkPolicy::REPLACE, {*first}).then(*then).enqueue();
    return enqueued ? 0 : complain(enqueued.error());
}

int combine(WorkManager& manager) {
    std::vector<WorkContinuation> chains;
    for (const auto* name : {"left", "right"})
        chains.push_back(manager.beginWith(*OneTimeWorkRequest::Builder("Step")
                                                .setInputData(*Data::Builder().putString("name", name).build())
                                                .build()));
    const auto last = OneTimeWorkRequest::Builder("Gatherer").build();
    const auto joined = WorkContinuation::combine(chains).then(*last);
    if (auto enqueued = joined.enqueue(); !enqueued) return complain(enqueued.error());
    const auto infos = joined.getWorkInfos();
    if (!infos) return complain(infos.error());
    for (const auto& one : *infos)
        for (const auto& tag : one.getTags())
            std::cout << tag << "\n";
    return 0;
}

int follow(WorkManager& manager, const UUID& id) {
    const auto watching = manager.observe(WorkQuery::fromIds({id}), [](const std::vector<WorkInfo>& infos) {
        for (const auto& info : infos)
            std::cout << nameOf(info.getState()) << std::endl;
    });
    const auto ended = manager.await(id, 1min);
    return ended ? 0 : complain(ended.error());
}

/// Enqueues a step, and says whether it was done right here: nothing is before dispatch(), and once there is a job the
/// process that stintd starts for it might be quicker.
int here(WorkManager& manager) {
    if (auto visible = manager.dispatch(); !visible) return complain(visible.error());
    const auto step = OneTimeWorkRequest::Builder("Step").build();
    if (auto enqueued = manager.enqueue(*step); !enqueued) return complain(enqueued.error());
    const auto ended = manager.await(step->getId(), 1min);
    if (!ended) return complain(ended.error());
    std::cout << "in this process: " << (stepsHere > 0 ? "yes" : "no") << std::endl;
    return ended->getState() == WorkInfo::SUCCEEDED ? 0 : 1;
}

int later(WorkManager& manager, int count) {
    if (auto visible = manager.dispatch(); !visible) return complain(visible.error());
    for (int blocker = 0; blocker < 6; ++blocker)
        if (!manager.enqueue(*OneTimeWorkRequest::Builder("Endless").build())) return 1;
    std::vector<OneTimeWorkRequest> requests;
    for (int nth = 0; nth < count; ++nth)
        requests.push_back(*OneTimeWorkRequest::Builder("Later").build());
    std::jthread clock([count] { Later::end(count); });
    if (auto enqueued = manager.enqueue(requests); !enqueued) return complain(enqueued.error());
    for (const auto& request : requests)
        if (auto ended = manager.await(request.getId(), 1min); !ended) return complain(ended.error());
    clock.join();
    std::cout << "at once: " << Later::most << ", threads: " << Later::threads << std::endl;
    return manager.cancelAllWork() ? 0 : 1;
}

/// One worker is cancelled while another is made, and goes on until the manager ends, which stops it once more.
int stops(WorkManager manager) {
    if (auto visible = manager.dispatch(); !visible) return complain(visible.error());
    int nth = 0; // they are stopped in the order of their ids
    const auto enqueue = [&](const std::string& name) {
        const auto id = UUID::fromString("00000000-0000-4000-8000-00000000000" + std::to_string(++nth));
        const auto input = *Data::Builder().putString("name", name).build();
        return manager.enqueue(*OneTimeWorkRequest::Builder("Told").setId(*id).setInputData(input).build()).ok();
    };
    if (!enqueue("first")) return 1;
    Told::until("begun first");
    if (!enqueue("late") || !manager.cancelAllWork() || !enqueue("last")) return 1;
    Told::until("begun last");
    return 0;
}

int info(WorkManager& manager) {
    const auto infos = manager.getWorkInfos({});
    if (!infos) return complain(infos.error());
    for (const auto& one : *infos)
        std::cout << one.getWorkerClassName() << " " << nameOf(one.getState()) << " " << one.getRunAttemptCount() << " "
                  << one.getStopReason() << " " << one.getReason() << "\n";
    return 0;
}

} // namespace

int main(int count, char** words) {
    const std::string verb = count > 1 ? words[1] : "host";
    const auto word = [&](int nth) { return count > nth ? std::string(words[nth]) : std::string(); };
    if (verb == "configure") {
        const auto made =
            Configuration::Builder().setMaxSchedulerLimit(std::stoi(word(2))).setThreads(std::stoi(word(3))).build();
        return made ? 0 : complain(made.error());
    }
    auto connection = stint::Connection::open();
    if (!connection) return complain(connection.error());
    auto manager = WorkManager::open(*connection, configuration());
    if (!manager) return complain(manager.error());
    if (verb == "chains") return chains(*manager, std::stoi(word(2)), std::stoi(word(3)), std::stoi(word(4)));
    if (verb == "graphs") return graphs(*manager, std::stoi(word(2)), std::stoi(word(3)));
    if (verb == "once") return once(*manager, word(2), word(3));
    if (verb == "late") {
        std::string told;
        std::cout << "open" << std::endl;
        return std::getline(std::cin, told) ? once(*manager, "Step", "") : 1;
    }
    if (verb == "follow") return follow(*manager, UUID::fromString(word(2)).value_or(UUID()));
    if (verb == "here") return here(*manager);
    if (verb == "later") return later(*manager, std::stoi(word(2)));
    if (verb == "tree") return tree(*manager);
    if (verb == "combine") return combine(*manager);
    if (verb == "stops") return stops(std::move(*manager));
    if (verb == "info") return info(*manager);
    if (verb == "cancel") return manager->cancelAllWork() ? 0 : 1;
    return WorkManager::run(*manager);
}
