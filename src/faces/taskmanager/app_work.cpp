#include "faces/taskmanager/app_work.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/control/calls.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/taskmanager/request.hpp"
#include "faces/taskmanager/topic_json.hpp"
#include "faces/views/work.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"

namespace stint::taskmanager {
namespace {

using cli::Json;

// The limits of what is read of an app: it may claim endless work, or never answer.
constexpr std::size_t mostApps = 100, mostRequests = 1000;
constexpr std::uint64_t appPatience = 3'000'000; // µs

} // namespace

AppWork::AppWork(sd_event* loop, std::function<void()> changed)
    : loop_(sd_event_ref(loop)), changed_(std::move(changed)) {}

AppWork::~AppWork() {
    asked_.clear(); // nobody is left to be answered
    forget();
    sd_event_unref(loop_);
}

void AppWork::follow(bool on) {
    if (!on) return forget();
    static_cast<void>(bus()); // without a bus no app shows anything
}

/// The connection, made where there is none; does not block.
Result<sd_bus*> AppWork::bus() {
    if (bus_ && !isOver_) return bus_.get();
    forget();
    bus_ = STINT_TRY(wire::openSessionBus(loop_));
    sd_bus* const bus = bus_.get();
    sd_bus_set_method_call_timeout(bus, appPatience);
    sd_bus_slot* made = nullptr;
    sd_bus_match_signal(bus, &made, localBus, localBusPath, localBus, "Disconnected", ended, this);
    end_.reset(std::exchange(made, nullptr));
    // The match stands before the names are listed, so that no app is missed.
    const auto rule = wire::ownerChanges("arg0namespace='org.stint.Work1'");
    sd_bus_add_match_async(bus, &made, rule.c_str(), ownerChanged, nullptr, this);
    owners_.reset(std::exchange(made, nullptr));
    sd_bus_call_method_async(bus, &made, wire::busName, wire::busPath, wire::busName, "ListNames", named, this, "");
    names_.reset(made);
    return bus;
}

void AppWork::forget() {
    auto asked = std::exchange(asked_, {});
    apps_.clear();
    names_.reset();
    owners_.reset();
    end_.reset();
    for (auto& [package, one] : asked)
        one.call.reset();
    bus_.reset();
    isOver_ = false;
    for (const auto& [package, one] : asked)
        for (const auto& answered : one.waiting)
            answered(fail(Errc::UNAVAILABLE, "the session bus is gone"));
}

std::string AppWork::topic() const {
    Json line{{"apps", Json::array()}};
    for (const auto& [package, app] : apps_)
        if (!app.owner.empty()) line["apps"].push_back(Json{{"package", package}, {"changes", app.changes}});
    return cli::dumped(line);
}

int AppWork::named(sd_bus_message* answer, void* self, sd_bus_error*) {
    auto& work = *static_cast<AppWork*>(self);
    const auto message = wire::Message::sharing(answer);
    wire::Reader reader(message);
    const auto names = message.isError() ? Result<std::vector<std::string>>(message.error()) : reader.strings();
    if (!names.ok()) return 0;
    for (const std::string& name : *names)
        if (const auto package = wire::workPackageOf(name)) work.askOwner(*package);
    return 0;
}

void AppWork::askOwner(const std::string& package) {
    if (apps_.size() >= mostApps || apps_.contains(package)) return;
    App& app = apps_.emplace(package, App{this, package}).first->second;
    wire::askOwner(bus_.get(), app.naming, wire::workNameOf(package), ownerTold, &app);
}

int AppWork::ownerTold(sd_bus_message* answer, void* app, sd_bus_error*) {
    const App& asked = *static_cast<App*>(app);
    asked.home->setOwner(std::string(asked.package), wire::ownerIn(answer));
    return 0;
}

int AppWork::ownerChanged(sd_bus_message* signal, void* self, sd_bus_error*) {
    auto& work = *static_cast<AppWork*>(self);
    const auto change = wire::ownerChangeIn(signal);
    if (!change) return 0;
    if (const auto package = wire::workPackageOf(change->name)) work.setOwner(*package, change->owner);
    return 0;
}

void AppWork::setOwner(const std::string& package, const std::string& owner) {
    if (owner.empty()) {
        if (apps_.erase(package) > 0) changed_();
        return;
    }
    const auto known = apps_.find(package);
    if (known == apps_.end() && apps_.size() >= mostApps) return;
    App& app = known != apps_.end() ? known->second : apps_.emplace(package, App{this, package}).first->second;
    app.naming.reset();
    if (std::exchange(app.owner, owner) == owner) return;
    ++app.changes;
    listen(app);
    changed_();
}

/// Listens to the app until its next "Changed". An app that has sent one is not heard again before somebody has looked,
/// so that a flood of them comes no further than the bus.
void AppWork::listen(App& app) {
    sd_bus_slot* made = nullptr;
    sd_bus_match_signal_async(bus_.get(), &made, app.owner.c_str(), wire::workPath, wire::workInterface, "Changed",
                              hasChanged, nullptr, &app);
    app.change.reset(made);
}

int AppWork::hasChanged(sd_bus_message*, void* app, sd_bus_error*) {
    App& one = *static_cast<App*>(app);
    one.change.reset();
    ++one.changes;
    one.home->changed_();
    return 0;
}

void AppWork::ask(const std::string& package, Answered answered) {
    const auto bus = this->bus();
    if (!bus.ok()) return answered(bus.error());
    const auto [asked, isFirst] = asked_.emplace(package, Asked{this, package});
    asked->second.waiting.push_back(std::move(answered));
    if (!isFirst) return;
    // Listened to before the app answers: a change that comes meanwhile is noticed.
    if (const auto app = apps_.find(package); app != apps_.end() && !app->second.owner.empty() && !app->second.change)
        listen(app->second);
    sd_bus_slot* made = nullptr;
    sd_bus_message* call = nullptr;
    int result = sd_bus_message_new_method_call(*bus, &call, wire::workNameOf(package).c_str(), wire::workPath,
                                                wire::workInterface, "List");
    const auto message = wire::Message::owning(call);
    if (result >= 0) result = sd_bus_message_append(call, "a{sv}", 0);
    if (result >= 0) result = sd_bus_message_set_auto_start(call, 0);
    if (result >= 0) result = sd_bus_call_async(*bus, &made, call, listed, &asked->second, 0);
    asked->second.call.reset(made);
    if (result >= 0) return;
    const auto waiting = std::move(asked->second.waiting);
    asked_.erase(asked);
    for (const auto& each : waiting)
        each(wire::errorFromErrno(-result));
}

int AppWork::listed(sd_bus_message* answer, void* asked, sd_bus_error*) {
    auto& one = *static_cast<Asked*>(asked);
    const auto message = wire::Message::sharing(answer);
    wire::Reader reader(message);
    auto list = message.isError() ? Result<wire::WorkList>(fail(
                                        Errc::UNAVAILABLE, "{} does not show its work now, or is silent", one.package))
                                  : wire::readWork(reader, mostRequests);
    if (!list.ok() && !message.isError())
        list = fail(Errc::UNAVAILABLE, "what {} shows of its work is not to be read: {}", one.package,
                    list.error().message);
    // An app lists no more than this at once: a full list may not be all.
    if (list.ok()) list->more = list->more || list->rows.size() == mostRequests;
    const auto waiting = std::move(one.waiting);
    one.home->asked_.erase(std::string(one.package));
    for (const auto& each : waiting)
        each(list);
    return 0;
}

// A connection is not released while it handles a message: the next look makes another.
int AppWork::ended(sd_bus_message*, void* self, sd_bus_error*) {
    auto& work = *static_cast<AppWork*>(self);
    work.isOver_ = true;
    work.apps_.clear();
    work.changed_();
    return 0;
}

// One app's requests, each as `stint work --json` prints it: the app is asked for them, and the scheduler why each
// waits.

namespace {

constexpr std::size_t mostAsked = 50;          ///< an app's jobs at the scheduler for its work (jobs.md §10)
constexpr std::size_t mostWorkBytes = 1 << 20; ///< for an answer

/// One app's requests, while the scheduler is asked about them.
struct Shown {
    cli::Works works;
    bool more;
    Done done;
    std::vector<std::optional<cli::Explanation>> jobs; ///< one for each row
    std::size_t outstanding = 1;

