#include <algorithm>
#include <clocale>
#include <string>

#include <doctest/doctest.h>

#include "base/text/printable.hpp"
#include "faces/cli/top/board.hpp"
#include "faces/screen/text.hpp"
#include "samples.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;
using namespace stint::cli::top;

namespace {

constexpr Moment start{0s, WallTime(Duration(1767600000000))};
const std::string hostile = "\x1b[2J\x9b\xe2\x80\xae<b>&\r\n\xff"
                            "e" +
                            std::string(500, '\xcc') + "\xe4\xb8\xad\xe6\x96\x87";

/// A letter under a flood of marks.
std::string flood() {
    std::string text = "e";
    for (int i = 0; i < 500; ++i)
        text += "\u0301";
    return text;
}

JobView named(std::int32_t id, JobView::State state, std::string label) {
    JobView view = job(state);
    view.key.id = JobId{id};
    view.label = std::move(label);
    if (state == JobView::State::Pending) view.reasons = {PENDING_JOB_REASON_CONSTRAINT_CHARGING};
    if (state == JobView::State::Running) view.runState = RunState::Executing;
    return view;
}

std::vector<JobView> several() {
    return {named(1, JobView::State::Pending, "backup"), named(2, JobView::State::Running, "film"),
            named(3, JobView::State::Pending, "photos")};
}

Board boardWith(const std::vector<JobView>& jobs) {
    Board board;
    for (const JobView& job : jobs)
        board.take(Mirror::Change::Came, job, start);
    return board;
}

std::optional<Command> press(Board& board, char32_t letter) {
    return board.press({Key::What::Character, letter}, start);
}
std::optional<Command> press(Board& board, Key::What what) { return board.press({what}, start); }

std::string textOf(const Spans& line) {
    std::string text;
    for (const Span& span : line)
        text += span.text;
    return text;
}

std::string shown(Board& board, Size size = {}) {
    std::string text;
    for (const Spans& line : board.frame(start, size).lines)
        text += textOf(line) + "\n";
    return text;
}

/// The row that keys act on.
std::string chosen(Board& board) {
    const Frame frame = board.frame(start, {});
    for (std::size_t i = 1; i < frame.lines.size(); ++i)
        if (!frame.lines[i].empty() && frame.lines[i].front().chosen) return textOf(frame.lines[i]);
    return "none";
}

bool steersNothing(std::string_view text) {
    while (!text.empty()) {
        const char32_t point = takeCodePoint(text);
        if (point != '\n' && steers(point)) return false;
    }
    return true;
}

/// No more lines than rows, none wider than the screen, nothing in them that a terminal obeys.
bool fits(Board& board, Size size) {
    const Frame frame = board.frame(start, size);
    return frame.lines.size() <= size.rows && std::ranges::all_of(frame.lines, [&](const Spans& line) {
               const std::string text = textOf(line);
               return widthOf(text) <= size.columns && steersNothing(text) && text.size() < 20 * size.columns;
           });
}

AppView appNamed(const char* package, bool system) {
    AppView app;
    app.manifest.package = AppId{package};
    app.manifest.label = package;
    app.manifest.file = "/usr/share/stint/apps/app.toml";
    app.manifest.system = system;
    return app;
}

} // namespace

TEST_CASE("every page fits on a screen of any size, whatever names are in it") { // linux.md §A.10
    std::vector<JobView> jobs = several();
    jobs.push_back(named(4, JobView::State::Pending, hostile));
    jobs.push_back(named(5, JobView::State::Running, flood()));
    jobs.push_back(running(40_MiB));
    Board board = boardWith(jobs);
    board.setApps({appNamed(hostile.c_str(), false), appNamed("org.example.b", true)});
    DeviceSeen device;
    device.values = {{"network", hostile, "set", "what runs", at(0s)}};
    device.limits = {{.work = "regular jobs", .open = false, .detail = hostile, .clears = "plug it in"}};
    board.setDevice(device);
    Explanation it{jobs[3],
                   {Blocker{.reason = PENDING_JOB_REASON_CONSTRAINT_CHARGING, .detail = hostile, .clears = hostile}}};
    for (std::size_t columns = 1; columns < 140; columns += columns < 20 ? 1 : 9)
        for (std::size_t rows = 1; rows < 40; rows += rows < 12 ? 1 : 7) {
            const Size size{columns, rows};
            CAPTURE(columns);
            CAPTURE(rows);
            for (const char32_t page : {U'1', U'2', U'3', U'?'}) {
                press(board, page);
                CHECK(fits(board, size));
                press(board, Key::What::Escape);
            }
            press(board, U'1');
            board.explain(it);
            CHECK(fits(board, size));
            press(board, Key::What::Escape);
            board.ask(hostile, {Command::What::Cancel, jobs[3].key});
            CHECK(fits(board, size));
            press(board, U'n');
            board.lose(hostile);
            CHECK(fits(board, size));
            board.found();
        }
}

TEST_CASE("a flood of marks is two, and a wide character is not cut in half") {
    std::setlocale(LC_CTYPE, "C.UTF-8"); // for the width of characters, as the program does
    CHECK(fitted(flood(), 80) == "e\u0301\u0301");
    CHECK(fitted("\u4e2d\u6587\u4e2d", 4) == "\u4e2d\u2026");
    CHECK(fitted("\x1b[31mred", 80) == "\uFFFD[31mred");
    std::setlocale(LC_CTYPE, "C");
}

