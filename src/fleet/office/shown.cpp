#include "fleet/office/shown.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <numeric>

#include <nlohmann/json.hpp>

#include "base/http/message.hpp"
#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/open_metrics.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "contract/model/reasons.hpp"
#include "fleet/document/document.hpp"
#include "fleet/document/telling.hpp"
#include "fleet/document/words.hpp"

namespace stint::fleet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t mostRows = 1'000;

std::string text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json time(WallTime when) { return when.time_since_epoch().count(); }
Json time(const std::optional<WallTime>& when) { return when ? time(*when) : Json(); }

/// The parts of a request's query, decoded. A name that stands there twice has its last value.
class Parameters {
public:
    /// IllegalArgument: a part is no text.
    static Result<Parameters> of(std::string_view query) {
        Parameters parameters;
        for (const std::string_view part : splitAt(query, "&")) {
            const auto sign = part.find('=');
            if (sign == std::string_view::npos) continue;
            auto value = STINT_TRY(http::unescaped(part.substr(sign + 1)));
            parameters.all_.insert_or_assign(std::string(part.substr(0, sign)), std::move(value));
        }
        return parameters;
    }
    std::string text(const char* name) const {
        const auto found = all_.find(name);
        return found == all_.end() ? std::string() : found->second;
    }
    std::size_t most() const {
        return std::clamp<std::size_t>(numberIn<std::size_t>(text("most")).value_or(mostRows), 1, mostRows);
    }

private:
    std::map<std::string, std::string, std::less<>> all_;
};

using State = Rollout::State;
struct StateRow {
    State state;
    std::string_view word;
    std::string_view meaning;
    std::array<std::string_view, 2> verbs; ///< that an operator may give it then
    bool isCancelled = false;              ///< Ended, by a cancel
};
constexpr std::array stateRows{
    StateRow{State::Going, "going", "devices begin as places become free", {"pause", "cancel"}},
    StateRow{
        State::Soaking, "soaking", "its open wave was good, and rests before the next one opens", {"pause", "cancel"}},
    StateRow{State::Held, "held", "too few of its open wave went well for the next one to open", {"resume", "cancel"}},
    StateRow{State::Paused, "paused", "an operator lets nobody begin", {"resume", "cancel"}},
    StateRow{State::Stopped, "stopped", "too many have failed, and nobody begins any more", {"resume", "cancel"}},
    StateRow{State::Cancelling,
             "cancelling",
             "an operator cancelled it; who has begun stops, unless it is behind its point of no return",
             {}},
    StateRow{State::Ended, "ended", "every device has an end", {"retry"}},
    StateRow{State::Ended, "cancelled", "an operator cancelled it, and every device has an end", {}, true},
};
std::string_view wordOf(const Rollout& rollout) {
    const bool isCancelled = rollout.state() == State::Ended && rollout.isCancelled();
    const auto isIts = [&](const StateRow& row) {
        return row.state == rollout.state() && row.isCancelled == isCancelled;
    };
    return std::ranges::find_if(stateRows, isIts)->word;
}

/// A device's place, in a word: its end, or its phase.
std::string_view placeOf(const Target& target) {
    return target.hasEnded() ? wordOf(target.outcome) : wordOf(target.phase);
}

/// The campaign's devices, by their places.
std::map<std::string_view, std::int64_t> countsOf(const Office::Standing& standing) {
    std::map<std::string_view, std::int64_t> counts;
    for (const Target& target : standing.steering.rollout().targets())
        ++counts[placeOf(target)];
    return counts;
}

Json campaignJson(const std::string& id, const Office::Standing& standing) {
    const auto& [campaign, steering] = standing;
    const Rollout& rollout = steering.rollout();
    Json waves = Json::array();
    std::uint16_t number = 0;
    for (const Wave& wave : rollout.waves())
        waves.push_back(
            {{"capacity", rollout.capacity(++number)}, {"begun", wave.begun}, {"ended", wave.ended}, {"ok", wave.ok}});
    return {{"campaign", id},
            {"name", campaign.name},
            {"made", time(campaign.made)},
            {"expires", time(endOf(campaign))},
            {"state", wordOf(rollout)},
            {"cancelled", rollout.isCancelled()},
            {"round", rollout.round()},
            {"devices", rollout.targets().size()},
            {"slots", rollout.slots()},
            {"at_a_time", campaign.plan.atATime},
            {"wave", rollout.wave()},
            {"until", rollout.state() == State::Soaking ? time(rollout.nextWave()) : Json()},
            {"waves", waves},
            {"counts", countsOf(standing)}};
}