    void answered() {
        if (--outstanding > 0) return;
        std::vector<std::string> requests;
        std::size_t bytes = 0;
        for (std::size_t nth = 0; nth < works.rows.size(); ++nth) {
            const auto& row = works.rows[nth];
            requests.push_back(jsonOf(works, row, whyText(works, row, jobs[nth], wallNow())));
            bytes += requests.back().size();
            if (bytes <= mostWorkBytes) continue;
            requests.pop_back();
            more = true;
            break;
        }
        done(jsonAnswer(fmt::format(R"({{"package":{},"requests":{},"more":{}}})",
                                    cli::dumped(cli::Json(works.package)), arrayOf(requests), more)));
    }
};

void tellWork(DaemonLine& line, const std::string& package, const wire::WorkList& list, const Done& done) {
    const auto shown = std::make_shared<Shown>(Shown{{package, list.rows}, list.more, done, {}});
    const auto& rows = shown->works.rows;
    shown->jobs.resize(rows.size());
    std::size_t asked = 0;
    for (std::size_t nth = 0; nth < rows.size() && asked < mostAsked; ++nth) {
        const auto key = jobToAsk(shown->works, rows[nth]);
        if (!key) continue;
        ++asked;
        ++shown->outstanding;
        line.ask<cli::Explanation>(cli::calls::explain(*key), [shown, nth](Result<cli::Explanation> it) {
            if (it.ok()) shown->jobs[nth] = std::move(*it);
            shown->answered();
        });
    }
    shown->answered();
}

} // namespace

void answerWork(AppWork& work, DaemonLine& line, const Request& request, const Done& done) {
    const auto names = valuesIn(request.query, "package");
    if (!names.ok()) return done(answerOf(names.error()));
    if (names->size() != 1) return done(refusal(400, "ask for one app: /api/work?package=com.example.app"));
    const std::string& package = names->front();
    if (sd_bus_service_name_is_valid(wire::workNameOf(package).c_str()) <= 0)
        return done(refusal(400, fmt::format("{} is not a package's name", printable(package))));
    work.ask(package, [&line, package, done](const Result<wire::WorkList>& list) {
        if (!list.ok()) return done(refusal(404, list.error().message));
        tellWork(line, package, *list, done);
    });
}

} // namespace stint::taskmanager
