// `stint fleet audit`, `label` and `doctor` against a door that says what a test has it say (fleet.md §2.3, §3, §8.1).
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "canned_door.hpp"
#include "faces/screen/exit_code.hpp"
#include "fleet/audit/audit.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleetctl {
namespace {

using test::CannedDoor;
using test::Json;
using test::ran;
namespace ends = cli::ends;

std::vector<std::string> writtenDiary(int entries) {
    std::vector<std::string> texts;
    for (int n = 1; n <= entries; ++n)
        texts.push_back(textOf(fleet::AuditEntry{.number = n,
                                                 .at = WallTime(std::chrono::hours(500'000 + n)),
                                                 .by = "ann",
                                                 .act = n % 2 == 0 ? "cancel" : "start",
                                                 .of = test::id,
                                                 .words = "night",
                                                 .paper = "",
                                                 .before = texts.empty() ? "" : fleet::sha256Of(texts.back())}));
    return texts;
}

/// Pages of two entries.
void tellDiary(CannedDoor& canned, const std::vector<std::string>& texts) {
    canned.says("GET /v1/audit", [texts](const http::Request& request) {
        const auto at = request.query.find("from=");
        const std::size_t from = at == std::string::npos ? 1 : std::stoul(request.query.substr(at + 5));
        Json page = Json::array();
        for (std::size_t n = from; n <= texts.size() && page.size() < 2; ++n)
            page.push_back(texts[n - 1]);
        const Json told{{"entries", page}, {"next", page.empty() ? Json() : Json(from + page.size())}};
        return http::Answer{200, "application/json", told.dump(-1, ' ', false, Json::error_handler_t::replace)};
    });
}

TEST_CASE("the audit is listed, and walked to its end (fleet.md §2.3)") {
    CannedDoor canned;
    auto texts = writtenDiary(5);
    tellDiary(canned, texts);
    const auto listed = ran(audit, canned.data(), {"audit"});
    CHECK(listed.code == ends::ok);
    CHECK(std::ranges::count(listed.out, '\n') == 6);
    CHECK(listed.out.find("ann  cancelled  " + test::id) != std::string::npos);
    const auto json = ran(audit, canned.data(), {"audit", "--json"});
    CHECK(std::ranges::count(json.out, '\n') == 5);
    const auto whole = ran(audit, canned.data(), {"audit", "--verify"});
    CHECK(whole.code == ends::ok);
    CHECK(whole.out.find("entries 1 to 5 follow each other") != std::string::npos);
    CHECK(whole.out.find("the last one's hash is " + fleet::sha256Of(texts.back())) != std::string::npos);

    texts[2].replace(texts[2].find("ann"), 3, "eve");
    tellDiary(canned, texts);
    const auto changed = ran(audit, canned.data(), {"audit", "--verify"});
    CHECK(changed.code == ends::failure);
    CHECK(changed.err.find("entry 4 is wrong: the entry before it is another") != std::string::npos);
    const auto row = Json::parse(ran(audit, canned.data(), {"audit", "--verify", "--json"}).out);
    CHECK(row["whole"] == false);
    CHECK(row["wrong"] == 4);

    texts = writtenDiary(5);
    texts[1] = "\x1b[2J\xff";
    tellDiary(canned, texts);
    const auto nasty = ran(audit, canned.data(), {"audit"});
    CHECK(nasty.out.find('\x1b') == std::string::npos);
    CHECK(nasty.out.find("is no entry") != std::string::npos);
    CHECK(ran(audit, canned.data(), {"audit", "--verify"}).err.find("entry 2 is wrong") != std::string::npos);
    for (const Json& none : {Json{{"entries", {7}}, {"next", 2}}, Json{{"entries", {"a"}}, {"next", 1}},
                             Json{{"entries", Json::array()}}, Json::object()}) {
        canned.says("GET /v1/audit", none);
        CHECK(ran(audit, canned.data(), {"audit"}).code == ends::protocol);
    }
    canned.says("GET /v1/audit", Json{{"entries", Json::array()}, {"next", nullptr}});
    CHECK(ran(audit, canned.data(), {"audit", "--verify"}).out == "nothing was done yet\n");
}

TEST_CASE("a device gets labels by its name (fleet.md §3)") {
    CannedDoor canned;
    canned.says("POST /v1/label", Json::object());
    const std::string device = "0123456789ABCDEFGHJKMNPQRS";
    CHECK(ran(label, canned.data(), {"label", device, "site=oslo", "lab="}).code == ends::ok);
    CHECK(Json::parse(canned.asked().back().body) == Json{{"labels", {"site=oslo", "lab="}}, {"device", device}});
    CHECK(ran(label, canned.data(), {"label", "phone", "site=oslo"}).code == ends::usage);
    CHECK(canned.asked().size() == 1);
}

TEST_CASE("doctor: each thing that is wrong, with what mends it (fleet.md §8.1)") {
    CannedDoor canned;
    const auto found = [&](const Json& health) {
        canned.says("GET /v1/health", health);
        return ran(doctor, canned.data(), {"doctor", "--push", (canned.data() / "none").string()});
    };
    const Json well{{"open", true}, {"why", "all is read"}, {"devices", 12}, {"unseen", 0},
                    {"ending", 0},  {"cloned", 0},          {"used", 1000},  {"most", 4'294'967'296}};
    const auto has = [](const test::Ran& made, const char* words) { return made.out.find(words) != std::string::npos; };
    const auto all = found(well);
    CHECK(has(all, "campaigns go"));
    CHECK(has(all, "0 % full"));
    CHECK(has(all, "no device was found twice"));
    CHECK(has(all, "12 devices, each of which was there within 14 d"));
    CHECK(has(all, "is no server's directory"));
    CHECK(has(all, "stint fleet serve makes one"));
    CHECK(has(all, "certificates  ok        none ends"));
    Json young = well;
    young["devices"] = 0;
    CHECK(has(found(young), "none has joined"));
    Json ill = well;
    ill.update({{"open", false},
                {"why", "the broker is away\x1b"},
                {"unseen", 3},
                {"ending", 1},
                {"cloned", 2},
                {"used", 3'500'000'000}});
    const auto some = found(ill);
    CHECK(some.code == ends::failure);
    CHECK(has(some, "the broker is away"));
    CHECK(some.out.find('\x1b') == std::string::npos);
    CHECK(has(some, "3 of 12 devices were not there for 14 d"));
    CHECK(has(some, "those of 1 device end within 14 d"));
    CHECK(has(some, "81 % full"));
    CHECK(has(some, "2 devices are there twice"));
    ill.update({{"used", nullptr}, {"most", nullptr}});
    CHECK(found(ill).code == ends::failure);
    canned.says("GET /v1/health", Json::object());
    CHECK(ran(doctor, canned.data(), {"doctor"}).code == ends::unavailable);
}

} // namespace
} // namespace stint::fleetctl
