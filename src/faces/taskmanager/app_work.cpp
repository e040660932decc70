#include "faces/taskmanager/app_work.hpp"

#include <utility>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "faces/screen/json_line.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/session_bus.hpp"

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

} // namespace stint::taskmanager
