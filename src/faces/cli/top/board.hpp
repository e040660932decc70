// The state of `stint top`: what is shown, and what each key changes. Pure: the daemon's answers go in, requests come
// out (Command), and a frame is made for a screen of any size. An action that cannot be undone is asked about first.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faces/cli/top/page.hpp"
#include "faces/control/mirror.hpp"

namespace stint::cli::top {

struct Key {
    enum class What : std::uint8_t {
        Character,
        Up,
        Down,
        PageUp,
        PageDown,
        Home,
        End,
        Enter,
        Escape,
        Tab,
        Backspace,
        Other,
    } what = What::Other;
    char32_t character = 0;
};

/// An order that keys give to the daemon, or to the program.
struct Command {
    enum class What : std::uint8_t {
        Quit,
        Redraw, ///< and look for the daemon again
        Explain,
        Hold,
        LetGo,
        AskRunNow, ///< first shows what it would pass over
        RunNow,
        Cancel,
        AskStop, ///< first finds whether the app has a Stop
        Stop,
    } what;
    JobKey job = {};
    AppId app = {};
};

class Board {
public:
    // Answers and news of the daemon.
    void take(Mirror::Change change, const JobView& job, Moment now);
    void setApps(std::vector<AppView> apps) { apps_ = std::move(apps); }
    void setDevice(DeviceSeen device) { device_ = std::move(device); }
    /// The daemon is gone: its last answers stay on the screen.
    void lose(std::string why);
    /// It is there, and has been asked.
    void found();
    /// Opens the explanation of a job, or replaces the open one.
    void explain(Explanation it);
    /// The job that is explained on the screen.
    std::optional<JobKey> explained() const;
    /// Asks a question; the next key gives the command ("y"), or drops it.
    void ask(std::string question, Command command);
    void say(std::string text, Paint paint = Paint::None);

    /// True if the page of the apps or of the device is shown.
    bool showsRest() const { return name_ != Name::Now; }

    const Jobs& jobs() const { return jobs_; }
    const std::vector<AppView>& apps() const { return apps_; }

    std::optional<Command> press(const Key& key, Moment now);
    Frame frame(Moment now, Size size);

private:
    enum class Name : std::uint8_t { Now, Apps, Device };
    struct Detail {
        enum class Of : std::uint8_t { Job, App, Device, Help } of;
        std::string id;           ///< an app's or a value's
        Explanation it = {};      ///< a job's
        std::size_t top = 0;      ///< the first line in sight
        std::size_t furthest = 0; ///< the largest that `top` may be
    };
    struct Question {
        std::string text;
        Command command;
    };

    Page page(Moment now) const;
    Place& place() { return places_[static_cast<std::size_t>(name_)]; }
    std::string& chosenId() { return chosen_[static_cast<std::size_t>(name_)]; }
    void choose(const Page& page, std::size_t row);
    void settle(const Page& page);
    std::vector<PaintedLine> detailLines(Moment now) const;

    std::optional<Command> answer(const Key& key);
    void typeFilter(const Key& key);
    std::optional<Command> pressOnDetail(const Key& key);
    std::optional<Command> pressOnPage(const Key& key, Moment now);
    bool move(const Key& key, const Page& page);
    std::optional<Command> command(char32_t letter, Moment now);
    std::optional<Command> commandForJob(char32_t letter, Moment now);
    std::optional<Command> open(Moment now);
    void turnTo(Name name) { name_ = name; }

    Spans titleBar(Size size) const;
    std::vector<Spans> footer(Size size, std::optional<std::size_t>& cursor) const;

    Jobs jobs_;
    std::vector<AppView> apps_;
    DeviceSeen device_;
    std::string away_; ///< why the daemon does not answer; empty: it is there
    Name name_ = Name::Now;
    std::array<Place, 3> places_;
    std::array<std::string, 3> chosen_; ///< the ids of the chosen rows
    std::string filter_;
    bool types_ = false; ///< the filter is being typed
    std::optional<Detail> detail_;
    std::optional<Question> question_;
    PaintedLine message_;
    std::size_t height_ = 1; ///< the list's rows when it was drawn last
};

} // namespace stint::cli::top