bool isWaiting(const Target& target) { return !target.hasEnded() && target.phase == Phase::Waiting; }

/// The devices that wait, by the reasons that they have told.
Result<Json> waitingJson(Office::View& view, const std::string& id, const Office::Standing& standing) {
    const auto targets = standing.steering.rollout().targets();
    std::array<std::int64_t, 32> counts{};
    STINT_TRY(view.roster().eachWaiting(id, [&](Device number, std::uint32_t reasons) {
        if (number >= targets.size() || !isWaiting(targets[number])) return;
        for (std::size_t bit = 0; bit < counts.size(); ++bit)
            counts[bit] += (reasons >> bit) & 1U;
    }));
    Json all = Json::object();
    for (const PendingRow& row : pendingRows())
        if (const std::uint32_t bit = bitOf(row.reason); bit != 0)
            if (const std::int64_t count = counts[static_cast<std::size_t>(std::countr_zero(bit))]; count > 0)
                all.emplace(std::string(row.name), count);
    return all;
}

/// In the order in which people see them; those of a newer device come last.
Json blockersJson(std::vector<ToldBlocker> blockers) {
    const auto place = [](const ToldBlocker& one) {
        return std::ranges::find(pendingRows(), one.reason, &PendingRow::name) - pendingRows().begin();
    };
    std::ranges::stable_sort(blockers, {}, place);
    Json all = Json::array();
    for (const ToldBlocker& one : blockers)
        all.push_back({{"reason", one.reason}, {"since", one.since == WallTime{} ? Json() : time(one.since)}});
    return all;
}

Result<Json> resultJson(Office::View& view, const std::string& id, const Office::Standing& standing, Device number) {
    const Target& target = standing.steering.rollout().targets()[number];
    const std::string device(standing.steering.nameOf(number));
    const auto told = STINT_TRY(view.roster().result(id, device));
    const auto entry = STINT_TRY(view.roster().device(device));
    const bool isTold = told && told->target == number && told->telling.sequence != 0;
    const Telling telling = isTold ? told->telling : Telling{};
    const bool waits = isWaiting(target);
    const std::string_view sealed = standing.campaign.sealOutput ? sealedIn(telling.words) : std::string_view();
    return Json{{"number", number},
                {"device", device},
                {"phase", wordOf(target.phase)},
                {"outcome", target.hasEnded() ? Json(wordOf(target.outcome)) : Json()},
                {"presumed", target.isPresumed},
                {"round", target.round},
                {"step", telling.step},
                {"code", telling.code},
                {"words", sealed.empty() ? telling.words : ""},
                {"sealed", sealed.empty() ? Json() : Json(sealed)},
                {"made", isTold ? time(told->made) : Json()},
                {"at", isTold ? time(told->at) : Json()},
                {"seen", entry ? time(entry->seen) : Json()},
                {"blockers", blockersJson(waits ? telling.blockers : std::vector<ToldBlocker>{})},
                {"forecast", waits ? time(telling.forecast) : Json()}};
}

Json deviceJson(const DeviceEntry& entry) {
    return {{"device", entry.id},     {"enrolment", entry.enrolment}, {"labels", entry.labels},
            {"stint", entry.version}, {"seen", time(entry.seen)},     {"cloned", entry.isCloned}};
}

