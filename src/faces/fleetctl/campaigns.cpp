// `stint fleet campaigns` and `stint fleet status`.
#include <algorithm>
#include <csignal>
#include <iterator>
#include <optional>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/standing.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/limit_text.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr Duration betweenLooks = 1s;
constexpr int mostUnanswered = 60; ///< PROPOSAL: looks, until nobody waits for the server any more

/// "such as DEVICE, rejected: forbidden: …", of the first of those that failed; empty: none has, or it says nothing.
std::string failureText(const Door& door, const Standing& standing) {
    if (standing.failed() == 0) return {};
    const auto page = door.get(
        "/v1/results", {{"id", standing.id}, {"is", fmt::format("{}", fmt::join(failureWords(), ","))}, {"most", "1"}});
    if (!page.ok()) return {};
    Members members(*page);
    for (const cli::Json& row : members.list("results")) {
        Members its(row);
        const std::string device = its.text("device"), words = its.text("words");
        const auto outcome = its.textOrNull("outcome");
        if (its.isWrong() || words.empty() || !outcome) return {};
        return printable(fmt::format("such as {}, {}: {}", device, *outcome, words.substr(0, words.find('\n'))));
    }
    return {};
}

void show(const cli::Json& row, const Standing& standing, const Screen& screen) {
    if (screen.json()) return screen.print(lineOf(row));
    for (const std::string& line : linesOf(standing, wallNow(), screen.columns() - 1))
        screen.print(line);
}

/// A campaign that is looked at each second until it is still. In the terminal's foreground its lines are drawn over
/// each other; elsewhere they are printed when they have become others.
class Watching {
public:
    Watching(const Door& door, const std::string& id, const Screen& screen) : door_(door), id_(id), screen_(screen) {}

    int run() {
        auto signals = cli::Signals::open();
        if (!signals.ok()) return screen_.fail(what, signals.error());
        for (;;) {
            if (const auto code = look()) return *code;
            pollfd wait[]{{signals->fd(), POLLIN, 0}, {STDERR_FILENO, 0, 0}};
            ::poll(wait, std::size(wait), static_cast<int>(betweenLooks / 1ms));
            // A terminal that is gone tells nobody in its background.
            if ((wait[1].revents & POLLHUP) != 0) return cli::exitCodeOfSignal(SIGHUP);
            while (const auto signal = signals->take()) {
                if (*signal == SIGWINCH) continue;
                screen_.clearDrawn();
                return cli::exitCodeOfSignal(*signal);
            }
        }
    }

    static constexpr std::string_view what = "cannot tell how it stands";

private:
    /// Returns the exit code where there is no more to see.
    std::optional<int> look() {
        const auto row = door_.getOnce("/v1/campaign", {{"id", id_}});
        if (!row.ok() && isForAMoment(row.error()) && ++unanswered_ < mostUnanswered) {
            if (unanswered_ == 1) screen_.tell(fmt::format("{}; it is asked again", row.error().message));
            return std::nullopt;
        }
        const auto standing = row.ok() ? standingIn(*row) : row.error();
        if (!standing.ok()) return failed(screen_, what, standing.error());
        unanswered_ = 0;
        const bool isLast = standing->isStill();
        if (screen_.redraws() && cli::inTerminalForeground() && !isLast)
            draw(*standing);
        else if (isLast || *row != shown_)
            show(*row, *standing, screen_);
        shown_ = *row;
        return isLast ? std::optional(exitCodeOf(*standing)) : std::nullopt;
    }

    void draw(const Standing& standing) const {
        auto lines = linesOf(standing, wallNow(), screen_.columns() - 1);
        if (lines.size() >= screen_.rows()) lines.resize(std::max<std::size_t>(screen_.rows(), 2) - 1);
        screen_.redraw(lines);
    }

    const Door& door_;
    const std::string& id_;
    const Screen& screen_;
    cli::Json shown_;
    int unanswered_ = 0; ///< looks, since the last answer
};

} // namespace

int campaigns(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot list campaigns";
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    const auto said = door->get("/v1/campaigns");
    if (!said.ok()) return failed(screen, what, said.error());
    Members members(*said);
    const WallTime now = wallNow();
    using enum cli::Table::Align;
    cli::Table table({{"ID"}, {"MADE"}, {"STATE"}, {"DEVICES", Right}, {"OK", Right}, {"FAILED", Right}, {"NAME"}});
    std::vector<std::string> lines;
    for (const cli::Json& row : members.list("campaigns")) {
        const auto standing = standingIn(row);
        if (!standing.ok()) return failed(screen, what, standing.error());
        lines.push_back(lineOf(row));
        table.add({standing->id, cli::timeText(standing->made, now), standing->state, std::to_string(standing->devices),
                   std::to_string(standing->succeeded()), std::to_string(standing->failed()), standing->name});
    }
    if (members.isWrong()) return failed(screen, what, noAnswer());
    if (screen.json())
        for (const std::string& line : lines)
            screen.print(line);
    else if (table.empty())
        screen.tell("the fleet has no campaign: `stint fleet start FILE.toml` starts one");
    else
        table.print(screen);
    return ends::ok;
}

int status(const Arguments& given, const Screen& screen) {
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, Watching::what, door.error());
    if (given.has("watch")) return Watching(*door, given.words[0], screen).run();
    const auto row = door->get("/v1/campaign", {{"id", given.words[0]}});
    const auto standing = row.ok() ? standingIn(*row) : row.error();
    if (!standing.ok()) return failed(screen, Watching::what, standing.error());
    show(*row, *standing, screen);
    if (const std::string why = screen.json() ? "" : failureText(*door, *standing); !why.empty()) screen.print(why);
    return exitCodeOf(*standing);
}

} // namespace stint::fleetctl
