// What `stint top` is showing, and what a person's key makes of it. Pure: what the daemon says goes in, what it is to
// be asked for comes out (Wish), and a frame is made for a screen of any size. What cannot be undone is asked for
// first.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faces/cli/top/frame.hpp"
#include "faces/cli/top/page.hpp"

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

/// What the daemon is to be asked, or the program to do.
struct Wish {
    enum class What : std::uint8_t {
        Quit,
        Redraw, ///< and look for the daemon again
        Explain,
        Hold,
        LetGo,
        AskRunNow, ///< what it would pass over is to be known first
        RunNow,
        Cancel,
        AskStop, ///< likewise what has a Stop
        Stop,
    } what;
    JobKey job = {};
    AppId app = {};
};

class Board {
public:
    // What the daemon says.
    void begin(const std::vector<JobView>& jobs, Moment now);
    /// As they are now; what they have moved so far is still known.
    void renew(const std::vector<JobView>& jobs, Moment now);
    void take(const JobView& job, Moment now);
    void setApps(std::vector<AppView> apps) { apps_ = std::move(apps); }
    void setDevice(DeviceSeen device) { device_ = std::move(device); }
    /// It is gone: what is shown is what it said last.
    void lose(std::string why);
    /// Shows it, or renews what is shown of this job.
    void explain(Explanation it);
    /// The job that is explained on the screen.
    std::optional<JobKey> explained() const;
    /// The next key says whether it is to be.
    void ask(std::string question, Wish wish);
    void say(std::string text, Paint paint = Paint::None);

    /// Apps or the device are looked at.
    bool showsRest() const { return name_ != Name::Now; }

    const Jobs& jobs() const { return jobs_; }
    const std::vector<AppView>& apps() const { return apps_; }

    std::optional<Wish> press(const Key& key, Moment now);
    Frame frame(Moment now, Size size);

private:
    enum class Name : std::uint8_t { Now, Apps, Device };
    struct Detail {
        enum class Of : std::uint8_t { Job, App, Device, Help } of;
        std::string id;           ///< of an app or a value
        Explanation it = {};      ///< of a job
        std::size_t top = 0;      ///< the first line in sight
        std::size_t furthest = 0; ///< the last one it may be
    };
    struct Question {
        std::string text;
        Wish wish;
    };

    Page page(Moment now) const;
    Place& place() { return places_[static_cast<std::size_t>(name_)]; }
    std::string& chosenId() { return chosen_[static_cast<std::size_t>(name_)]; }
    void choose(const Page& page, std::size_t row);
    void settle(const Page& page);
    std::vector<Line> detailLines(Moment now) const;

    std::optional<Wish> answer(const Key& key);
    void typeFilter(const Key& key);
    std::optional<Wish> pressOnDetail(const Key& key);
    std::optional<Wish> pressOnPage(const Key& key, Moment now);
    bool move(const Key& key, const Page& page);
    std::optional<Wish> command(char32_t letter, Moment now);
    std::optional<Wish> commandForJob(char32_t letter, Moment now);
    std::optional<Wish> open(Moment now);
    void turnTo(Name name) { name_ = name; }

    Spans titleBar(Size size) const;
    std::vector<Spans> footer(Size size, std::optional<std::size_t>& cursor) const;

    Jobs jobs_;
    std::vector<AppView> apps_;
    DeviceSeen device_;
    std::string away_; ///< why nothing is heard of the daemon; empty: it is there
    Name name_ = Name::Now;
    std::array<Place, 3> places_;
    std::array<std::string, 3> chosen_; ///< the ids of the chosen rows
    std::string filter_;
    bool types_ = false; ///< the filter
    std::optional<Detail> detail_;
    std::optional<Question> question_;
    Line said_;
    std::size_t height_ = 1; ///< of the list, as it was drawn last
};

} // namespace stint::cli::top