/// Devices over the time: how many have told an end, how many of these one that may be a failure, and how many of those
/// that wait may begin, as they reckon.
Result<Json> curveJson(Office::View& view, const std::string& id, const Office::Standing& standing) {
    constexpr std::size_t most = 100; ///< steps
    const auto targets = standing.steering.rollout().targets();
    std::vector<WallTime> ended, failed, begin;
    STINT_TRY(view.roster().eachTime(id, [&](Device number, WallTime when) {
        if (number >= targets.size()) return;
        const Target& target = targets[number];
        const auto its = std::ranges::find(outcomeRows, target.outcome, &OutcomeRow::outcome);
        if (isWaiting(target)) begin.push_back(when);
        if (its != outcomeRows.end() && !target.isPresumed) ended.push_back(when);
        if (its != outcomeRows.end() && !target.isPresumed && its->mayBeFailure) failed.push_back(when);
    }));
    const WallTime from = standing.campaign.made;
    WallTime to = from + Duration(1);
    for (const auto* const times : {&ended, &begin})
        for (const WallTime each : *times)
            to = std::max(to, each);
    if (standing.steering.rollout().state() != State::Ended) to = std::max(to, wallNow());
    const Duration step = (to - from) / most + Duration(1);
    const auto steps = [&](const std::vector<WallTime>& times) {
        std::vector<std::uint32_t> counts(static_cast<std::size_t>((to - from) / step) + 1);
        for (const WallTime each : times) // clocks differ: one may be before the begin
            ++counts[static_cast<std::size_t>(std::max(each - from, Duration(0)) / step)];
        std::partial_sum(counts.begin(), counts.end(), counts.begin());
        return counts;
    };
    return Json{{"from", time(from)},    {"step", step.count()},    {"now", time(wallNow())},
                {"ended", steps(ended)}, {"failed", steps(failed)}, {"begin", steps(begin)}};
}

// ---- What may be looked at ----

Result<Json> devices(Office::View& view, const Parameters& asked) {
    const Query query = STINT_TRY(Query::parse(asked.text("query").empty() ? "all" : asked.text("query")));
    std::vector<std::string> ids;
    STINT_TRY(view.roster().eachState(asked.text("from"), wallNow(), [&](const StateEntry& one) {
        if (ask(query, one.facts) == Answer::Yes) ids.push_back(one.facts.id);
        return ids.size() <= asked.most();
    }));
    const bool more = ids.size() > asked.most();
    if (more) ids.pop_back();
    Json rows = Json::array();
    for (const std::string& id : ids) {
        const auto entry = STINT_TRY(view.roster().device(id));
        if (!entry) continue;
        Json row = deviceJson(*entry);
        if (asked.text("days") == "yes") {
            const auto days = STINT_TRY(view.roster().days(id));
            row.emplace("days", days);
        }
        rows.push_back(std::move(row));
    }
    return Json{{"devices", rows}, {"next", more ? Json(ids.back()) : Json()}};
}

/// The device whose name begins so.
Result<Json> byBeginning(Office::View& view, const Parameters& asked) {
    const std::string begins = asked.text("begins");
    std::vector<std::string> found;
    STINT_TRY(view.roster().eachState(begins, wallNow(), [&](const StateEntry& one) {
        if (!one.facts.id.starts_with(begins)) return false;
        found.push_back(one.facts.id);
        return found.size() < 2;
    }));
    if (begins.empty() || found.empty())
        return fail(Errc::REFUSED, "no device of the fleet has a name that begins with {}", begins);
    if (found.size() > 1) return fail(Errc::ILLEGAL_ARGUMENT, "several devices have names that begin with {}", begins);
    return Json{{"device", found.front()}};
}

/// A device as it is to be, and as it has told that it is.
Json stateJson(const StateEntry& entry, const DesiredState::Document* wanted) {
    const auto drift = driftOf(wanted, entry.state);
    const auto& told = entry.state;
    return {{"device", entry.facts.id},
            {"drift", drift ? Json(wordOf(*drift)) : Json()},
            {"desired", wanted ? Json(wanted->desired.version) : Json()},
            {"version", told ? Json(told->version) : Json()},
            {"hash", told ? Json(told->hash) : Json()},
            {"since", told ? time(told->since) : Json()},
            {"state", told ? Json(wordOf(told->holding)) : Json()},
            {"words", told ? told->words : ""}};
}

