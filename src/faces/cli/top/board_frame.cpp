// The board as it is drawn: a bar, the page or what Enter opened, a message or a question, and the keys.
#include <algorithm>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "faces/cli/top/board.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli::top {
namespace {

const std::vector<Line> help{
    {"What stint top shows and does", Paint::Strong},
    {""},
    {"1, 2, 3, Tab   Now: what runs and waits. Apps and their limits. The device"},
    {"arrows, j, k, PgUp, PgDn, Home, End   move in the list"},
    {"Enter   of a job: what keeps it waiting, as stint why says it; of an app or a value: all that is known of it"},
    {"p   pause a job: it does not run until p again lets it go on"},
    {"r   run a job now; what that passes over is named first"},
    {"c   cancel a job: it is gone for good"},
    {"S   stop an app: all of its processes die at once, with the jobs that they run"},
    {"/   show only rows with these words in them; Escape shows all again"},
    {"Ctrl-L   draw anew, and look for stintd"},
    {"q   leave; the jobs go on"},
};

constexpr std::string_view longKeys = " Enter why  p pause  r run now  c cancel  S stop app  / filter  ? help  q quit";
constexpr std::string_view shortKeys = " Enter p r c S / ? help q quit";

void clip(std::vector<Spans>& lines, std::size_t most) { lines.resize(std::min(lines.size(), most)); }

} // namespace

Spans Board::titleBar(Size size) const {
    const auto running = static_cast<std::size_t>(std::ranges::count_if(
        jobs_, [](const auto& each) { return each.second.job().state == JobView::State::Running; }));
    const std::string right =
        !away_.empty() ? "stintd is away " : fmt::format("{} running, {} waiting ", running, jobs_.size() - running);
    Spans bar;
    std::size_t used = 0;
    for (const auto& [name, word] :
         {std::pair{Name::Now, " 1 Now "}, {Name::Apps, " 2 Apps "}, {Name::Device, " 3 Device "}}) {
        const std::string text = fitted(word, size.columns - used);
        used += widthOf(text);
        bar.push_back({text, name == name_ ? Paint::Strong : Paint::None, name != name_});
    }
    bar.push_back({padLeft(fitted(right, size.columns - used), size.columns - used),
                   away_.empty() ? Paint::None : Paint::Bad, true});
    return bar;
}

std::vector<Line> Board::detailLines(Moment now) const {
    switch (detail_->of) {
    case Detail::Of::Job:
        return linesOf(detail_->it, now.wall);
    case Detail::Of::Device:
        return linesOf(device_, detail_->id, now.wall);
    case Detail::Of::Help:
        return help;
    case Detail::Of::App:
        break;
    }
    for (const AppView& app : apps_)
        if (app.manifest.package.name == detail_->id) return linesOf(app, now.wall);
    return {{"it is not installed any more"}};
}

/// The lines at the bottom: the filter while it is typed; else a question or the last message, above the keys.
std::vector<Spans> Board::footer(Size size, std::optional<std::size_t>& cursor) const {
    std::vector<Spans> lines;
    const std::size_t most = size.rows > 4 ? size.rows / 2 : 1;
    if (question_) {
        lines = laidOut({Line{question_->text, Paint::Waiting}}, size.columns);
        clip(lines, most);
        lines.push_back({{fitted(" y: yes   any other key: no", size.columns), Paint::Strong}});
        return lines;
    }
    if (types_) {
        const std::string typed = "/" + filter_;
        const std::string text = fitted(typed, size.columns > 0 ? size.columns - 1 : 0);
        cursor = widthOf(text);
        return {{{text, Paint::Strong}}};
    }
    if (!away_.empty())
        lines = laidOut({Line{away_, Paint::Bad}}, size.columns);
    else if (!said_.text.empty())
        lines = laidOut({said_}, size.columns);
    else if (!filter_.empty())
        lines = laidOut({Line{fmt::format("only with \"{}\"; Escape: all", filter_)}}, size.columns);
    clip(lines, most);
    const std::string_view keys = detail_                             ? " Escape back  q back  arrows scroll"
                                  : widthOf(longKeys) <= size.columns ? longKeys
                                                                      : shortKeys;
    lines.push_back({{fitted(keys, size.columns), Paint::Faint}});
    return lines;
}

Frame Board::frame(Moment now, Size size) {
    Frame frame;
    if (size.rows == 0 || size.columns == 0) return frame;
    std::vector<Spans> below = footer(size, frame.cursor);
    const std::size_t above = size.rows > below.size() ? 1 : 0;
    const std::size_t middle = size.rows - std::min(size.rows, above + below.size());
    if (above) frame.lines.push_back(titleBar(size));
    if (detail_) {
        std::vector<Spans> lines = laidOut(detailLines(now), size.columns);
        height_ = std::max<std::size_t>(middle, 1);
        detail_->furthest = lines.size() > height_ ? lines.size() - height_ : 0;
        detail_->top = std::min(detail_->top, detail_->furthest);
        for (std::size_t i = detail_->top; i < lines.size() && frame.lines.size() < above + middle; ++i)
            frame.lines.push_back(std::move(lines[i]));
        frame.counts = detail_->of != Detail::Of::Help;
    } else {
        const Page shown = page(now);
        height_ = middle > 1 ? middle - 1 : 1; // a heading
        settle(shown);
        for (Spans& line : laidOut(shown, place(), size.columns, middle))
            frame.lines.push_back(std::move(line));
        for (std::size_t i = place().top; i < std::min(shown.rows.size(), place().top + height_); ++i)
            frame.counts = frame.counts || shown.rows[i].counts;
    }
    frame.lines.resize(std::max(frame.lines.size(), above + middle));
    for (Spans& line : below)
        if (frame.lines.size() < size.rows) frame.lines.push_back(std::move(line));
    return frame;
}

} // namespace stint::cli::top
