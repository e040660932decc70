// TaskManager1's methods that only look: any caller sees its own app, the operator sees all.
#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stintd/bus/methods.hpp"

namespace stint::methods {
namespace {

using wire::DictionaryReader;
using wire::taskManagerInterface;
using wire::UnknownKeys;
using wire::Writer;

struct TaskPage {
    std::string package;
    std::optional<std::string> afterPackage;
    std::string afterNamespace;
    std::int32_t afterId = 0;
    bool finished = false;
    std::int32_t skip = 0;
};

Result<TaskPage> readTaskPage(Request& request) {
    TaskPage page;
    DictionaryReader dictionary("options", UnknownKeys::Ignore);
    dictionary.take("package", page.package).take("afterPackage", page.afterPackage);
    dictionary.take("afterNamespace", page.afterNamespace).take("afterId", page.afterId);
    dictionary.take("finished", page.finished).take("skip", page.skip);
    STINT_TRY(dictionary.read(request.arguments));
    if (page.skip < 0) return fail(Errc::ILLEGAL_ARGUMENT, "options: skip is {}; it must be at least 0", page.skip);
    return page;
}

/// Returns the app whose jobs a list shows; nullopt: all apps', for which only the operator may ask.
Result<std::optional<AppId>> whoseJobs(const Request& request, const std::string& package) {
    if (package.empty())
        return request.caller.isOperator ? std::optional<AppId>() : std::optional<AppId>(request.caller.app);
    STINT_TRY(mayRead(request, AppId{package}));
    return std::optional<AppId>(AppId{package});
}

std::vector<JobView> listed(BusOwner& owner, const std::optional<AppId>& app, const TaskPage& page) {
    if (!page.finished) {
        std::optional<JobKey> after;
        if (page.afterPackage) after = JobKey{AppId{*page.afterPackage}, page.afterNamespace, JobId(page.afterId)};
        return owner.core().jobs(app, after, wire::mostListed + 1, owner.now());
    }
    std::vector<JobView> all = owner.core().completed(app);
    const auto skipped = std::min(all.size(), static_cast<std::size_t>(page.skip));
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(skipped));
    return all;
}

Result<JobView> known(BusOwner& owner, const JobKey& key) {
    if (std::optional<JobView> view = owner.core().job(key, owner.now())) return *std::move(view);
    return fail(Errc::ILLEGAL_ARGUMENT, "no job {}", textOf(key));
}

Handled watchAll(Request& request) {
    if (!request.caller.isOperator) return onlyOperator(request.caller, "Watch for every job");
    bool everything = false;
    std::vector<std::string> names(topicNames.begin(), topicNames.end());
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("everything", everything).take("topics", names);
    STINT_TRY(options.read(request.arguments));
    const Topics lists = topicsNamed(names);
    return answers(
        [&watches = request.watches, from = request.from, everything, lists](Writer& writer) -> Result<void> {
            watches.addAll(from);
            if (everything) watches.awaitNews(from, lists);
            const wire::DictionaryWriter nothing(writer);
            return {};
        });
}

Handled listJobs(Request& request) {
    const TaskPage page = STINT_TRY(readTaskPage(request));
    const std::optional<AppId> app = STINT_TRY(whoseJobs(request, page.package));
    return answers([&owner = request.owner, app, page](Writer& writer) -> Result<void> {
        wire::writePage(writer, "a{sv}", listed(owner, app, page), wire::writeRow<JobView>);
        return {};
    });
}

Handled explain(Request& request) {
    const JobKey key = STINT_TRY(readJobKey(request));
    STINT_TRY(mayRead(request, key.app));
    return answers([&owner = request.owner, key](Writer& writer) -> Result<void> {
        const JobView job = STINT_TRY(known(owner, key));
        wire::writeRow(writer, job);
        wire::writeRows(writer, owner.core().explain(key, owner.now()));
        return {};
    });
}

Handled whatIf(Request& request) {
    const JobKey key = STINT_TRY(readJobKey(request));
    const auto changes = STINT_TRY(readChanges(request));
    return answers([&owner = request.owner, key, changes](Writer& writer) -> Result<void> {
        const Supposed supposed = STINT_TRY(owner.suppose(changes));
        const auto answer = STINT_TRY(owner.core().whatIf(key, supposed, owner.now()));
        wire::writeRow(writer, answer);
        return {};
    });
}

Handled history(Request& request) {
    const JobKey key = STINT_TRY(readJobKey(request));
    STINT_TRY(mayRead(request, key.app));
    return answers([&owner = request.owner, key](Writer& writer) -> Result<void> {
        STINT_TRY(known(owner, key));
        wire::writeRows(writer, owner.core().history(key));
        return {};
    });
}

Handled log(Request& request) {
    const JobKey key = STINT_TRY(readJobKey(request));
    STINT_TRY(mayRead(request, key.app));
    return answers([&owner = request.owner, key](Writer& writer) -> Result<void> {
        const auto runs = STINT_TRY(owner.pastRuns(key, wire::mostListed));
        wire::writeRows(writer, runs);
        return {};
    });
}

Handled day(Request& request) {
    DayAsked asked;
    const std::int64_t from = STINT_TRY(request.arguments.int64());
    const std::int64_t to = STINT_TRY(request.arguments.int64());
    asked.from = WallTime{Duration{from}};
    asked.to = WallTime{Duration{to}};
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("after", asked.after);
    STINT_TRY(options.read(request.arguments));
    // The times are compared as unsigned numbers, whose difference is right whatever the two are.
    const bool isTooLong = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from) >
                           static_cast<std::uint64_t>(longestDay.count());
    if (from > to || isTooLong)
        return fail(Errc::ILLEGAL_ARGUMENT, "from {} to {} is not a time of at most {}; ask for its days one by one",
                    from, to, formatDuration(longestDay));
    const bool isWhole = request.caller.isOperator;
    return answers([&owner = request.owner, asked, isWhole](Writer& writer) -> Result<void> {
        DayPage page = STINT_TRY(owner.day(asked));
        if (!isWhole) page = {.runs = {}, .device = std::move(page.device), .after = {}}; // no fleet's business
        wire::writeRows(writer, page.runs);
        wire::writeRows(writer, page.device);
        writer.string(page.after);
        return {};
    });
}

