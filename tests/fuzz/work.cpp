// An app's own file of its work (jobs.md §10), which a disk, or whoever may write there, has changed: columns of sound
// requests hold what the input says. Such a file is refused, to be set aside; or the engine works with it, through what
// the rest of the input has happen, and what it has decided is what the file says.
#include <algorithm>
#include <iterator>

#include "fuzz/fuzz.hpp"
#include "work/engine/desk.hpp"
#include "work/engine/job_of.hpp"
#include "work/engine/schema.hpp"

using namespace stint;
using namespace stint::work;

namespace {

constexpr Now begun{Instant(std::chrono::hours(1)), WallTime(std::chrono::hours(24 * 365 * 50))};

/// Takes every other job that it can, and runs nothing.
struct Scheduler : SchedulerPort {
    std::map<std::int32_t, std::optional<UUID>> jobs;

    Result<bool> schedule(const JobInfo& job) override {
        if (job.isExpedited() || job.isUserInitiated()) return false;
        jobs.insert_or_assign(job.getId().value, requestOf(job.getExtras()));
        return true;
    }
    Result<void> cancel(std::int32_t job) override {
        jobs.erase(job);
        return {};
    }
    Result<std::vector<Reconcile::Pending>> pending() override {
        std::vector<Reconcile::Pending> all;
        for (const auto& [job, request] : jobs)
            all.push_back({job, request});
        return all;
    }
    void finish(std::int32_t job, bool again) override {
        if (!again) jobs.erase(job);
    }
    void watch(std::int32_t) override {}
};

struct Workers : WorkersPort {
    std::map<UUID, RunNumber> running;

