// The store is loaded at the start and after a failed commit (architecture.md, the core). The journal of aborts is
// written by the dying process.
#include "stintd/daemon/recovery.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/waiting_work.hpp"
#include "stint/job_info.hpp"
#include "stintd/daemon/clock.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {
namespace {

constexpr std::size_t enough = 3;
constexpr Duration shortTime = 1min;
constexpr std::size_t mostLines = 16; ///< the lines that are kept over a start
constexpr std::size_t longestName = 600;
constexpr std::string_view nobody = "-";

// From here to onDeath(), the code does only what a signal handler may do in a broken process. It allocates nothing.

class LineBuffer {
public:
    void add(char c) {
        if (size_ < text_.size()) text_[size_++] = c;
    }
    void add(std::string_view text) {
        for (const char c : text)
            add(c);
    }
    void add(std::int64_t number) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        add({digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
    /// Adds an app's text, cut, and with control characters replaced.
    void addTame(std::string_view text) {
        for (const char c : text.substr(0, longestName / 3))
            add(static_cast<unsigned char>(c) < ' ' ? '?' : c);
    }
    std::string_view text() const { return {text_.data(), size_}; }

private:
    std::array<char, 1024> text_{};
    std::size_t size_ = 0;
};

void addName(LineBuffer& line, const JobKey& key) {
    line.addTame(key.app.name.str());
    line.add('/');
    line.addTame(key.space.str());
    line.add('#');
    line.add(std::int64_t{key.id.value});
}

int file = -1;
LineBuffer boot;
LineBuffer version;
const Job* const volatile* volatile watched = nullptr;

void onDeath(int signal) {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    LineBuffer line;
    line.add(boot.text());
    line.add(' ');
    line.add(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000);
    line.add(' ');
    line.add(version.text());
    line.add(' ');
    const Job* const volatile* asked = watched;
    if (const Job* job = asked ? *asked : nullptr) {
        line.add(job->sequence);
        line.add(' ');
        addName(line, job->key);
    } else {
        line.add("0 ");
        line.add(nobody);
    }
    line.add('\n');
    [[maybe_unused]] const auto written = ::write(file, line.text().data(), line.text().size());
    ::raise(signal); // the signal's default action, once the handler has returned
}

void handleDeaths() {
    static std::array<char, 64 * 1024> spare; // the handler's stack: an overflowed one cannot be used
    const stack_t stack{.ss_sp = spare.data(), .ss_flags = 0, .ss_size = spare.size()};
    ::sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_handler = onDeath;
    action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        ::sigaction(signal, &action, nullptr);
}

std::string read(const std::filesystem::path& path) {
    constexpr std::size_t most = 64 * 1024; // more than is kept, and little enough to read at once
    std::ifstream in(path, std::ios::binary);
    std::string text(most, '\0');
    in.read(text.data(), static_cast<std::streamsize>(most));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

} // namespace

std::vector<Abort> abortsIn(std::string_view text) {
    std::vector<Abort> aborts;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        Abort abort;
        std::int64_t milliseconds = 0;
        if (!(words >> abort.boot >> milliseconds >> abort.version >> abort.sequence >> std::ws)) continue;
        if (!std::getline(words, abort.job)) continue;
        if (abort.job == nobody) abort.job.clear();
        abort.at = Instant{Duration{milliseconds}};
        aborts.push_back(std::move(abort));
    }
    return aborts;
}

std::string lineOf(const Abort& abort) {
    return fmt::format("{} {} {} {} {}\n", abort.boot, abort.at.time_since_epoch().count(), abort.version,
                       abort.sequence, abort.job.empty() ? nobody : std::string_view(abort.job));
}

std::vector<Abort> inARow(const std::vector<Abort>& aborts) {
    const auto together = [&](std::size_t first) {
        if (first + enough > aborts.size()) return false;
        const auto row = aborts.begin() + static_cast<std::ptrdiff_t>(first);
        const auto last = row + (enough - 1);
        return last->at >= row->at && last->at - row->at <= shortTime &&
               std::all_of(row, last + 1,
                           [&](const Abort& one) { return one.boot == row->boot && one.version == row->version; });
    };
    std::vector<Abort> row;
    for (std::size_t n = 0; n < aborts.size(); ++n)
        if (together(n) || (n >= 1 && together(n - 1)) || (n >= 2 && together(n - 2))) row.push_back(aborts[n]);
    return row;
}

std::string abortName(const JobKey& key) {
    LineBuffer line;
    addName(line, key);
    return std::string(line.text());
}

void Aborts::open(const std::filesystem::path& directory, const BootId& bootNow, const std::string& versionNow) {
    const auto path = directory / "aborts";
    all_ = abortsIn(read(path));
    const std::size_t found = all_.size();
    std::erase_if(all_, [&](const Abort& one) { return one.boot != bootNow.value || one.version != versionNow; });
    if (all_.size() > mostLines) all_.erase(all_.begin(), all_.end() - static_cast<std::ptrdiff_t>(mostLines));
    row_ = inARow(all_);
    if (all_.size() != found) {
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        for (const Abort& one : all_)
            out << lineOf(one);
    }
    boot = version = {};
    boot.add(bootNow.value);
    version.add(versionNow);
    if (file >= 0) ::close(file);
    file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0) handleDeaths(); // else stintd starts without this journal
}

void Aborts::watch(const Job* const volatile* asked) { watched = asked; }

std::map<JobKey, std::string> Aborts::heldBack(const std::vector<StoredJob>& jobs) const {
    std::map<JobKey, std::string> held;
    for (const Abort& one : row_) {
        const auto isIt = [&one](const StoredJob& stored) {
            return stored.job.sequence == one.sequence && abortName(stored.job.key) == one.job;
        };
        const auto found = std::ranges::find_if(jobs, isIt);
        if (found == jobs.end()) continue;
        held[found->job.key] = "stintd aborted three times within a minute while it evaluated this job";
    }
    return held;
}

namespace {

constexpr Duration firstPause = 1s;
constexpr Duration longestPause = 60s;
constexpr Duration reconnecting = 10s; ///< libstint tries again at least that often (link/client/connection.hpp)

} // namespace

// Makes a core of the stored state and of the runs that go on. The Step has the records that follow, still to be
// written.
Result<Step> Daemon::load(UnderWay runs) {
    keepSnapshot();
    Snapshot snapshot = STINT_TRY(store_->load());
    for (auto& note : store_->notes()) {
        logWarning(note);
        storeNotes_.push_back(std::move(note));
    }
    auto core = std::make_unique<Scheduler>(policy_.constants);
    const auto overrides = snapshot.overrides;
    const auto marks = snapshot.networkMarks;
    if (!core_) rememberSeen(snapshot);
    for (const StoredJob& stored : snapshot.jobs) // announce() reports them to the core
        addGuardApp(stored.job.key.app, Announce::No);
    for (const Completed& completed : snapshot.completed)
        addGuardApp(completed.key.app, Announce::No);
    for (const Registration& registration : snapshot.registrations)
        if (!registration.ended) addGuest(registration.app, registration.connector, Announce::No);
    deviceSource_.restore(overrides, marks);
    if (runs == UnderWay::GoOn) snapshot.goingOn = hosts_->goingOn();
    const auto heldBack = aborts_.heldBack(snapshot.jobs);
    Aborts::watch(&core->asked());
    const record::Beginning beginning{boot_, now_, deviceSource_.read(), heldBack, snapshot.goingOn};
    Step step = core->restore(std::move(snapshot), boot_, beginning.device, now_, heldBack);
    beginRecording(*core, beginning, step);
    core_ = std::move(core);
    watched_.reset(); // versions start again
    return step;
}

// Begins with a core, at a start and after a failed commit: the core takes in all that is stored and all that edges
// know. If the disk is too full to record even this, the core still answers questions, but its decisions are not
// carried out.
Result<void> Daemon::begin(UnderWay runs) {
    Step step = STINT_TRY(load(runs));
    written_ = false;
    unanswered_.clear();
    tellAside(step.setAside);
    hosts_->dropAllBut(core_->runs());
    line_->forgetDeliveries();
    desktop_->withdrawAll();
    deviceSource_.delaySleep(true); // the core says later if it is not to be delayed
    deviceSource_.keepAwake(false);
    topics_ = Topics::all();
    const auto later = std::exchange(arrived_, {});
    announce();
    const bool writes = degraded_ || !step.records.empty(); // once degraded, an empty write tests the store
    auto done = writes ? write(step.records) : Result<void>{};
    if (!done) done = write(step.records); // the first try may have freed the reserve
    if (done) {
        step_.effects = std::move(step.effects);
        for (auto& [run, end] : std::exchange(ends_, {}))
            arrived_.push_back(std::move(end));
    } else {
        for (const Event& event : std::exchange(arrived_, {}))
            core_->learn(event, now_);
    }
    std::ranges::copy(later, std::back_inserter(arrived_));
    return done;
}

void Daemon::tellAside(const std::vector<SetAside>& jobs) {
    for (const SetAside& aside : jobs) {
        logError(fmt::format("set aside job={}: {}", textOf(aside.job), aside.why));
        changed_.insert(aside.job);
    }
}

void Daemon::rememberSeen(const Snapshot& snapshot) {
    for (const StoredApp& stored : snapshot.apps)
        if (stored.boot == boot_ && stored.memory.seen && !stored.memory.pinned)
            visibility_.remember(stored.memory.app);
    if (visibility_.remembers()) forgetsAt_ = now_.elapsed + reconnecting;
}

void Daemon::forgetSeen() {
    if (!forgetsAt_ || now_.elapsed < *forgetsAt_) return;
    forgetsAt_.reset();
    visibility_.forget();
}

// The log may hold data that an earlier daemon has deleted, so it is erased at the start.
Result<void> Daemon::beginFirst() {
    eraseAt_ = now_.elapsed;
    auto begun = begin(UnderWay::End);
    written_ = true; // nothing has failed yet
    if (begun) wakeWaitingWork();
    if (begun || !core_) return begun;
    degrade(begun.error());
    return {};
}

// jobs.md §10: an app whose work nobody took while no daemon was there begins as for a job of that service. Its process
// hands the work over.
void Daemon::wakeWaitingWork() {
    for (const Manifest& manifest : registry_->all()) {
        const auto service = waitingWorkOf(manifest.package.name);
        if (!service || !manifest.services.contains(*service)) continue;
        auto job = JobInfo::Builder(JobId(1), *service).build();
        if (job.ok())
            arrived_.emplace_back(
                Schedule{.app = manifest.package, .space = std::string(waitingWorkNamespace), .info = *std::move(job)});
    }
}

// The core's state is not durable, so it is dropped; there is no roll-back code. If nothing could be written since it
// was loaded, loading it again at once would go on for ever.
void Daemon::commitFailed(const Error& error) {
    logWarning(error.message);
    step_ = {};
    changed_.clear();
    progressed_.clear();
    for (const auto& [app, replies] : std::exchange(held_, {})) // they wait for something else, and are durable
        for (const Reply& each : replies)
            server_->reply(each);
    server_->failAll(error);
    const bool again = !written_;
    tryAgain(UnderWay::GoOn);
    if (!again || degraded_) return;
    step_ = {};
    degrade(error);
}

// Running jobs go on and nothing new is accepted, until a later attempt succeeds.
void Daemon::degrade(const Error& error) {
    pause_ = pause_ == Duration{0} ? firstPause : std::min(pause_ * 2, longestPause);
    tryAgainAt_ = now_.elapsed + pause_;
    degraded_ = error;
    troubled_ = true;
    logWarning(error.message + "; trying again in " + formatDuration(pause_));
}

void Daemon::tryAgain(UnderWay runs) {
    if (auto begun = begin(runs); !begun) return degrade(begun.error());
    degraded_.reset();
    tryAgainAt_.reset();
}

// Keeps a run's own report of its end until it is written down; the first report counts.
void Daemon::keepEnd(const Event& event) {
    const auto keep = [this](RunId run, Event end) {
        if (hosts_->find(run)) ends_.try_emplace(run, std::move(end));
    };
    if (const auto* finished = std::get_if<JobFinished>(&event)) keep(finished->run, event);
    if (const auto* stopped = std::get_if<StopAnswered>(&event)) keep(stopped->run, event);
    if (const auto* lost = std::get_if<RunLost>(&event)) keep(lost->run, event);
    if (const auto* started = std::get_if<StartAnswered>(&event); started && !started->ongoing)
        if (const GoingOn* run = hosts_->find(started->run)) keep(run->run, JobFinished{run->job.app, run->run});
}

// Callers get the store's error, and questions are answered. Before that, events from the edges are learned, for a core
// that was just made knows of no app yet. The ends of runs are kept for the next core.
void Daemon::waitForStore() {
    if (tryAgainAt_ && now_.elapsed >= *tryAgainAt_) tryAgain(UnderWay::GoOn);
    if (!degraded_) return;
    for (const Event& event : std::exchange(arrived_, {})) {
        keepEnd(event);
        if (std::holds_alternative<DeviceChanged>(event) || std::holds_alternative<AppSeen>(event) ||
            std::holds_alternative<AppInstalled>(event))
            core_->learn(event, now_);
    }
    server_->failAll(*degraded_);
    verbs_.clear();
}

} // namespace stint