TEST_CASE("what runs stands before what waits, and the choice stays on the same job") {
    Board board = boardWith(several());
    CHECK(chosen(board).starts_with("2 "));
    press(board, U'j');
    CHECK(chosen(board).starts_with("1 "));
    board.take(Mirror::Change::Changed, named(3, JobView::State::Running, "photos"), start);
    CHECK(chosen(board).starts_with("1 "));
    JobView gone = saved();
    gone.key.id = JobId{1};
    board.take(Mirror::Change::Gone, gone, start);
    CHECK(chosen(board).starts_with("3 "));
    CHECK(shown(board).find("saved /home/a/x.iso") != std::string::npos);
}

TEST_CASE("a job that has another's number has made no progress yet, and is not what was explained") {
    Board board = boardWith({});
    JobView first = running(10_MiB);
    first.scheduled = start.wall;
    Mirror mirror([&board](Mirror::Change change, const JobView& job) { board.take(change, job, start); });
    mirror.take(first);
    Explanation it;
    it.job = first;
    board.explain(it);
    CHECK(board.explained() == first.key);
    CHECK(board.jobs().at(first.key).progress(start.steady).done == 10_MiB);
    JobView second = waiting(PENDING_JOB_REASON_APP);
    second.key = first.key;
    second.scheduled = start.wall + 1s;
    mirror.take(second);
    CHECK_FALSE(board.explained());
    CHECK(board.jobs().at(second.key).progress(start.steady).done == 0);
}

TEST_CASE("what cannot be undone is asked for first, and any key but y leaves it") {
    Board board = boardWith(several());
    CHECK_FALSE(press(board, U'c'));
    CHECK(shown(board).find("Cancel 2 (film)? It runs, and is gone for good.") != std::string::npos);
    CHECK_FALSE(press(board, Key::What::Enter));
    CHECK(shown(board).find("left as it is") != std::string::npos);
    CHECK_FALSE(press(board, U'c'));
    const auto command = press(board, U'y');
    REQUIRE(command);
    CHECK(command->what == Command::What::Cancel);
    CHECK(command->job.id == JobId{2});
}

TEST_CASE("p pauses a job, and lets one go on that is paused") { // jobs.md §14.2
    Board board = boardWith(several());
    CHECK(press(board, U'p')->what == Command::What::Hold);
    JobView held = named(1, JobView::State::Pending, "backup");
    held.held = true;
    board = boardWith({held});
    CHECK(press(board, U'p')->what == Command::What::LetGo);
}

TEST_CASE("a Stop names what dies: all that the app runs, and nothing of another") { // jobs.md §5.4
    const JobView other = [] {
        JobView view = running(0);
        view.key.app = AppId{"org.example.other"};
        return view;
    }();
    Board board =
        boardWith({named(1, JobView::State::Pending, "backup"), named(2, JobView::State::Running, "film"), other});
    CHECK(stopQuestion(AppId{"org.stint.transfer"}, "Transfers", board.jobs()) ==
          "Stop Transfers (org.stint.transfer)? All of its processes die at once, and with them 1 job: 2 (film).");
    press(board, U'2');
    board.setApps({appNamed("org.example.idle", false)});
    const auto command = press(board, U'S');
    REQUIRE(command);
    CHECK(command->what == Command::What::AskStop);
    CHECK(command->app == AppId{"org.example.idle"});
}

TEST_CASE("running now says what it passes over") { // jobs.md §8
    const JobView job = named(1, JobView::State::Pending, "backup");
    CHECK(runNowQuestion({job, {Blocker{.reason = PENDING_JOB_REASON_CONSTRAINT_CHARGING}}}) ==
          "Run 1 (backup) now, although: the device is not charging (CONSTRAINT_CHARGING)?");
    CHECK(runNowQuestion({job, {}}) == "Run 1 (backup) now; nothing keeps it from it?");
}

TEST_CASE("the filter keeps rows that have the words, and Escape brings all back") {
    Board board = boardWith(several());
    press(board, U'/');
    for (const char32_t letter : {U'P', U'H', U'O'})
        press(board, letter);
    CHECK(shown(board).find("film") == std::string::npos);
    CHECK(shown(board).find("photos") != std::string::npos);
    press(board, Key::What::Enter);
    CHECK(press(board, U'p')->job.id == JobId{3});
    press(board, Key::What::Escape);
    CHECK(shown(board).find("film") != std::string::npos);
}

TEST_CASE("apps of the system stand apart, at the end") { // jobs.md §5.4
    const top::Page page = appsPage({appNamed("a.system", true), appNamed("z.own", false)}, at(0s));
    CHECK(page.rows[0].id == "z.own");
    CHECK(page.rows[1].id == "a.system");
    CHECK(page.rows[1].fields.back().text == "a.system: part of the system");
}

TEST_CASE("the clock is looked at only while something on the screen counts") {
    Board waits = boardWith({named(1, JobView::State::Pending, "backup")});
    CHECK_FALSE(waits.frame(start, {}).counts);
    JobView timed = named(1, JobView::State::Pending, "backup");
    timed.earliest = start.wall + 1min;
    Board counts = boardWith({timed});
    CHECK(counts.frame(start, {}).counts);
    CHECK(shown(counts).find("in 1min") != std::string::npos);
}

TEST_CASE("while the daemon is away nothing can be asked of it, and what it said last stays") {
    Board board = boardWith(several());
    board.lose("stintd is gone");
    CHECK_FALSE(press(board, U'p'));
    CHECK_FALSE(press(board, U'S'));
    CHECK(shown(board).find("film") != std::string::npos);
    CHECK(shown(board).find("stintd is away") != std::string::npos);
    board.take(Mirror::Change::Gone, named(2, JobView::State::Finished, "film"), start);
    board.found();
    CHECK(shown(board).find("film") == std::string::npos);
    CHECK(shown(board).find("stintd is back") != std::string::npos);
}