    void start(const StartWorker& how, const Request&) override { running[how.request] = how.run; }
    void stop(const StopWorker&) override {}
};

UUID numbered(int number) { return *UUID::fromString(fmt::format("00000000-0000-4000-8000-{:012x}", number)); }

/// One that waits, one that follows it, periodic work that runs, and one that has ended.
std::vector<Request> soundRequests() {
    std::vector<Request> requests(4);
    for (int number = 0; number < 4; ++number) {
        Request& request = requests[static_cast<std::size_t>(number)];
        request.spec.id = numbered(number);
        request.spec.worker = "Worker";
        request.spec.tags = {"tag"};
        request.sequence = number + 1;
        request.enqueuedAt = begun.wall;
        request.notBefore = begun.wall;
    }
    requests[0].job = 1;
    requests[1].state = State::BLOCKED;
    requests[1].parents = {numbered(0)};
    requests[2].state = State::RUNNING;
    requests[2].job = 2;
    requests[2].session = 1;
    requests[2].spec.period = Period{std::chrono::hours(1), std::chrono::minutes(15)};
    requests[2].windowEnd = begun.wall + std::chrono::hours(1);
    requests[3].state = State::SUCCEEDED;
    requests[3].finishedAt = begun.wall;
    requests[3].finishOrder = 1;
    requests[3].output = *Data::Builder().putString("key", "value").build();
    return requests;
}

std::int64_t numberIn(fuzz::Input& input, int bytes) {
    std::uint64_t number = 0;
    for (int i = 0; i < bytes; ++i)
        number = number << 8 | input.byte();
    return static_cast<std::int64_t>(number);
}

std::string textIn(fuzz::Input& input) {
    std::string text;
    for (unsigned left = input.byte(); left > 0; --left)
        text += static_cast<char>(input.byte());
    return text;
}

/// A change that the schema refuses leaves the row unchanged.
void change(Database& database, const std::string& table, const std::string& column, int row, fuzz::Input& input) {
    const bool isBlob = column == "input" || column == "output" || column == "progress";
    auto update = database.prepare(fmt::format("UPDATE {} SET {} = ?1 WHERE rowid = {}", table, column, row)).value();
    switch (input.byte() % 4) {
    case 0:
        static_cast<void>(update.run(std::optional<std::int64_t>()));
        return;
    case 1:
        static_cast<void>(update.run(numberIn(input, 8)));
        return;
    case 2:
        static_cast<void>(update.run(numberIn(input, 1)));
        return;
    default: {
        const std::string text = textIn(input);
        static_cast<void>(isBlob ? update.run(Blob{text}) : update.run(text));
    }
    }
}

Database planted(fuzz::Input& input) {
    Database database = Database::open(":memory:").value();
    fuzz::must(migrate(database).ok(), "a new file has its tables");
    Statement insert = database.prepare(insertRequest).value();
    static const std::vector<Request> requests = soundRequests();
    for (const Request& request : requests)
        fuzz::must(rowInto(insert, request, {}).ok(), "a sound request can be written");
    const UUID& parent = requests[0].spec.id;
    const std::string link = fmt::format("('{}', '{}')", requests[1].spec.id.toString(), parent.toString());
    fuzz::must(database.run("INSERT INTO dependencies VALUES " + link).ok(), "and what it follows");
    fuzz::must(database.run("UPDATE counters SET sequence = 5, finish_order = 2, job = 3, session = 2").ok(), "too");
    const Statement columns = database.prepare(selectRequests).value();
    constexpr const char* counters[]{"sequence", "finish_order", "job", "session"};
    constexpr const char* links[]{"child", "parent"};
    for (unsigned left = input.byte() % 8; left > 0; --left) {
        const unsigned row = input.byte() % 6;
        const unsigned nth = input.byte();
        if (row == 4)
            change(database, "counters", counters[nth % std::size(counters)], 1, input);
        else if (row == 5)
            static_cast<void>(database.run(fmt::format("UPDATE dependencies SET {} = '{}'", links[nth % 2],
                                                       numbered(static_cast<int>(nth / 2 % 4)).toString())));
        else
            change(database, "requests", std::string(columns.name(static_cast<int>(nth) % columns.columns())),
                   static_cast<int>(row) + 1, input);
    }
    return database;
}

Event happening(fuzz::Input& input, unsigned what, const Desk& desk, Workers& workers, Now& now) {
    const UUID id = numbered(static_cast<int>(input.byte() % 4));
    const Request* request = desk.engine().requests().find(id);
    const auto job = request != nullptr ? request->job.value_or(0) : 0;
    switch (what % 8) {
    case 0:
        return JobStarted{job, id};
    case 1:
        return JobStopped{job, STOP_REASON_TIMEOUT};
    case 2:
    case 3:
        if (const auto run = workers.running.extract(id))
            return WorkerEnded{id, run.mapped(), static_cast<WorkerEnded::Kind>(input.byte() % 3), {}, {}};
        return Look{};
    case 4:
        return Cancel{id};
    case 5:
        return Prune{};
    case 6:
        return NotTaken{job, static_cast<NotTaken::Why>(input.byte() % 3)};
    default:
        now.wall += std::chrono::hours(input.byte());
        return Look{};
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Input input(bytes, size);
    auto store = Store::over(planted(input));
    if (!store) {
        fuzz::must(!isPassing(store.error()), "what is no file of work is set aside");
        return 0;
    }
    Scheduler scheduler;
    Workers workers;
    auto desk = Desk::open(std::move(*store), {.service = "Service"}, scheduler, workers);
    fuzz::must(desk.ok(), "a file that was read once is read again");
    Now now = begun;
    fuzz::must(desk->reconcile(now).ok(), "the engine works with what was read");
    for (unsigned events = 0; events < 64; ++events) {
        const unsigned what = input.byte();
        if (what == 0 && events > 0) break;
        static_cast<void>(desk->handle(happening(input, what, *desk, workers, now), now));
    }
    const auto requests = desk->engine().requests().all();
    auto file = std::move(*desk).takeStore().read();
    fuzz::must(file.ok(), file.ok() ? "" : file.error().message.c_str()); // what was written can be read
    fuzz::must(file->requests.size() == requests.size(), "it is all there");
    for (const Request& request : file->requests)
        fuzz::must(requests.at(request.spec.id) == request, "and is what the engine has decided");
    return 0;
}