Handled listWork(Request& request) {
    const JobKey key = STINT_TRY(readJobKey(request));
    STINT_TRY(mayRead(request, key.app));
    std::uint64_t after = 0;
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("after", after);
    STINT_TRY(options.read(request.arguments));
    return answers([&owner = request.owner, key, after](Writer& writer) -> Result<void> {
        STINT_TRY(known(owner, key));
        std::vector<WorkItem> work = owner.core().work(key, after, wire::mostListed + 1);
        for (WorkItem& item : work)
            item.extras = {}; // private to the app
        wire::writePage(writer, "a{sv}", work, wire::writeWork);
        return {};
    });
}

Handled overview(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeSchedulerView(writer, owner.core().overview(wire::mostListed, owner.now()));
        return {};
    });
}

Handled watch(Request& request) {
    const JobKey key = STINT_TRY(readJobKey(request));
    if (key.app.name.empty()) return watchAll(request);
    STINT_TRY(mayRead(request, key.app));
    return answers(
        [&owner = request.owner, &watches = request.watches, from = request.from, key](Writer& writer) -> Result<void> {
            const JobView view = STINT_TRY(known(owner, key));
            if (view.state != JobView::State::Finished) watches.add(from, key);
            wire::writeRow(writer, view);
            return {};
        });
}

Handled listTasks(Request& request) {
    const std::optional<AppId> only = STINT_TRY(whoseJobs(request, ""));
    return answers([&owner = request.owner, only](Writer& writer) -> Result<void> {
        std::vector<TaskRow> rows = owner.core().tasks(owner.now());
        if (only) std::erase_if(rows, [&only](const TaskRow& row) { return row.app != *only; });
        wire::writeRows(writer, rows);
        return {};
    });
}

Handled listApps(Request& request) {
    std::optional<AppId> only = STINT_TRY(whoseJobs(request, ""));
    if (request.caller.isAgent) only.reset(); // it puts back what it sets (fleet.md §4.4)
    return answers([&owner = request.owner, only](Writer& writer) -> Result<void> {
        std::vector<AppView> apps = owner.core().apps(owner.now());
        if (only) std::erase_if(apps, [&only](const AppView& app) { return app.manifest.package != *only; });
        wire::writeRows(writer, apps);
        return {};
    });
}

} // namespace

std::span<const Method> taskMethods() {
    using enum Allowed;
    // clang-format off
    static constexpr Method rows[] = {
        {taskManagerInterface, "ListJobs",  "a{sv}",         Anyone,   listJobs},
        {taskManagerInterface, "Explain",   "ssia{sv}",      Anyone,   explain},
        {taskManagerInterface, "WhatIf",    "ssia{ss}a{sv}", Operator, whatIf},
        {taskManagerInterface, "History",   "ssia{sv}",      Anyone,   history},
        {taskManagerInterface, "Log",       "ssia{sv}",      Anyone,   log},
        {taskManagerInterface, "Day",       "xxa{sv}",       Agent,    day},
        {taskManagerInterface, "ListWork",  "ssia{sv}",      Anyone,   listWork},
        {taskManagerInterface, "Overview",  "a{sv}",         Operator, overview},
        {taskManagerInterface, "Watch",     "ssia{sv}",      Anyone,   watch},
        {taskManagerInterface, "ListTasks", "a{sv}",         Anyone,   listTasks},
        {taskManagerInterface, "ListApps",  "a{sv}",         Anyone,   listApps},
    };
    // clang-format on
    return rows;
}

} // namespace stint::methods