/// Devices that are not as they are to be, of those after `from`; and the last one that was looked at, if there are
/// more.
Result<Json> drift(Office::View& view, const Parameters& asked) {
    constexpr std::size_t mostLooked = 20'000; // so that nobody waits for long
    STINT_TRY(view.opened());
    const DesiredState& desired = view.desired();
    Json rows = Json::array(), next;
    std::string last;
    std::size_t looked = 0;
    STINT_TRY(view.roster().eachState(asked.text("from"), wallNow(), [&](const StateEntry& entry) {
        if (rows.size() >= asked.most() || ++looked > mostLooked) {
            next = last;
            return false;
        }
        last = entry.facts.id;
        Json row = stateJson(entry, desired.wantedOf(entry.facts));
        if (!row["drift"].is_null()) rows.push_back(std::move(row));
        return true;
    }));
    return Json{{"devices", rows}, {"next", next}};
}

Result<Json> device(Office::View& view, const Parameters& asked) {
    STINT_TRY(view.opened()); // else it does not know what is desired
    const auto entry = STINT_TRY(view.roster().device(asked.text("id")));
    const auto state = STINT_TRY(view.roster().stateOf(asked.text("id"), wallNow()));
    if (!entry || !state) return fail(Errc::REFUSED, "no device {} is in the fleet", asked.text("id"));
    const auto* const wanted = view.desired().wantedOf(state->facts);
    Json row = deviceJson(*entry);
    row.update(stateJson(*state, wanted));
    row.emplace("policy", wanted ? wanted->desired.policy : "");
    row.emplace("settings", wanted ? wanted->desired.settings : "");
    return row;
}

Result<Json> desired(Office::View& view, const Parameters&) {
    STINT_TRY(view.opened());
    return Json{{"version", view.desired().newest()}};
}

Result<Json> campaigns(Office::View& view, const Parameters&) {
    STINT_TRY(view.opened()); // else it does not know what there is not
    std::vector<Json> rows;
    for (const std::string& id : view.campaigns())
        rows.push_back(campaignJson(id, *view.campaign(id)));
    std::ranges::stable_sort(rows, {}, [](const Json& row) { return row["made"].get<std::int64_t>(); });
    return Json{{"campaigns", rows}};
}

Result<Office::Standing> named(Office::View& view, const Parameters& asked) {
    STINT_TRY(view.opened()); // else it does not know what there is not
    const auto standing = view.campaign(asked.text("id"));
    if (!standing) return fail(Errc::REFUSED, "there is no campaign {}", asked.text("id"));
    return *standing;
}

Result<Json> campaign(Office::View& view, const Parameters& asked) {
    const auto standing = STINT_TRY(named(view, asked));
    Json json = campaignJson(asked.text("id"), standing);
    auto waiting = STINT_TRY(waitingJson(view, asked.text("id"), standing));
    json.emplace("blockers", std::move(waiting));
    return json;
}

/// Nothing, where an operator's word would change something.
Result<Json> may(Office::View& view, const Parameters& asked) {
    const auto standing = STINT_TRY(named(view, asked));
    STINT_TRY(checkWord(asked.text("id"), standing.steering.rollout(), asked.text("word"), wallNow()));
    return Json::object();
}

/// Devices that a query means now, and the others.
Result<Json> meant(Office::View& view, const Parameters& asked) {
    STINT_TRY(view.opened());
    const Query query = STINT_TRY(Query::parse(asked.text("query")));
    std::size_t devices = 0, others = 0;
    STINT_TRY(view.roster().eachState("", wallNow(), [&](const StateEntry& one) {
        ++(ask(query, one.facts) == Answer::Yes ? devices : others);
        return true;
    }));
    return Json{{"devices", devices}, {"others", others}};
}

Result<Json> results(Office::View& view, const Parameters& asked) {
    const auto standing = STINT_TRY(named(view, asked));
    const std::string wanted = asked.text("is");
    const auto words = splitAt(wanted, ",");
    const auto targets = standing.steering.rollout().targets();
    Json rows = Json::array();
    auto number = static_cast<std::size_t>(numberIn<std::uint32_t>(asked.text("from")).value_or(0));
    for (; number < targets.size() && rows.size() < asked.most(); ++number) {
        if (!wanted.empty() && std::ranges::find(words, placeOf(targets[number])) == words.end()) continue;
        auto row = STINT_TRY(resultJson(view, asked.text("id"), standing, static_cast<Device>(number)));
        rows.push_back(std::move(row));
    }
    return Json{{"results", rows}, {"next", number < targets.size() ? Json(number) : Json()}};
}

