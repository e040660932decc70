// OpenMetrics text; a real parser reads what the programs make of it in tests/e2e.
#include "base/text/open_metrics.hpp"

#include <doctest/doctest.h>

using namespace stint;

TEST_CASE("a family is described, and its samples bear its name") {
    OpenMetrics text;
    text.begin({"apples", "counter", "Apples that fell."});
    text.add("_total", {{"tree", "old"}, {"side", "south"}}, std::int64_t{7});
    text.begin({"fall_seconds", "gauge", "How long the last one fell.", "seconds"});
    text.add("", {}, 1.0);
    CHECK(text.text() == "# TYPE apples counter\n"
                         "# HELP apples Apples that fell.\n"
                         "apples_total{tree=\"old\",side=\"south\"} 7\n"
                         "# TYPE fall_seconds gauge\n"
                         "# UNIT fall_seconds seconds\n"
                         "# HELP fall_seconds How long the last one fell.\n"
                         "fall_seconds 1.0\n"
                         "# EOF\n");
}

TEST_CASE("a bucket has all that is at most its bound, and the last one all") {
    Histogram falls({0.5, 1});
    for (const double length : {0.25, 0.5, 0.75, 9.0})
        falls.add(length);
    OpenMetrics text;
    text.begin({"fall_seconds", "histogram", "How long they fell.", "seconds"});
    text.addHistogram({{"tree", "old"}}, falls);
    CHECK(text.text().find("fall_seconds_bucket{tree=\"old\",le=\"0.5\"} 2\n"
                           "fall_seconds_bucket{tree=\"old\",le=\"1.0\"} 3\n"
                           "fall_seconds_bucket{tree=\"old\",le=\"+Inf\"} 4\n"
                           "fall_seconds_count{tree=\"old\"} 4\n"
                           "fall_seconds_sum{tree=\"old\"} 10.5\n") != std::string::npos);
}

TEST_CASE("no value ends its label, or its line") {
    OpenMetrics text;
    text.begin({"apples", "gauge", "Apples."});
    text.add("", {{"tree", "a\"b\\c\nd"}}, std::int64_t{1});
    CHECK(text.text().find("apples{tree=\"a\\\"b\\\\c\xef\xbf\xbd"
                           "d\"} 1\n") != std::string::npos);
}
