// The network use of apps, which the helper counts: read when it is asked for, or when a mark is passed.
#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"
#include "stintd/netcut/netcut.hpp"

namespace stint {

void Netcut::count(const AppId& name, Used used) {
    const auto found = apps_.find(name);
    if (found == apps_.end() || !found->second.cgroup) return;
    questions_.push_back({name, found->second.cgroup, std::move(used)});
    askCounters();
}

void Netcut::mark(const AppId& name, std::optional<std::uint64_t> at, Used used) {
    const auto found = apps_.find(name);
    if (found == apps_.end() || !found->second.cgroup || !found->second.tells) return;
    App& app = found->second;
    app.mark = at ? app.before + *at : 0;
    app.used = std::move(used);
    tellMarks();
}

void Netcut::tellCounted() {
    for (auto& [name, app] : apps_)
        if (app.cgroup) tellCounting(app);
    tellMarks();
}

/// Begins a new count: what is reported from here on counts from here on, and the mark is gone.
void Netcut::tellCounting(App& app) {
    app.before = app.received + app.sent;
    app.mark = 0;
    app.used = nullptr;
    counted_(app.name, !app.cgroup ? Counting::No : app.tells ? Counting::Told : Counting::Asked);
}

bool Netcut::isWatched(const Question& question) const {
    const auto app = apps_.find(question.app);
    return app != apps_.end() && app->second.cgroup == question.cgroup;
}

/// Asks for the counters of as many questions as one call may carry; of two questions on one app the first gets
/// everything.
void Netcut::askCounters() {
    if (counting_ || !guard_.isThere()) return;
    std::erase_if(questions_, [this](const Question& each) { return !isWatched(each); });
    if (questions_.empty()) return; // for an empty list the helper answers with all
    STINT_CHECK(asked_.empty());    // one call of Counters at a time
    auto call = guardCall(guard_, "Counters");
    if (!call) return complain(call.error().message);
    std::vector<std::uint64_t> cgroups;
    for (Question& each : questions_) {
        if (std::ranges::find(cgroups, each.cgroup) == cgroups.end()) {
            if (cgroups.size() == wire::mostGuarded) break;
            cgroups.push_back(each.cgroup);
        }
        asked_.push_back(std::move(each));
    }
    questions_.erase(questions_.begin(), questions_.begin() + static_cast<std::ptrdiff_t>(asked_.size()));
    int result = sd_bus_message_append_array(call->get(), 't', cgroups.data(), cgroups.size() * sizeof(std::uint64_t));
    sd_bus_slot* slot = nullptr;
    if (result >= 0) result = sd_bus_call_async(guard_.bus(), &slot, call->get(), countersTold, this, UINT64_MAX);
    counting_.reset(slot);
    if (result >= 0) return;
    complain(wire::errorFromErrno(-result).message);
    answerAsked({});
}

int Netcut::countersTold(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& self = *static_cast<Netcut*>(data);
    STINT_CHECK(self.counting_);
    const wire::Slot ended = std::move(self.counting_);
    self.answerCounters(wire::Message::sharing(answer));
    self.askCounters();
    self.tellMarks();
    return 0;
}

void Netcut::answerCounters(const wire::Message& answer) {
    Counters counters;
    const auto read = [&]() -> Result<void> {
        if (answer.isError()) return answer.error();
        wire::Reader rows(answer);
        return rows.array("(ttt)", [&](wire::Reader& each) -> Result<void> {
            return each.structure("ttt", [&](wire::Reader& fields) -> Result<void> {
                const std::uint64_t cgroup = STINT_TRY(fields.uint64());
                const std::uint64_t received = STINT_TRY(fields.uint64());
                const std::uint64_t sent = STINT_TRY(fields.uint64());
                counters[cgroup] = {received, sent};
                return {};
            });
        });
    };
    if (const auto done = read(); !done) complain(done.error().message);
    answerAsked(counters);
}

/// Answers each question, whatever the helper answered: without counters, by what is known already.
void Netcut::answerAsked(const Counters& counters) {
    for (const Question& each : std::exchange(asked_, {})) {
        if (!isWatched(each)) continue;
        App& its = apps_.at(each.app);
        const auto found = counters.find(each.cgroup);
        const auto [received, sent] = found == counters.end() ? std::pair(its.received, its.sent) : found->second;
        tellUsed(its, received, sent, each.used);
    }
}

void Netcut::tellUsed(App& app, std::uint64_t received, std::uint64_t sent, const Used& used) {
    // A count below the last one adds nothing.
    const std::uint64_t in = received > app.received ? received - app.received : 0;
    const std::uint64_t out = sent > app.sent ? sent - app.sent : 0;
    app.received += in;
    app.sent += out;
    used(in, out);
}

/// Sends the marks, one call at a time for each app; a mark that changes meanwhile goes with the next.
void Netcut::tellMarks() {
    if (!guard_.isThere()) return;
    for (auto& [name, app] : apps_) {
        if (!app.cgroup || !app.tells || app.marking || app.mark == app.marked) continue;
        auto call = guardCall(guard_, "TellAt");
        if (!call) return complain(call.error().message);
        int result = sd_bus_message_append(call->get(), "tt", app.cgroup, app.mark);
        sd_bus_slot* slot = nullptr;
        if (result >= 0) result = sd_bus_call_async(guard_.bus(), &slot, call->get(), marked, &app, UINT64_MAX);
        app.marking.reset(slot);
        app.marked = app.mark;
        if (result < 0) askInstead(app, wire::errorFromErrno(-result));
    }
}

int Netcut::marked(sd_bus_message* answer, void* data, sd_bus_error*) {
    App& app = *static_cast<App*>(data);
    STINT_CHECK(app.marking);
    const wire::Slot ended = std::move(app.marking);
    const auto message = wire::Message::sharing(answer);
    if (message.isError()) app.owner->askInstead(app, guardError(message));
    app.owner->tellMarks();
    return 0;
}

/// Asks instead of waiting for marks: an older helper counts, and reports nothing by itself; a busy one may later.
void Netcut::askInstead(App& app, const Error& error) {
    app.tells = false;
    app.tellsLater = error.code == Errc::BUSY;
    if (app.tellsLater) askLater(error);
    app.marked = 0;
    if (std::exchange(noMarks_, error.message) != error.message)
        tell_("how far budgets are used is asked for at times: " + noMarks_);
    tellCounting(app);
}

void Netcut::passed(const wire::Message& signal) {
    wire::Reader fields(signal);
    const auto cgroup = fields.uint64();
    const auto received = fields.uint64();
    const auto sent = fields.uint64();
    if (!cgroup || !received || !sent) return;
    const auto found = std::ranges::find_if(
        apps_, [&](const auto& each) { return each.second.cgroup != 0 && each.second.cgroup == *cgroup; });
    if (found == apps_.end()) return;
    App& app = found->second;
    const std::uint64_t total = *received + *sent;
    if (total < app.marked) return; // it belongs to the mark before this one
    app.marked = 0;
    // An answer that is under way reports as much, and to the same caller; where it does not come, the mark is sent
    // again.
    const auto isOfIt = [&](const Question& each) { return each.cgroup == *cgroup; };
    if (std::ranges::any_of(questions_, isOfIt) || (counting_ && std::ranges::any_of(asked_, isOfIt))) return;
    if (app.mark != 0 && total >= app.mark) {
        app.mark = 0;
        tellUsed(app, *received, *sent, std::exchange(app.used, nullptr));
    }
    tellMarks();
}

} // namespace stint
