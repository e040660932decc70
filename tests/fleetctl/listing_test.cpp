// Listings of the door's rows, page by page, and what they refuse (fleet.md §8.1).
#include <doctest/doctest.h>

#include <array>
#include <fstream>

#include "canned_door.hpp"
#include "faces/screen/exit_code.hpp"
#include "fleet/signing/sealing.hpp"

namespace stint::fleetctl {
namespace {

using test::CannedDoor;
using test::id;
using test::Json;
using test::ran;
namespace ends = cli::ends;

std::string deviceNamed(int n) { return fmt::format("{:026}", n); }

Json device(int n) {
    return {{"device", deviceNamed(n)}, {"enrolment", 1},  {"labels", {{"site", "berlin"}, {"model", "p1"}}},
            {"stint", "0.12.3"},        {"seen", nullptr}, {"cloned", false}};
}

Json campaign(const char* state = "going") {
    return {{"campaign", id},
            {"name", "night"},
            {"made", 1795428000000},
            {"expires", 1798020000000},
            {"state", state},
            {"cancelled", false},
            {"devices", 3},
            {"slots", 1},
            {"at_a_time", 2},
            {"until", nullptr},
            {"wave", 1},
            {"waves", {{{"capacity", 3}, {"begun", 3}, {"ended", 2}, {"ok", 1}}}},
            {"counts", {{"failed", 1}, {"succeeded", 1}, {"running", 1}}}};
}

Json row(int n, const char* phase, const Json& outcome, const char* words = "") {
    return {{"number", n},
            {"device", deviceNamed(n)},
            {"phase", phase},
            {"outcome", outcome},
            {"presumed", outcome == "unreachable"},
            {"round", 0},
            {"step", 2},
            {"code", outcome == "failed" ? 7 : 0},
            {"words", words},
            {"sealed", nullptr},
            {"made", nullptr},
            {"at", 1795428000000},
            {"seen", 1795428000000},
            {"blockers", Json::array()},
            {"forecast", nullptr}};
}

TEST_CASE("devices are listed to the last page, each once") {
    CannedDoor canned;
    canned.says("GET /v1/devices", [](const http::Request& request) {
        const bool isFirst = request.query.find("from=") == std::string::npos;
        const Json page{{"devices", isFirst ? Json{device(1), device(2)} : Json{device(3)}},
                        {"next", isFirst ? Json(deviceNamed(2)) : Json()}};
        return http::Answer{200, "application/json", page.dump()};
    });
    const auto made = ran(devices, canned.data(), {"devices", "label", "site = berlin"});
    CHECK(made.code == ends::ok);
    CHECK(made.err.empty());
    for (const int n : {1, 2, 3})
        CHECK(made.out.find(deviceNamed(n) + "  site=berlin model=p1  0.12.3  never\n") != std::string::npos);
    REQUIRE(canned.asked().size() == 2);
    CHECK(canned.asked()[0].query == "query=label%20site%3Dberlin");
    CHECK(canned.asked()[1].query == "query=label%20site%3Dberlin&from=" + deviceNamed(2));

    const auto json = ran(devices, canned.data(), {"devices", "--json"});
    CHECK(json.out.starts_with(R"({"schema":1,"device":"00000000000000000000000001","enrolment":1,"labels":{)"));
    CHECK(std::ranges::count(json.out, '\n') == 3);
}

TEST_CASE("a query that is none is told with its column, and nobody is asked") {
    CannedDoor canned;
    const auto made = ran(devices, canned.data(), {"devices", "label site"});
    CHECK(made.code == ends::usage);
    CHECK(made.err.find("column") != std::string::npos);
    CHECK(canned.asked().empty());
}

TEST_CASE("pages that lead back, or are none, end a listing") {
    CannedDoor canned;
    const auto pages = std::to_array<Json>({{{"devices", {device(1)}}, {"next", "A"}}, // the same again and again
                                            {{"devices", Json::array()}, {"next", true}},
                                            {{"devices", {Json{{"device", 7}}}}, {"next", nullptr}},
                                            {{"devices", {Json{{"device", "A"}}}}, {"next", nullptr}},
                                            {{"devices", {device(1)}}},
                                            {{"devices", "many"}, {"next", nullptr}}});
    for (const Json& page : pages) {
        CAPTURE(page.dump());
        canned.says("GET /v1/devices", page);
        CHECK(ran(devices, canned.data(), {"devices"}).code == ends::protocol);
    }
    CHECK(canned.asked().size() <= 2 * pages.size());
    const auto results = std::to_array<Json>({{{"results", Json::array()}, {"next", 0}},
                                              {{"results", {row(1, "running", nullptr)}}},
                                              {{"results", {row(1, "asleep", nullptr)}}, {"next", nullptr}},
                                              {{"results", {row(1, "ended", "well")}}, {"next", nullptr}},
                                              {{"results", {Json(1)}}, {"next", nullptr}}});
    for (const Json& page : results) {
        CAPTURE(page.dump());
        canned.says("GET /v1/results", page);
        CHECK(ran(stint::fleetctl::results, canned.data(), {"results", id}).code == ends::protocol);
    }
}

TEST_CASE("results are listed to the last page, and the campaign's state is the exit code") {
    CannedDoor canned;
    canned.says("GET /v1/results", [](const http::Request& request) {
        const bool isFirst = request.query.find("from=") == std::string::npos;
        const Json page{{"results", isFirst ? Json{row(0, "ended", "succeeded"), row(1, "running", nullptr)}
                                            : Json{row(2, "ended", "failed", "one\ntwo \x1b[2J\xe2\x80\xae\n"),
                                                   row(3, "offered", "unreachable")}},
                        {"next", isFirst ? Json(2) : Json()}};
        return http::Answer{200, "application/json", page.dump()};
    });
    canned.says("GET /v1/campaign", campaign("stopped"));
    const auto made = ran(results, canned.data(), {"results", id});
    CHECK(made.code == ends::failure);
    CHECK(made.out.find(deviceNamed(0) + "  succeeded") != std::string::npos);
    CHECK(made.out.find(deviceNamed(1) + "  running") != std::string::npos);
    CHECK(made.out.find("step 2 ended with 7  two \xef\xbf\xbd[2J\xef\xbf\xbd\n") != std::string::npos);
    CHECK(made.out.find("(unreachable)") != std::string::npos);
    CHECK(canned.asked()[0].query == "id=" + id + "&is=&most=500");
    CHECK(canned.asked()[1].query == "id=" + id + "&is=&most=500&from=2");

    const auto json = ran(results, canned.data(), {"results", id, "--json"});
    CHECK(std::ranges::count(json.out, '\n') == 4);
    CHECK(json.out.find('\x1b') == std::string::npos);
    CHECK(json.out.starts_with(R"({"schema":1,"number":0,"device":")"));
}

TEST_CASE("--failed and --is say which, by the words of fleet.md §4.1") {
    CannedDoor canned;
    canned.says("GET /v1/results", {{"results", Json::array()}, {"next", nullptr}});
    canned.says("GET /v1/campaign", campaign());
    const auto asked = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"results", id});
        const auto made = ran(results, canned.data(), words);
        CHECK(made.code == ends::waits);
        CHECK(made.err == "there is no such device\n");
        const auto all = canned.asked();
        return all[all.size() - 2].query;
    };
    CHECK(asked({"--failed"}) == "id=" + id + "&is=failed%2Crejected%2Ctimed-out%2Cexpired&most=500");
    CHECK(asked({"--is", "running,waiting"}) == "id=" + id + "&is=running%2Cwaiting&most=500");
    const auto before = canned.asked().size();
    for (const char* const words : {"ended", "", "running,", "Running", "fail\x1b[2Jed"}) {
        const auto made = ran(results, canned.data(), {"results", id, "--is", words});
        CHECK(made.code == ends::usage);
        CHECK(made.err.find("targeted, offered, waiting") != std::string::npos);
        CHECK(made.err.find('\x1b') == std::string::npos);
    }
    CHECK(canned.asked().size() == before);
}

