#include "fleet/office/door.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "base/text/open_metrics.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "contract/model/reasons.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

using http::refusal;
using Json = nlohmann::ordered_json;

constexpr std::size_t mostRows = 1'000;
constexpr std::size_t longestBody = 2 * longestSigned; ///< it is a text in JSON: each quote has two bytes
constexpr auto unknown = Errc::REFUSED;                ///< there is no such thing

http::Answer shown(const Json& json, int status = 200) {
    return {status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

http::Answer refusalOf(const Error& error) {
    switch (error.code) {
    case Errc::ILLEGAL_ARGUMENT:
        return refusal(400, error.message);
    case Errc::SECURITY:
        return refusal(403, error.message);
    case Errc::ILLEGAL_STATE:
    case Errc::LIMIT_EXCEEDED:
        return refusal(409, error.message);
    case unknown:
        return refusal(404, error.message);
    default:
        break;
    }
    auto answer = refusal(503, error.message);
    answer.headers.emplace_back("Retry-After", "2");
    return answer;
}

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
constexpr std::array<std::pair<State, std::string_view>, 6> stateWords{{
    {State::Going, "going"},
    {State::Soaking, "soaking"},
    {State::Held, "held"},
    {State::Paused, "paused"},
    {State::Stopped, "stopped"},
    {State::Ended, "ended"},
}};
std::string_view wordOf(State state) {
    return std::ranges::find(stateWords, state, &std::pair<State, std::string_view>::first)->second;
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
    for (std::uint16_t wave = 1; wave <= campaign.plan.waves.size(); ++wave) {
        const Wave& its = rollout.waves()[wave - 1U];
        waves.push_back(
            {{"capacity", rollout.capacity(wave)}, {"begun", its.begun}, {"ended", its.ended}, {"ok", its.ok}});
    }
    return {{"campaign", id},
            {"name", campaign.name},
            {"made", time(campaign.made)},
            {"expires", time(endOf(campaign))},
            {"state", wordOf(rollout.state())},
            {"cancelled", rollout.isCancelled()},
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
    return Json{{"number", number},
                {"device", device},
                {"phase", wordOf(target.phase)},
                {"outcome", target.hasEnded() ? Json(wordOf(target.outcome)) : Json()},
                {"presumed", target.isPresumed},
                {"round", target.round},
                {"step", telling.step},
                {"code", telling.code},
                {"words", telling.words},
                {"made", isTold ? time(told->made) : Json()},
                {"at", isTold ? time(told->at) : Json()},
                {"seen", entry ? time(entry->seen) : Json()},
                {"blockers", blockersJson(waits ? telling.blockers : std::vector<ToldBlocker>{})},
                {"forecast", waits ? time(telling.forecast) : Json()}};
}

// ---- What may be looked at ----

Result<Json> devices(Office::View& view, const Parameters& asked) {
    const Query query = STINT_TRY(Query::parse(asked.text("query").empty() ? "all" : asked.text("query")));
    const Meant meant = STINT_TRY(view.roster().meant(query, wallNow()));
    auto next = std::ranges::upper_bound(meant.yes, asked.text("from"));
    Json rows = Json::array();
    for (; next != meant.yes.end() && rows.size() < asked.most(); ++next) {
        const auto entry = STINT_TRY(view.roster().device(*next));
        if (!entry) continue;
        rows.push_back({{"device", entry->id},
                        {"enrolment", entry->enrolment},
                        {"labels", entry->labels},
                        {"version", entry->version},
                        {"seen", time(entry->seen)}});
    }
    return Json{{"devices", rows}, {"more", next != meant.yes.end()}};
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
    if (!entry || !state) return fail(unknown, "no device {} is in the fleet", asked.text("id"));
    Json row = stateJson(*state, view.desired().wantedOf(state->facts));
    row.emplace("labels", entry->labels);
    row.emplace("stint", entry->version);
    row.emplace("seen", time(entry->seen));
    return row;
}

Result<Json> desired(Office::View& view, const Parameters&) {
    STINT_TRY(view.opened());
    return Json{{"version", view.desired().newest()}};
}

Result<Json> campaigns(Office::View& view, const Parameters&) {
    STINT_TRY(view.opened()); // else it does not know what there is not
    Json rows = Json::array();
    for (const std::string& id : view.campaigns())
        rows.push_back(campaignJson(id, *view.campaign(id)));
    return Json{{"campaigns", rows}};
}

Result<Office::Standing> named(Office::View& view, const Parameters& asked) {
    STINT_TRY(view.opened()); // else it does not know what there is not
    const auto standing = view.campaign(asked.text("id"));
    if (!standing) return fail(unknown, "there is no campaign {}", asked.text("id"));
    return *standing;
}

Result<Json> campaign(Office::View& view, const Parameters& asked) {
    const auto standing = STINT_TRY(named(view, asked));
    Json json = campaignJson(asked.text("id"), standing);
    auto waiting = STINT_TRY(waitingJson(view, asked.text("id"), standing));
    json.emplace("blockers", std::move(waiting));
    return json;
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
    if (!number) return fail(unknown, "the campaign does not mean {}", asked.text("device"));
    return resultJson(view, asked.text("id"), standing, *number);
}

Result<Json> audit(Office::View& view, const Parameters& asked) {
    const auto from = numberIn<std::uint64_t>(asked.text("from")).value_or(1);
    const auto page = STINT_TRY(view.audit(from, asked.most()));
    return Json{{"entries", page.texts}, {"next", page.next}};
}

/// Figures for `stint fleet doctor`.
Result<Json> health(Office::View& view, const Parameters&) {
    constexpr Duration soon = std::chrono::hours(24 * 14); // PROPOSAL
    const WallTime now = wallNow();
    const Query unseen = STINT_TRY(Query::parse("seen>14d"));
    const Meant meant = STINT_TRY(view.roster().meant(unseen, now));
    const auto ending = STINT_TRY(view.roster().certifiedBefore(now - (certificateLife - soon)));
    const auto store = view.reportStore();
    return Json{{"open", view.isOpen()},
                {"why", view.told()},
                {"devices", meant.yes.size() + meant.no.size()},
                {"unseen", meant.yes.size()},
                {"ending", ending},
                {"used", store.ok() ? Json(store->bytes) : Json()},
                {"most", store.ok() ? Json(store->most) : Json()}};
}

Result<Json> fleet(Office::View& view, const Parameters&) {
    const FleetKeys& keys = view.keys();
    const Meant all = STINT_TRY(view.roster().meant({Query::All{}}, wallNow()));
    return Json{{"name", keys.fleet.name},   {"root", keys.fleet.root.text()},       {"operators", keys.list.version},
                {"devices", all.yes.size()}, {"campaigns", view.campaigns().size()}, {"open", view.isOpen()}};
}

struct Page {
    std::string_view path;
    Result<Json> (*show)(Office::View&, const Parameters&);
};
constexpr std::array pages{
    Page{"/v1/fleet", fleet},       Page{"/v1/devices", devices}, Page{"/v1/campaigns", campaigns},
    Page{"/v1/campaign", campaign}, Page{"/v1/results", results}, Page{"/v1/result", result},
    Page{"/v1/audit", audit},       Page{"/v1/health", health},   Page{"/v1/drift", drift},
    Page{"/v1/device", device},     Page{"/v1/desired", desired}};

std::vector<std::string> textsMember(const Json& object, const char* name) {
    std::vector<std::string> texts;
    if (object.is_object() && object.contains(name) && object[name].is_array())
        for (const Json& each : object[name])
            if (each.is_string()) texts.push_back(each.get<std::string>());
    return texts;
}

constexpr std::string_view startPath = "/v1/campaigns", instructPath = "/v1/instructions",
                           operatorsPath = "/v1/operators", removePath = "/v1/remove", labelPath = "/v1/label",
                           invitePath = "/v1/invitations", setPath = "/v1/desired", metricsPath = "/metrics";
constexpr std::array posts{startPath, instructPath, operatorsPath, removePath, labelPath, invitePath, setPath};

/// IllegalArgument: it names no invitation.
Result<Office::Wanted> wantedIn(const Json& said) {
    const auto uses = countMember(said, "uses"), expires = countMember(said, "expires");
    const auto labels = textMember(said, "labels");
    if (!uses || !expires || !labels || !std::in_range<std::uint32_t>(*uses) || !std::in_range<std::int64_t>(*expires))
        return fail(Errc::ILLEGAL_ARGUMENT, "labels, uses and expires are wanted: a text and two numbers");
    Office::Wanted wanted{{}, static_cast<std::uint32_t>(*uses), Duration(static_cast<std::int64_t>(*expires))};
    if (!labels->empty()) wanted.labels = STINT_TRY(labelsIn(*labels));
    return wanted;
}
Json invitationJson(const Invitation& made) {
    return {{"invitation", made.id}, {"secret", made.secret}, {"until", time(made.until)}};
}

/// fleet.md §8.
std::string metrics(Office::View& view) {
    OpenMetrics text;
    const auto add = [&](const OpenMetrics::Family& family, std::int64_t value) {
        text.begin(family);
        text.add("", {}, value);
    };
    add({"stint_fleet_leader", "gauge", "1: its campaigns go."}, view.isOpen());
    const auto all = view.roster().meant({Query::All{}}, wallNow());
    add({"stint_fleet_devices", "gauge", "Devices that have joined."},
        all.ok() ? static_cast<std::int64_t>(all->yes.size()) : 0);
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

} // namespace

std::shared_ptr<const http::Caller> Door::met(int) { return std::make_shared<const http::Caller>(true); }

bool Door::isKnown(const http::Request& head) const {
    constexpr std::string_view bearer = "Bearer ";
    const std::string_view given = head.value("Authorization");
    return given.starts_with(bearer) && given.size() == bearer.size() + token_.size() &&
           sodium_memcmp(given.data() + bearer.size(), token_.data(), token_.size()) == 0;
}

http::Judged Door::judged(const http::Request& head) {
    if (!isKnown(head))
        return {.refused = refusal(401, "the token in the file `door` of the server's directory is wanted")};
    const bool isPost = std::ranges::find(posts, head.path) != posts.end();
    const bool isPage = head.path == metricsPath || std::ranges::find(pages, head.path, &Page::path) != pages.end();
    if (head.method == "POST" && isPost) return {.isKnown = true, .longestBody = longestBody};
    if (head.method == "GET" && isPage) return {.isKnown = true};
    if (isPost || isPage) return {.isKnown = true, .refused = refusal(405, "it takes another method")};
    return {.isKnown = true, .refused = refusal(404, "there is nothing of that name")};
}

void Door::answer(http::Request request, std::function<void(http::Answer)> done) {
    // Answers come from the office's thread, and are sent by this one.
    const auto later = [done = std::move(done), handover = handover_](http::Answer answer) {
        handover->leave([done, answer = std::move(answer)] { done(answer); });
    };
    if (request.method == "GET") {
        office_.look([request = std::move(request), later](Office::View& view) {
            if (request.path == metricsPath) return later({200, std::string(OpenMetrics::type), metrics(view)});
            const auto page = std::ranges::find(pages, request.path, &Page::path);
            const auto json = [&]() -> Result<Json> {
                const auto asked = STINT_TRY(Parameters::of(request.query));
                // A server that follows has not heard all that the one which leads was told.
                const auto opened = view.opened();
                const bool follows = !opened.ok() && opened.error().code == Errc::ILLEGAL_STATE;
                if (follows && page->show != health) return opened.error();
                return page->show(view, asked);
            }();
            if (!json.ok()) view.failed(json.error());
            later(json.ok() ? shown(*json) : refusalOf(json.error()));
        });
        return;
    }
    const Json said = Json::parse(request.body, nullptr, false);
    const auto doneOr = [later](const Result<void>& result) {
        later(result.ok() ? shown(Json::object()) : refusalOf(result.error()));
    };
    if (request.path == invitePath) {
        const auto wanted = wantedIn(said);
        if (!wanted.ok()) return later(refusalOf(wanted.error()));
        return office_.invite(*wanted, [later](const Result<Invitation>& made) {
            later(made.ok() ? shown(invitationJson(*made), 201) : refusalOf(made.error()));
        });
    }
    if (request.path == removePath) return office_.remove(textMember(said, "device").value_or(""), doneOr);
    if (request.path == labelPath)
        return office_.label(textMember(said, "device").value_or(""), textsMember(said, "labels"), doneOr);
    auto document = signedIn(textMember(said, "signed").value_or(""));
    if (!document.ok()) return later(refusalOf(document.error()));
    if (request.path == instructPath) return office_.instruct(std::move(*document), doneOr);
    if (request.path == operatorsPath) return office_.takeOperators(std::move(*document), doneOr);
    const bool all = said.contains("all") && said["all"].is_boolean() && said["all"].get<bool>();
    if (request.path == setPath)
        return office_.set(std::move(*document), all, [later](const Result<Office::Set>& set) {
            if (!set.ok()) return later(refusalOf(set.error()));
            later(shown({{"version", set->version}, {"devices", set->devices}}, 201));
        });
    office_.start(std::move(*document), all, [later](const Result<Office::Started>& started) {
        if (!started.ok()) return later(refusalOf(started.error()));
        later(shown({{"campaign", started->id}, {"devices", started->devices}}, 201));
    });
}

const http::Headers& Door::commonHeaders() const {
    static const http::Headers headers{{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
    return headers;
}

} // namespace stint::fleet
