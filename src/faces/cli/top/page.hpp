// The pages of `stint top` as rows of cells: what runs and waits, the apps, the device; and the lines that Enter shows
// of a row. Pure: made of the daemon's answers, in the words of the verbs that print the same; frame.cpp lays them
// out.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/follow/job_progress.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli::top {

struct Field {
    std::string text;
    Paint paint = Paint::None;
    std::optional<Progress> progress = std::nullopt; ///< drawn instead of the text, as wide as there is room
};

struct Column {
    std::string heading;
    bool right = false;
    std::size_t from = 0; ///< the least width of the screen at which it is shown
};

struct Row {
    std::string id; ///< keeps the choice on the same thing
    std::vector<Field> fields;
    bool counts = false; ///< something in it changes with time alone
};

struct Page {
    std::vector<Column> columns; ///< the last one shown takes the remaining width
    std::vector<Row> rows;
    std::string empty; ///< the text where there are no rows
};

struct DeviceSeen {
    std::vector<wire::DeviceRow> values;
    wire::DozeView doze;
    std::vector<DeviceLimitView> limits;
};

using Jobs = std::map<JobKey, JobProgress>;

/// Running jobs first, then waiting ones, each in the order of their keys.
Page nowPage(const Jobs& jobs, Moment now);
/// The system's apps stand apart, at the end (jobs.md §5.4).
Page appsPage(const std::vector<AppView>& apps, WallTime now);
Page devicePage(const DeviceSeen& device, WallTime now);

/// Keeps the rows of which the id or a field has the words in it, whatever their case.
void keepOnly(Page& page, const std::string& words);

/// A line of what Enter shows: wrapped to the screen's width.
struct PaintedLine {
    std::string text;
    Paint paint = Paint::None;
};

/// The blockers of `stint why`, and what else is known of the job.
std::vector<PaintedLine> linesOf(const Explanation& it, WallTime now);
std::vector<PaintedLine> linesOf(const AppView& app, WallTime now);
/// The lines for the row of the device's page that has this id; none where there is no such row any more.
std::vector<PaintedLine> linesOf(const DeviceSeen& device, const std::string& id, WallTime now);

/// The questions that are asked first.
std::string runNowQuestion(const Explanation& it);
std::string cancelQuestion(const JobView& job);
/// Names what dies: the app's processes, and the jobs that they run.
std::string stopQuestion(const AppId& app, const std::string& label, const Jobs& jobs);

// A page laid out on a screen of any size, as lines of painted pieces. Pure, so that each size and each hostile name
// can be a unit test. No text takes more columns than the layout gives it: control characters are shown as U+FFFD, and
// only the first marks over a character are kept.

struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
    bool operator==(const Size&) const = default;
};

struct Span {
    std::string text;
    Paint paint = Paint::None;
    bool chosen = false; ///< the row that keys act on; also the bar at the top
};
using Spans = std::vector<Span>;

struct Frame {
    std::vector<Spans> lines;                         ///< at most as many as the screen has rows, none too wide
    std::optional<std::size_t> cursor = std::nullopt; ///< the column in the last line where a person types
    bool counts = false;                              ///< something shown changes with time alone
};

/// The text cut to `columns`, without anything that controls a terminal.
std::string fitted(std::string_view text, std::size_t columns);

/// The part of a list that is in sight; the chosen row always is.
struct Place {
    std::size_t chosen = 0;
    std::size_t top = 0;

    void keepInSight(std::size_t rows, std::size_t height);
};

/// The heading, and the rows that are in sight: at most `height` lines.
std::vector<Spans> laidOut(const Page& page, const Place& place, std::size_t columns, std::size_t height);
/// Lines wrapped to the width; a blank one stays.
std::vector<Spans> laidOut(const std::vector<PaintedLine>& lines, std::size_t columns);

} // namespace stint::cli::top