TEST_CASE("why tells of one device, and ends by what became of it") {
    CannedDoor canned;
    canned.says("GET /v1/campaign", campaign("paused"));
    struct Row {
        const char* phase;
        Json outcome;
        int ends;
        const char* says;
    };
    for (const Row& each : {Row{"waiting", nullptr, ends::waits, "it waits for its conditions, or for a slot"},
                            Row{"ended", "succeeded", ends::ok, "each of its steps was done"},
                            Row{"ended", "failed", ends::failure, "step 2 ended with 7\nlast words\n"},
                            Row{"offered", "unreachable", ends::failure, "so the server holds"}}) {
        CAPTURE(each.says);
        canned.says("GET /v1/result", row(7, each.phase, each.outcome, "last words"));
        const auto made = ran(why, canned.data(), {"why", id, deviceNamed(7)});
        CHECK(made.code == each.ends);
        CHECK(made.out.find(each.says) != std::string::npos);
        CHECK((made.out.find("an operator lets nobody begin") != std::string::npos) == (each.ends == ends::waits));
        CHECK(canned.asked().back().query == "id=" + id + "&device=" + deviceNamed(7));
    }
    CHECK(ran(why, canned.data(), {"why", id, "phone"}).code == ends::usage);
    canned.says("GET /v1/result", {{"error", "the campaign does not mean it"}}, 404);
    CHECK(ran(why, canned.data(), {"why", id, deviceNamed(8)}).code == ends::noInput);
}

