// fleet.md §5.4: the rows that the door shows, and those that whoever looks on is told of, on a real nats-server.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "fleet/document/days.hpp"
#include "fleet/office/shown.hpp"
#include "office/desk.hpp"

namespace stint::fleet {
namespace {

using Json = nlohmann::json;

Json jsonAt(Desk& desk, const std::string& path, const std::string& query = "") {
    return Json::parse(desk.look([&](Office::View& view) { return sure(shown(view, path, query)); }));
}

/// Whoever looks on: what it was told since it looked last, as one.
struct Onlooker {
    explicit Onlooker(Desk& its) : desk(its) {
        desk.look([this](Office::View& view) { return view.watch([this] { hasNews = true; }), true; });
    }
    ~Onlooker() {
        desk.look([](Office::View& view) { return view.watch(nullptr), true; });
    }
    Changes next() {
        REQUIRE(eventually([this] { return hasNews.exchange(false); }));
        return desk.look([](Office::View& view) { return sure(changesOf(view, view.takeNews())); });
    }
    Desk& desk;
    std::atomic<bool> hasNews = false;
};

std::set<std::string> idsIn(const Changes& changes, const std::string& topic) {
    std::set<std::string> ids;
    for (const auto& [name, text] : changes.rows) {
        const Json event = Json::parse(text);
        for (const Json& row : name == topic ? event.at(topic) : Json::array())
            ids.insert(row.at("device").get<std::string>());
    }
    return ids;
}

} // namespace

TEST_CASE("§5.4: one campaign is shown with what its devices wait for, and its ends over the time") {
    SmallFleet fleet(6);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(6), true)).id;
    fleet.letBegin(id, {&desk});
    const WallTime soon = wallNow() + 1h;
    fleet.phones[0].tell(desk, id, Phase::Ended, Outcome::Succeeded);
    fleet.phones[1].tell(desk, id, Phase::Ended, Outcome::Failed);
    fleet.phones[2].tell(desk, id,
                         Telling{.slot = 1,
                                 .phase = Phase::Waiting,
                                 .blockers = {{.reason = "CONSTRAINT_CHARGING", .since = wallNow()}},
                                 .forecast = soon});
    REQUIRE(eventually([&] { return jsonAt(desk, "/v1/campaign", "id=" + id)["blockers"].size() == 1; }));

    const Json campaign = jsonAt(desk, "/v1/campaign", "id=" + id);
    CHECK(campaign["counts"] == Json{{"succeeded", 1}, {"failed", 1}, {"waiting", 1}, {"running", 3}});
    CHECK(campaign["blockers"] == Json{{"CONSTRAINT_CHARGING", 1}});
    const Json curve = jsonAt(desk, "/v1/curve", "id=" + id);
    for (const char* const name : {"ended", "failed", "begin"})
        CHECK(curve[name].size() == curve["ended"].size());
    CHECK(curve["ended"].back() == 2);
    CHECK(curve["failed"].back() == 1);
    CHECK(curve["begin"].front() == 0);
    CHECK(curve["begin"].back() == 1);
    const auto steps = static_cast<std::int64_t>(curve["ended"].size());
    CHECK(curve["from"].get<std::int64_t>() + steps * curve["step"].get<std::int64_t>() >=
          soon.time_since_epoch().count());
}

TEST_CASE("§5.4: every word of the rows is in the tables, with what it means") {
    SmallFleet fleet(1);
    const Json words = jsonAt(*fleet.desk, "/v1/words");
    for (const auto& [table, least] : {std::pair("states", 8U), {"phases", 7U}, {"outcomes", 7U}, {"reasons", 10U}}) {
        CHECK(words[table].size() >= least);
        for (const Json& row : words[table])
            CHECK_FALSE(row["meaning"].get<std::string>().empty());
    }
    CHECK(words["states"][0]["verbs"] == Json::array({"pause", "cancel"}));
    for (const Json& row : words["states"])
        if (row["word"] == "ended") CHECK(row["verbs"] == Json::array({"retry"}));
}

