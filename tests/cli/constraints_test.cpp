// `stint help constraints` (jobs.md §1.5).
#include <algorithm>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "contract/rules/validation.hpp"
#include "ran.hpp"

using namespace stint;
using namespace stint::cli::test;

namespace {
std::ptrdiff_t linesOf(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }
} // namespace

TEST_CASE("docs/constraints.md is what the table says") { // else: cmake --build BUILD --target constraints_page
    std::ifstream file(STINT_DOCS "/constraints.md");
    REQUIRE(file);
    std::string page{std::istreambuf_iterator<char>(file), {}};
    CHECK(page == ran({"help", "constraints", "--markdown"}).out);
}

TEST_CASE("every method has a row, and says of each kind of job whether it may") { // jobs.md §1.5
    auto all = ran({"help", "constraints"});
    CHECK(all.code == 0);
    CHECK(linesOf(all.out) == 1 + std::ssize(carriesTable()));
    for (const JobField* row : carriesTable())
        CHECK(all.out.find(row->method) != std::string::npos);
    CHECK(ran({"help", "constraints", "setPeriodic", "--json"}).out ==
          R"({"schema":1,"method":"setPeriodic","regular":true,"expedited":false,"userInitiated":false,)"
          R"("work":"not expedited","meaning":"again and again, once in each period","note":""})"
          "\n");
}

TEST_CASE("the rows are those whose method has the text in its name, in whatever case") {
    CHECK(linesOf(ran({"help", "constraints", "NETWORK", "--json"}).out) == 4);
    CHECK(linesOf(ran({"help", "constraints", "requiresdev", "--json"}).out) == 1);
    CHECK(linesOf(ran({"help", "constraints", "setRequiresDeviceIdle", "--json"}).out) == 1);
    CHECK(linesOf(ran({"help", "constraints", "--json"}).out) == std::ssize(carriesTable()));
}

TEST_CASE("a text that no method has ends with 66, and the nearest method is named") {
    auto none = ran({"help", "constraints", "setPeriodik"});
    CHECK(none.code == 66);
    CHECK(none.out.empty());
    CHECK(none.err == "stint: no method has \"setPeriodik\" in its name (did you mean \"setPeriodic\"?)\n");
}

TEST_CASE("help of a verb is still help") {
    CHECK(ran({"help", "get"}).out.starts_with("stint get [URL…]\n"));
    CHECK(ran({"help", "tasks", "stop"}).out.starts_with("stint tasks stop PACKAGE\n"));
    CHECK(ran({"help", "cmd"}).out.starts_with("stint cmd jobscheduler|deviceidle|battery VERB…\n"));
    CHECK(ran({"help", "start"}).out.starts_with("stint start PACKAGE"));
    CHECK(ran({"help", "constraint"}).code == 64);
}