TEST_CASE("why tells what a device waits for, since when, and its forecast (fleet.md §4.1, §8.1)") {
    CannedDoor canned;
    canned.says("GET /v1/campaign", campaign());
    Json waiting = row(7, "waiting", nullptr);
    waiting["blockers"] = {{{"reason", "CONSTRAINT_CHARGING"}, {"since", 1795428000000}},
                           {{"reason", "CONSTRAINT_CONNECTIVITY"}, {"since", nullptr}},
                           {{"reason", "A_NEWER_ONE"}, {"since", 1795428000000}}};
    canned.says("GET /v1/result", waiting);
    const auto made = ran(why, canned.data(), {"why", id, deviceNamed(7)});
    CHECK(made.code == ends::waits);
    for (const char* const says :
         {"CONSTRAINT_CHARGING      the device is not charging", "CONSTRAINT_CONNECTIVITY  no network that fits",
          "A_NEWER_ONE              a reason this version does not know", "nobody knows when it starts"})
        CHECK_MESSAGE(made.out.find(says) != std::string::npos, made.out);
    for (std::size_t from = 0, to = 0; (to = made.out.find('\n', from)) != std::string::npos; from = to + 1)
        CHECK(to - from <= 80);
    waiting["forecast"] = 1795428000000;
    canned.says("GET /v1/result", waiting);
    CHECK(ran(why, canned.data(), {"why", id, deviceNamed(7)}).out.find("as the device reckons, it starts ") !=
          std::string::npos);
    CHECK(ran(why, canned.data(), {"why", "--json", id, deviceNamed(7)}).out.find(R"("reason":"A_NEWER_ONE")") !=
          std::string::npos);
    waiting["blockers"] = {{{"reason", 7}, {"since", nullptr}}};
    canned.says("GET /v1/result", waiting);
    CHECK(ran(why, canned.data(), {"why", id, deviceNamed(7)}).code == ends::protocol);
}

