#include <doctest/doctest.h>

#include "faces/screen/text.hpp"
#include "samples.hpp"

using namespace stint::cli;
using stint::cli::test::Paper;

namespace {
Table sample() {
    Table table({{"JOB"}, {"SIZE", Table::Align::Right}, {"WHAT"}});
    table.add({"mail/7", "256 MiB", {"running", Paint::Good}});
    table.add({"org.stint.transfer/12", "-", ""});
    return table;
}
} // namespace

TEST_CASE("a command in backquotes is not broken where a line holds it") {
    using Lines = std::vector<std::string>;
    CHECK(wrapped("see it: `stint jobs --all` lists them", 20) == Lines{"see it:", "`stint jobs --all`", "lists them"});
    CHECK(wrapped("`stint jobs --all`, or not", 19) == Lines{"`stint jobs --all`,", "or not"});
    CHECK(wrapped("`stint jobs --all`", 12) == Lines{"`stint jobs", "--all`"});
    CHECK(wrapped("a ` alone is `one word` more", 10) == Lines{"a ` alone", "is", "`one word`", "more"});
}

TEST_CASE("words stand to the left, numbers to the right, and no line ends in blanks") {
    const Paper paper;
    auto lines = sample().lines(paper.screen());
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "JOB                       SIZE  WHAT");
    CHECK(lines[1] == "mail/7                 256 MiB  running");
    CHECK(lines[2] == "org.stint.transfer/12        -");
}

TEST_CASE("colour changes no column, and is nowhere but on a terminal") {
    const Paper plain;
    const Paper coloured({}, true);
    auto bare = sample().lines(plain.screen());
    auto painted = sample().lines(coloured.screen());
    CHECK(bare[1].find('\x1b') == std::string::npos);
    CHECK(painted[1] == "mail/7                 256 MiB  \x1b[32mrunning\x1b[0m");
}

TEST_CASE("a cell of an app's words cannot break the table") {
    const Paper paper;
    Table table({{"LABEL"}, {"N"}});
    table.add({"evil\n\x1b[2J", "1"});
    auto lines = table.lines(paper.screen());
    CHECK(lines[1] == "evil��[2J  1");
}

namespace {
Table reasons() {
    Table table({{"REASON"}, {"WHAT IS"}, {"UNTIL", Table::Align::Right}, {"WHAT CLEARS IT"}});
    table.add({{"CONSTRAINT_CHARGING", Paint::Waiting}, "on battery, 40 %; wants to be charging", "-", "plug it in"});
    table.add({{"QUOTA", Paint::Waiting}, "used up", "in 1h 30min", "time, or a charger"});
    return table;
}
} // namespace

TEST_CASE("where a terminal is too narrow the widest words go on below themselves, and no word is cut") {
    const Paper paper({}, true);
    auto lines = reasons().lines(paper.screen(), 75);
    REQUIRE(lines.size() == 4);
    CHECK(lines[1] == "\x1b[33mCONSTRAINT_CHARGING\x1b[0m  on battery, 40 %;                -  plug it in");
    CHECK(lines[2] == "                     wants to be charging");
    CHECK(lines[3] == "\x1b[33mQUOTA              \x1b[0m  used up                in 1h 30min  time, or a charger");
}

TEST_CASE("where breaking words is not enough, the last column stands below its row") {
    const Paper paper;
    const std::vector<std::string> lines{"REASON               WHAT IS                 UNTIL",
                                         "    WHAT CLEARS IT",
                                         "CONSTRAINT_CHARGING  on battery, 40              -",
                                         "                     %; wants to be",
                                         "                     charging",
                                         "    plug it in",
                                         "QUOTA                used up           in 1h 30min",
                                         "    time, or a charger"};
    CHECK(reasons().lines(paper.screen(), 50) == lines);
}

TEST_CASE("where that is not enough, more of the last columns stand there, rather than a word or two a line") {
    const Paper paper;
    Table table({{"JOB"}, {"SIZE", Table::Align::Right}, {"WHAT"}, {"DETAIL"}});
    table.add({"org.stint.agent/20261129-x01ramfe#1", "-", "touch (by fleet office)", "on battery, 100 %"});
    const std::vector<std::string> lines{"JOB                                  SIZE",
                                         "    WHAT",
                                         "    DETAIL",
                                         "org.stint.agent/20261129-x01ramfe#1     -",
                                         "    touch (by fleet office)",
                                         "    on battery, 100 %"};
    CHECK(table.lines(paper.screen(), 45) == lines);
    CHECK(table.lines(paper.screen(), 60).back() == "    on battery, 100 %");
}

TEST_CASE("a table that nothing would make narrow enough stays one line a row, as in a pipe") {
    const Paper paper;
    CHECK(reasons().lines(paper.screen(), 40) == reasons().lines(paper.screen()));
    CHECK(reasons().lines(paper.screen()).size() == 3);
    CHECK(reasons().lines(paper.screen(), 200) == reasons().lines(paper.screen()));
}

TEST_CASE("under --json and --quiet nothing is told, but trouble is: under --json as JSON, in the same words") {
    struct Row {
        OutputOptions options;
        std::string failed, warned;
    };
    // clang-format off
    for (const auto& r : {Row{{.quiet = true}, "stint: cannot list jobs: no stintd listens\n", "stint: detached\n"},
                          Row{{.json = true},
                              R"({"schema":1,"error":"unavailable","message":"cannot list jobs: no stintd listens","exitCode":69})" "\n",
                              R"({"schema":1,"warning":"detached"})" "\n"}}) {
        // clang-format on
        const Paper paper(r.options), other(r.options);
        paper.screen().tell("starting");
        CHECK(paper.err().empty());
        CHECK(paper.screen().fail("cannot list jobs", {stint::Errc::UNAVAILABLE, "no stintd listens"}) == 69);
        CHECK(paper.err() == r.failed);
        other.screen().warn("detached");
        CHECK(other.err() == r.warned);
        CHECK(paper.out().empty());
    }
}

TEST_CASE("drawn lines are taken away before other words are printed") {
    const Paper paper({}, true, true);
    paper.screen().redraw({"50%"});
    paper.screen().redraw({"60%", "70%", "80%"});
    paper.screen().tell("detached");
    CHECK(paper.err() == "\r50%\x1b[K\x1b[J\r"
                         "\r60%\x1b[K\n70%\x1b[K\n80%\x1b[K\x1b[J\r\x1b[2A"
                         "\r\x1b[Jdetached\n");
}