TEST_CASE("§8.1: whether a word would change something, and whom a query means, is told before it is signed") {
    SmallFleet fleet(2);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(2), true)).id;
    const auto may = [&](const std::string& word) {
        return desk.look([&](Office::View& view) {
            const auto said = shown(view, "/v1/may", "id=" + id + "&word=" + word);
            return said.ok() ? std::string() : said.error().message;
        });
    };
    CHECK(may("pause").empty());
    CHECK(may("resume") == id + " is neither paused, held nor stopped");
    CHECK(may("stop") == "no operator says such a word");
    sure(desk.instruct(fleet.instruction(id, "cancel")));
    CHECK(may("pause") == id + " was cancelled");
    CHECK(jsonAt(desk, "/v1/campaign", "id=" + id)["state"] == "cancelled");
    CHECK(jsonAt(desk, "/v1/meant", "query=all") == Json{{"devices", 2}, {"others", 0}});
    CHECK(jsonAt(desk, "/v1/meant", "query=label%20site=oslo") == Json{{"devices", 0}, {"others", 2}});
    const std::string& device = fleet.phones[0].id();
    CHECK(jsonAt(desk, "/v1/name", "begins=" + device.substr(0, 12))["device"] == device);
    const auto named = [&](const std::string& query) {
        return desk.look([&](Office::View& view) { return shown(view, "/v1/name", query).error().code; });
    };
    CHECK(named("begins=ZZZZZ") == Errc::REFUSED);
    CHECK(named("begins=") == Errc::REFUSED);
    const std::string older = sure(desk.start(fleet.campaign(2, "all", 1h), true)).id;
    const Json rows = jsonAt(desk, "/v1/campaigns")["campaigns"];
    CHECK(rows[0]["campaign"] == older); // by their age
    CHECK(rows[1]["campaign"] == id);
}

TEST_CASE("§5.4: whoever looks on is told all, and then the rows that have become others") {
    SmallFleet fleet(3);
    Desk& desk = *fleet.desk;
    const std::string id = sure(desk.start(fleet.campaign(1), true)).id;
    Onlooker onlooker(desk);
    const Changes all = onlooker.next();
    CHECK(all.isAll);
    CHECK(Json::parse(*all.fleet)["devices"] == 3);
    REQUIRE(all.campaigns.contains(id));
    CHECK(Json::parse(all.campaigns.at(id)) == jsonAt(desk, "/v1/campaigns")["campaigns"][0]);
    CHECK(all.rows.empty());

    fleet.phones[0].hello(desk);
    const Changes hello = onlooker.next();
    CHECK_FALSE(hello.isAll);
    CHECK(hello.campaigns.empty());
    CHECK(idsIn(hello, "devices") == std::set{fleet.phones[0].id()});

    CHECK(desk.instruct(fleet.instruction(id, "pause")).ok());
    CHECK(Json::parse(onlooker.next().campaigns.at(id))["state"] == "paused");
    CHECK(desk.instruct(fleet.instruction(id, "resume")).ok());
    onlooker.next();

    fleet.phones[1].tell(desk, id, Phase::Ended, Outcome::Rejected);
    const Changes ended = onlooker.next();
    CHECK(Json::parse(ended.campaigns.at(id))["counts"]["rejected"] == 1);
    CHECK(idsIn(ended, "results").contains(fleet.phones[1].id()));

    CHECK(desk.remove(fleet.phones[2].id()).ok());
    const Changes gone = onlooker.next();
    CHECK(Json::parse(*gone.fleet)["devices"] == 2);
    CHECK(Json::parse(gone.rows.front().second)["gone"] == Json::array({fleet.phones[2].id()}));
}

TEST_CASE(
    "§6.5: a device's days are told to who asks for them, outlive the server's file, and end with their owner's word") {
    SmallFleet fleet(2);
    const std::string some(quartersTold, 'i'), later(quartersTold, 'c');
    const std::string device = fleet.phones[0].id();
    const auto told = [&](const std::string& id) {
        std::map<std::string, std::string> days;
        const Json page = jsonAt(*fleet.desk, "/v1/devices", "query=all&days=yes");
        for (const Json& row : page.at("devices"))
            days.emplace(row.at("device"), row.at("days"));
        return days.at(id);
    };
    CHECK(told(device) == "");
    fleet.phones[0].hello(*fleet.desk, {}, some);
    CHECK(told(device) == some);
    CHECK(told(fleet.phones[1].id()) == "");
    CHECK_FALSE(jsonAt(*fleet.desk, "/v1/devices").at("devices").at(0).contains("days"));
    fleet.phones[0].hello(*fleet.desk, {}, later); // the bucket has those of its last daily hello
    CHECK(told(device) == later);
    const auto anew = [&] {
        fleet.desk.reset();
        std::filesystem::remove(fleet.roster());
        fleet.desk = std::make_unique<Desk>(fleet.nats, fleet.server, fleet.roster());
    };
    anew();
    CHECK(told(device) == some);
    fleet.phones[0].hello(*fleet.desk);
    CHECK(told(device) == "");
    anew();
    CHECK(told(device) == "");
}

} // namespace stint::fleet
