// The daemon's numbers as OpenMetrics (linux.md §A.11); a real parser reads them in tests/e2e/test_taskmanager_api.py.
#include <doctest/doctest.h>

#include "faces/taskmanager/paths.hpp"

using namespace stint;
using namespace stint::taskmanager;

namespace {

bool has(const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("each family of the specification is there, and the text ends") { // linux.md §A.11
    const std::string text = "\n" + openMetrics({});
    for (const char* const family :
         {"stint_jobs gauge", "stint_job_wait_seconds histogram", "stint_quota_used_seconds gauge",
          "stint_bytes counter", "stint_bytes_wasted counter", "stint_wakeups counter", "stint_push_messages counter",
          "stint_push_delay_seconds histogram", "stint_push_keepalives counter", "stint_push_line_up gauge",
          "stint_decision_seconds histogram"})
        CHECK(has(text, std::string("# TYPE ") + family));
    CHECK(text.ends_with("\n# EOF\n"));
}

TEST_CASE("a histogram counts what is below each bound") {
    Measured measured;
    measured.meters = {{"waits", {"CHARGING", "1"}, 2},    {"waits", {"CHARGING", "10"}, 3},
                       {"waits", {"CHARGING", "+Inf"}, 1}, {"waits_sum", {"CHARGING"}, 99},
                       {"decisions", {"30"}, 4},           {"decisions", {"+Inf"}, 0},
                       {"decisions_sum", {}, 50}};
    const std::string text = openMetrics(measured);
    CHECK(has(text, R"(stint_job_wait_seconds_bucket{constraint="CHARGING",le="1.0"} 2)"));
    CHECK(has(text, R"(stint_job_wait_seconds_bucket{constraint="CHARGING",le="10.0"} 5)"));
    CHECK(has(text, R"(stint_job_wait_seconds_bucket{constraint="CHARGING",le="+Inf"} 6)"));
    CHECK(has(text, R"(stint_job_wait_seconds_count{constraint="CHARGING"} 6)"));
    CHECK(has(text, R"(stint_job_wait_seconds_sum{constraint="CHARGING"} 99.0)"));
    CHECK(has(text, R"(stint_decision_seconds_bucket{le="3e-05"} 4)"));
    CHECK(has(text, "stint_decision_seconds_count 4"));
}

TEST_CASE("a line is up or down where an app is registered; else there is none") { // push.md §5
    const auto up = [](const std::string& value) { return "stint_push_line_up " + value; };
    Measured measured;
    measured.line = {{.up = true}};
    CHECK(openMetrics(measured).find("\nstint_push_line_up ") == std::string::npos);
    measured.line = {{.up = true, .registrations = 1}};
    CHECK(has(openMetrics(measured), up("1")));
    measured.line = {{.up = false, .registrations = 1}};
    CHECK(has(openMetrics(measured), up("0")));
}

TEST_CASE("an app's name ends no label") {
    Measured measured;
    measured.meters = {{"bytes", {"a\"b\\c\nd", "sent", "yes"}, 7}};
    CHECK(has(openMetrics(measured), "stint_bytes_total{app=\"a\\\"b\\\\c\xef\xbf\xbd"
                                     "d\",direction=\"sent\",metered=\"yes\"} 7"));
}

TEST_CASE("what is not running waits") {
    Measured measured;
    measured.scheduler.tracked = 5;
    measured.scheduler.types = {{.type = "bg", .running = 2}, {.type = "ui", .running = 1}};
    const std::string text = openMetrics(measured);
    CHECK(has("\n" + text, R"(stint_jobs{state="pending"} 2)"));
    CHECK(has("\n" + text, R"(stint_jobs{state="running"} 3)"));
}
