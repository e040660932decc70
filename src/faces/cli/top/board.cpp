#include "faces/cli/top/board.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "base/text/printable.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli::top {
namespace {

constexpr std::size_t longestFilter = 100;

std::string names(const JobView& job) {
    const std::string name = shortTextOf(job.key);
    return job.label.empty() ? name : fmt::format("{} ({})", name, job.label);
}

void append(std::string& text, char32_t point) {
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += {static_cast<char>(0xC0 | (point >> 6)), static_cast<char>(0x80 | (point & 0x3F))};
    } else if (point < 0x10000) {
        text += {static_cast<char>(0xE0 | (point >> 12)), static_cast<char>(0x80 | ((point >> 6) & 0x3F)),
                 static_cast<char>(0x80 | (point & 0x3F))};
    } else {
        text += {static_cast<char>(0xF0 | (point >> 18)), static_cast<char>(0x80 | ((point >> 12) & 0x3F)),
                 static_cast<char>(0x80 | ((point >> 6) & 0x3F)), static_cast<char>(0x80 | (point & 0x3F))};
    }
}

void dropLast(std::string& text) {
    while (!text.empty() && continuesCharacter(text.back()))
        text.pop_back();
    if (!text.empty()) text.pop_back();
}

} // namespace

void Board::take(Mirror::Change change, const JobView& job, Moment now) {
    const bool isGone = change == Mirror::Change::Gone;
    if (explained() == job.key && !isAnother(job, detail_->it.job)) {
        detail_->it.job = job;
        if (job.state != JobView::State::Pending) detail_->it.blockers.clear();
    }
    if (!isGone) return jobs_[job.key].state(job, now);
    jobs_.erase(job.key);
    if (job.completed) say(fmt::format("{}: {}", names(job), endText(*job.completed)), paintOf(job));
}

void Board::lose(std::string why) {
    away_ = std::move(why);
    question_.reset();
}

void Board::found() {
    if (!std::exchange(away_, {}).empty()) say("stintd is back", Paint::Good);
}

void Board::explain(Explanation it) {
    if (!detail_ || detail_->of != Detail::Of::Job) detail_ = Detail{.of = Detail::Of::Job, .id = ""};
    detail_->it = std::move(it);
}

std::optional<JobKey> Board::explained() const {
    if (!detail_ || detail_->of != Detail::Of::Job || detail_->it.job.state == JobView::State::Finished)
        return std::nullopt;
    return detail_->it.job.key;
}

void Board::ask(std::string question, Command command) {
    question_ = Question{std::move(question), std::move(command)};
}

void Board::say(std::string text, Paint paint) { message_ = {std::move(text), paint}; }

Page Board::page(Moment now) const {
    Page made = name_ == Name::Now    ? nowPage(jobs_, now)
                : name_ == Name::Apps ? appsPage(apps_, now.wall)
                                      : devicePage(device_, now.wall);
    keepOnly(made, filter_);
    return made;
}

void Board::choose(const Page& page, std::size_t row) {
    if (page.rows.empty()) return;
    place().chosen = std::min(row, page.rows.size() - 1);
    chosenId() = page.rows[place().chosen].id;
}

/// Keeps the choice on the chosen row; where that is gone, at its place.
void Board::settle(const Page& page) {
    const auto same = std::ranges::find(page.rows, chosenId(), &Row::id);
    choose(page, same == page.rows.end() ? place().chosen : static_cast<std::size_t>(same - page.rows.begin()));
    place().keepInSight(page.rows.size(), height_);
}

std::optional<Command> Board::press(const Key& key, Moment now) {
    if (question_) return answer(key);
    if (types_) {
        typeFilter(key);
        return std::nullopt;
    }
    message_ = {};
    if (key.what == Key::What::Character && key.character == '\f') return Command{Command::What::Redraw};
    return detail_ ? pressOnDetail(key) : pressOnPage(key, now);
}

std::optional<Command> Board::answer(const Key& key) {
    const Command command = std::move(question_->command);
    question_.reset();
    const bool yes = key.what == Key::What::Character && (key.character == 'y' || key.character == 'Y');
    if (yes) return command;
    say("left as it is");
    return std::nullopt;
}

void Board::typeFilter(const Key& key) {
    if (key.what == Key::What::Enter) types_ = false;
    if (key.what == Key::What::Backspace) dropLast(filter_);
    if (key.what == Key::What::Character && key.character >= ' ' && filter_.size() < longestFilter)
        append(filter_, key.character);
    if (key.what != Key::What::Escape) return;
    types_ = false;
    filter_.clear();
}