Result<Json> result(Office::View& view, const Parameters& asked) {
    const auto standing = STINT_TRY(named(view, asked));
    const auto number = standing.steering.numberOf(asked.text("device"));
    if (!number) return fail(Errc::REFUSED, "the campaign does not mean {}", asked.text("device"));
    return resultJson(view, asked.text("id"), standing, *number);
}

Result<Json> audit(Office::View& view, const Parameters& asked) {
    const auto from = numberIn<std::uint64_t>(asked.text("from")).value_or(1);
    const auto page = STINT_TRY(view.audit(from, asked.most()));
    return Json{{"entries", page.texts}, {"next", page.texts.empty() ? Json() : Json(page.next)}};
}

/// Figures for `stint fleet doctor`.
Result<Json> health(Office::View& view, const Parameters&) {
    constexpr Duration soon = std::chrono::hours(24 * 14); // PROPOSAL
    const WallTime now = wallNow();
    const auto devices = STINT_TRY(view.roster().count());
    const auto unseen = STINT_TRY(view.roster().unseenSince(now - soon));
    const auto ending = STINT_TRY(view.roster().certifiedBefore(now - (certificateLife - soon)));
    const auto cloned = STINT_TRY(view.roster().cloned());
    const auto store = view.reportStore();
    return Json{{"open", view.isOpen()},
                {"why", view.told()},
                {"devices", devices},
                {"unseen", unseen},
                {"ending", ending},
                {"cloned", cloned.size()},
                {"used", store.ok() ? Json(store->bytes) : Json()},
                {"most", store.ok() ? Json(store->most) : Json()}};
}

Result<Json> fleet(Office::View& view, const Parameters&) {
    const FleetKeys& keys = view.keys();
    const auto devices = STINT_TRY(view.roster().count());
    return Json{{"name", keys.fleet.name}, {"root", keys.fleet.root.text()},       {"operators", keys.list.version},
                {"devices", devices},      {"campaigns", view.campaigns().size()}, {"open", view.isOpen()}};
}

Result<Json> curve(Office::View& view, const Parameters& asked) {
    const auto standing = STINT_TRY(named(view, asked));
    return curveJson(view, asked.text("id"), standing);
}

/// The tables of all words that stand in the rows, with what they mean.
Result<Json> words(Office::View&, const Parameters&) {
    Json states = Json::array(), phases = Json::array(), outcomes = Json::array(), reasons = Json::array();
    for (const StateRow& row : stateRows) {
        std::vector<std::string_view> verbs(row.verbs.begin(), std::ranges::find(row.verbs, std::string_view()));
        states.push_back({{"word", row.word}, {"meaning", row.meaning}, {"verbs", std::move(verbs)}});
    }
    for (const PhaseRow& row : phaseRows)
        phases.push_back({{"word", row.word}, {"meaning", row.meaning}});
    for (const OutcomeRow& row : outcomeRows)
        outcomes.push_back({{"word", row.word}, {"meaning", row.meaning}, {"failure", row.mayBeFailure}});
    for (const PendingRow& row : pendingRows())
        reasons.push_back({{"word", row.name}, {"meaning", row.meaning}});
    return Json{{"states", states}, {"phases", phases}, {"outcomes", outcomes}, {"reasons", reasons}};
}

struct Page {
    std::string_view path;
    Result<Json> (*show)(Office::View&, const Parameters&);
    bool isFollowers = false; ///< a server that follows shows it, too
};
constexpr std::array pages{
    Page{"/v1/fleet", fleet},       Page{"/v1/devices", devices}, Page{"/v1/campaigns", campaigns},
    Page{"/v1/campaign", campaign}, Page{"/v1/curve", curve},     Page{"/v1/results", results},
    Page{"/v1/result", result},     Page{"/v1/audit", audit},     Page{"/v1/drift", drift},
    Page{"/v1/device", device},     Page{"/v1/desired", desired}, Page{"/v1/health", health, true},
    Page{"/v1/may", may},           Page{"/v1/meant", meant},     Page{"/v1/name", byBeginning},
    Page{"/v1/words", words, true}};

} // namespace