TEST_CASE("sealed words are shown as that, and opened by the key of who signed the campaign (fleet.md §4.1)") {
    CannedDoor canned;
    const auto ann = fleet::SecretKey::make();
    std::ofstream(canned.data() / "operator.key") << ann.unlockedFile().text();
    Json sealed = row(1, "ended", "failed"), foreign = row(2, "ended", "failed"),
         plain = row(3, "ended", "failed", "no");
    const std::string whose = id + " " + deviceNamed(1);
    sealed["sealed"] = fleet::sealed("a secret\nlast\x1b[2J line", whose, std::array{ann.publicKey()}, 4'000);
    foreign["sealed"] = sealed["sealed"]; // another device's
    canned.says("GET /v1/results", Json{{"results", {sealed, foreign, plain}}, {"next", nullptr}});
    canned.says("GET /v1/campaign", campaign("ended"));
    const auto shut = ran(results, canned.data(), {"results", id});
    CHECK(shut.out.find("sealed") != std::string::npos);
    CHECK(shut.out.find("last") == std::string::npos);
    const auto open = ran(results, canned.data(), {"results", id, "--open"});
    CHECK(open.out.find("[2J line") != std::string::npos);
    CHECK(open.out.find('\x1b') == std::string::npos);
    CHECK(open.out.find("(they are not sealed for this key)") != std::string::npos);
    const auto whole = ran(results, canned.data(), {"results", id, "--open", "--json"});
    CHECK(whole.out.find("a secret\\nlast") != std::string::npos);
}

TEST_CASE("campaigns are listed, and one is watched until it is still") {
    CannedDoor canned;
    canned.says("GET /v1/campaigns", {{"campaigns", {campaign(), campaign("ended")}}});
    const auto listed = ran(campaigns, canned.data(), {"campaigns"});
    CHECK(listed.code == ends::ok);
    CHECK(std::ranges::count(listed.out, '\n') == 3);
    CHECK(listed.out.find("  night\n") != std::string::npos);

    canned.says("GET /v1/campaign", [n = std::make_shared<int>(0)](const http::Request&) {
        return http::Answer{200, "application/json", campaign(++*n < 3 ? "going" : "stopped").dump()};
    });
    const auto watched = ran(status, canned.data(), {"status", id, "--watch", "--json"});
    CHECK(watched.code == ends::failure);
    CHECK(std::ranges::count(watched.out, '\n') == 2); // what has not changed is not told again
    CHECK(watched.out.find(R"("state":"stopped")") != std::string::npos);
    canned.says("GET /v1/results",
                {{"results", {row(3, "ended", "rejected", "forbidden: not here\nmore")}}, {"next", 1}});
    const auto stopped = ran(status, canned.data(), {"status", id});
    CHECK(stopped.code == ends::failure);
    CHECK(stopped.out.ends_with("such as " + deviceNamed(3) + ", rejected: forbidden: not here\n"));
    CHECK(canned.asked().back().query.find("is=failed%2Crejected%2Ctimed-out%2Cexpired&most=1") != std::string::npos);
}

TEST_CASE("a server that is away for a moment is asked again, where it is then (fleet.md §8.1)") {
    CannedDoor canned;
    SUBCASE("by who watches") {
        canned.says("GET /v1/campaign", [n = std::make_shared<int>(0)](const http::Request&) {
            switch (++*n) {
            case 1:
                return http::Answer{200, "application/json", campaign("going").dump()};
            case 2:
                return http::refusal(503, "the server has not read all yet");
            default:
                return http::Answer{200, "application/json", campaign("stopped").dump()};
            }
        });
        const auto watched = ran(status, canned.data(), {"status", id, "--watch", "--json"});
        CHECK(watched.code == ends::failure);
        CHECK(std::ranges::count(watched.out, '\n') == 2);
    }
    SUBCASE("by who looks") {
        canned.says("GET /v1/campaigns", [n = std::make_shared<int>(0)](const http::Request&) {
            if (++*n == 1) return http::refusal(503, "the server has not read all yet");
            return http::Answer{200, "application/json", Json{{"campaigns", {campaign()}}}.dump()};
        });
        CHECK(ran(campaigns, canned.data(), {"campaigns"}).code == ends::ok);
    }
}

TEST_CASE("a device is removed by its name") {
    CannedDoor canned;
    canned.says("POST /v1/remove", Json::object());
    CHECK(ran(remove, canned.data(), {"remove", deviceNamed(3)}).code == ends::ok);
    CHECK(canned.asked().back().body == R"({"device":")" + deviceNamed(3) + R"("})");
    CHECK(ran(remove, canned.data(), {"remove", "phone"}).code == ends::usage);
    CHECK(ran(remove, canned.data(), {"remove", deviceNamed(3).substr(0, 3)}).code == ends::usage);
    CHECK(canned.asked().size() == 1);
    canned.says("GET /v1/name", {{"device", deviceNamed(3)}});
    CHECK(ran(remove, canned.data(), {"remove", deviceNamed(3).substr(0, 4)}).code == ends::ok);
    CHECK(canned.asked().back().body == R"({"device":")" + deviceNamed(3) + R"("})");
    canned.says("GET /v1/name", {{"error", "several devices have names that begin with 0123"}}, 400);
    CHECK(ran(remove, canned.data(), {"remove", deviceNamed(3).substr(0, 4)}).code == ends::usage);
    CHECK(canned.asked().back().method == "GET");
}

Json stateRow(int n, const Json& drift) {
    return {{"device", deviceNamed(n)},
            {"drift", drift},
            {"desired", 8},
            {"version", 7},
            {"hash", "abc"},
            {"since", 1795428000000},
            {"state", "refused"},
            {"words", "forbidden: this device does not let a fleet use policy"}};
}

TEST_CASE("drift is listed page by page, and ends with 1 where there is any (fleet.md §4.3, §8.1)") {
    CannedDoor canned;
    canned.says("GET /v1/drift", [](const http::Request& asked) {
        const bool isFirst = asked.query.find("from=0") == std::string::npos;
        const Json page{{"devices", {stateRow(isFirst ? 1 : 2, "refused")}},
                        {"next", isFirst ? Json(deviceNamed(1)) : Json()}};
        return http::Answer{200, "application/json", page.dump()};
    });
    const auto listed = ran(drift, canned.data(), {"drift"});
    CHECK(listed.code == ends::failure);
    CHECK(listed.out.find(deviceNamed(2)) != std::string::npos);
    CHECK(listed.out.find("forbidden: this device") != std::string::npos);
    CHECK(ran(drift, canned.data(), {"drift", "--json"}).out.find("\"desired\":8") != std::string::npos);
    canned.says("GET /v1/drift", Json{{"devices", Json::array()}, {"next", nullptr}});
    const auto none = ran(drift, canned.data(), {"drift"});
    CHECK(none.code == ends::ok);
    CHECK(none.err == "all devices are as they are to be\n");
    canned.says("GET /v1/drift", Json{{"devices", Json::array()}, {"next", ""}}); // it leads back
    CHECK(ran(drift, canned.data(), {"drift"}).code == ends::protocol);
}

TEST_CASE("a device is shown with what is desired of it, and how it is (fleet.md §4.3)") {
    CannedDoor canned;
    Json row = stateRow(1, nullptr);
    row["labels"] = {{"site", "berlin"}};
    row["stint"] = "0.12.3";
    row["seen"] = nullptr;
    row["cloned"] = false;
    row["policy"] = "job.slots = 3\n";
    row["settings"] = "";
    canned.says("GET /v1/device", row);
    const auto shown = ran(fleetctl::device, canned.data(), {"device", deviceNamed(1)});
    CHECK(shown.code == ends::ok);
    for (const char* const part :
         {"site=berlin", "0.12.3", "version 8", "version 7: refused", "never", "job.slots = 3"})
        CHECK_MESSAGE(shown.out.find(part) != std::string::npos, shown.out);
    CHECK(ran(fleetctl::device, canned.data(), {"device", deviceNamed(1), "--json"}).out.find("\"drift\":null") !=
          std::string::npos);
    CHECK(shown.out.find("joins anew") == std::string::npos);
    row["cloned"] = true; // §3.1
    canned.says("GET /v1/device", row);
    CHECK(ran(fleetctl::device, canned.data(), {"device", deviceNamed(1)}).out.find("joins anew") != std::string::npos);
}

} // namespace
} // namespace stint::fleetctl