std::optional<Command> Board::pressOnDetail(const Key& key) {
    using enum Key::What;
    Detail& detail = *detail_;
    const bool closes = key.what == Escape || key.what == Enter ||
                        (key.what == Character && (key.character == 'q' || key.character == '?'));
    if (closes) {
        detail_.reset();
        return std::nullopt;
    }
    const bool up = key.what == Up || (key.what == Character && key.character == 'k');
    const bool down = key.what == Down || (key.what == Character && key.character == 'j');
    if (up) detail.top -= std::min<std::size_t>(detail.top, 1);
    if (down) ++detail.top;
    if (key.what == PageUp) detail.top -= std::min(detail.top, height_);
    if (key.what == PageDown) detail.top += height_;
    if (key.what == Home) detail.top = 0;
    if (key.what == End) detail.top = detail.furthest;
    detail.top = std::min(detail.top, detail.furthest);
    return std::nullopt;
}

bool Board::move(const Key& key, const Page& page) {
    using enum Key::What;
    const std::size_t at = place().chosen;
    const bool letter = key.what == Character;
    if (key.what == Up || (letter && key.character == 'k'))
        return choose(page, at - std::min<std::size_t>(at, 1)), true;
    if (key.what == Down || (letter && key.character == 'j')) return choose(page, at + 1), true;
    if (key.what == PageUp) return choose(page, at - std::min(at, height_)), true;
    if (key.what == PageDown) return choose(page, at + height_), true;
    if (key.what == Home) return choose(page, 0), true;
    if (key.what == End) return choose(page, page.rows.size()), true;
    return false;
}

std::optional<Command> Board::pressOnPage(const Key& key, Moment now) {
    const Page shown = page(now);
    settle(shown);
    if (move(key, shown)) return std::nullopt;
    switch (key.what) {
    case Key::What::Tab:
        turnTo(static_cast<Name>((static_cast<std::size_t>(name_) + 1) % places_.size()));
        return std::nullopt;
    case Key::What::Escape:
        filter_.clear();
        return std::nullopt;
    case Key::What::Enter:
        return open(now);
    case Key::What::Character:
        return command(key.character, now);
    default:
        return std::nullopt;
    }
}

std::optional<Command> Board::open(Moment now) {
    if (page(now).rows.empty()) return std::nullopt;
    if (name_ == Name::Apps) detail_ = Detail{.of = Detail::Of::App, .id = chosenId()};
    if (name_ == Name::Device) detail_ = Detail{.of = Detail::Of::Device, .id = chosenId()};
    if (name_ != Name::Now) return std::nullopt;
    for (const auto& [key, job] : jobs_)
        if (textOf(key) == chosenId()) return Command{Command::What::Explain, key};
    return std::nullopt;
}

std::optional<Command> Board::command(char32_t letter, Moment now) {
    switch (letter) {
    case 'q':
        return Command{Command::What::Quit};
    case '1':
        turnTo(Name::Now);
        return std::nullopt;
    case '2':
        turnTo(Name::Apps);
        return std::nullopt;
    case '3':
        turnTo(Name::Device);
        return std::nullopt;
    case '/':
        types_ = true;
        return std::nullopt;
    case '?':
        detail_ = Detail{.of = Detail::Of::Help, .id = ""};
        return std::nullopt;
    default:
        return commandForJob(letter, now);
    }
}

/// On the page of the apps, S stops the app itself; all other letters act on a job.
std::optional<Command> Board::commandForJob(char32_t letter, Moment now) {
    const bool known = letter == 'p' || letter == 'r' || letter == 'c' || letter == 'S';
    if (!known || page(now).rows.empty()) return std::nullopt;
    if (!away_.empty()) {
        say("stintd is away: nothing can be asked of it", Paint::Bad);
        return std::nullopt;
    }
    if (letter == 'S' && name_ == Name::Apps) return Command{Command::What::AskStop, {}, AppId{chosenId()}};
    const auto job = std::ranges::find_if(jobs_, [&](const auto& each) { return textOf(each.first) == chosenId(); });
    if (name_ != Name::Now || job == jobs_.end()) {
        say(letter == 'S' ? "S stops an app: choose one on the pages 1 and 2" : "choose a job on page 1 for that");
        return std::nullopt;
    }
    const JobKey& key = job->first;
    const JobView& view = job->second.job();
    if (letter == 'S') return Command{Command::What::AskStop, {}, key.app};
    if (letter == 'p') return Command{view.held ? Command::What::LetGo : Command::What::Hold, key};
    if (letter == 'r') return Command{Command::What::AskRunNow, key};
    ask(cancelQuestion(view), {Command::What::Cancel, key});
    return std::nullopt;
}

} // namespace stint::cli::top