bool isShown(std::string_view path) { return std::ranges::find(pages, path, &Page::path) != pages.end(); }

Result<std::string> shown(Office::View& view, std::string_view path, std::string_view query) {
    const auto* const page = std::ranges::find(pages, path, &Page::path);
    STINT_CHECK(page != pages.end());
    const auto asked = STINT_TRY(Parameters::of(query));
    // A server that follows has not heard all that the one which leads was told.
    const auto opened = view.opened();
    const bool follows = !opened.ok() && opened.error().code == Errc::ILLEGAL_STATE;
    if (follows && !page->isFollowers) return opened.error();
    const auto json = STINT_TRY(page->show(view, asked));
    return text(json);
}

/// fleet.md §8.
std::string metrics(Office::View& view) {
    OpenMetrics text;
    const auto add = [&](const OpenMetrics::Family& family, std::int64_t value) {
        text.begin(family);
        text.add("", {}, value);
    };
    add({"stint_fleet_leader", "gauge", "1: its campaigns go."}, view.isOpen());
    const auto devices = view.roster().count();
    add({"stint_fleet_devices", "gauge", "Devices that have joined."}, devices.ok() ? *devices : 0);
    const auto cloned = view.roster().cloned();
    add({"stint_fleet_cloned_devices", "gauge", "Those of them that are there twice, or were put back."},
        cloned.ok() ? static_cast<std::int64_t>(cloned->size()) : 0);
    text.begin({"stint_fleet_campaign_devices", "gauge", "Devices of campaigns that go, by what has become of them."});
    for (const std::string& id : view.campaigns()) {
        const auto standing = view.campaign(id);
        if (standing->steering.rollout().state() == State::Ended) continue;
        for (const auto& [word, count] : countsOf(*standing))
            text.add("", {{"campaign", id}, {"state", std::string(word)}}, count);
    }
    text.begin({"stint_fleet_reports", "counter", "Reports that were read, by what they were worth."});
    text.add("_total", {{"outcome", "counted"}}, view.counted());
    for (const PassedRow& row : passedRows)
        text.add("_total", {{"outcome", std::string(row.word)}}, view.passed(row.why));
    return text.text();
}

// ---- What is told to whoever looks on ----

Result<Changes> changesOf(Office::View& view, const News& news) {
    Changes changes{.isAll = news.isAll, .fleet = {}, .campaigns = {}, .rows = {}};
    if (news.isAll || news.fleet) {
        Json row = STINT_TRY(fleet(view, {}));
        row.emplace("why", view.told());
        changes.fleet = text(row);
    }
    if (!view.isOpen()) return changes; // what is known is not all
    const auto tell = [&](const std::string& id) {
        const auto standing = view.campaign(id);
        changes.campaigns.emplace(id, standing ? text(campaignJson(id, *standing)) : std::string());
    };
    if (news.isAll) {
        for (const std::string& id : view.campaigns())
            tell(id);
        return changes;
    }
    Json rows = Json::array(), gone = Json::array();
    for (const std::string& device : news.devices) {
        const auto entry = STINT_TRY(view.roster().device(device));
        if (entry && !entry->isGone)
            rows.push_back(deviceJson(*entry));
        else
            gone.push_back(device);
    }
    if (!news.devices.empty()) changes.rows.emplace_back("devices", text({{"devices", rows}, {"gone", gone}}));
    for (const auto& [id, devices] : news.campaigns) {
        tell(id);
        const auto standing = view.campaign(id);
        if (!standing || devices.empty()) continue;
        Json targets = Json::array();
        for (const Device device : devices) {
            auto row = STINT_TRY(resultJson(view, id, *standing, device));
            targets.push_back(std::move(row));
        }
        changes.rows.emplace_back("results", text({{"campaign", id}, {"results", targets}}));
    }
    return changes;
}

} // namespace stint::fleet
