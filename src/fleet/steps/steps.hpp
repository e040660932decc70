// A campaign's steps, done on this device (fleet.md §4.4): in a loop that goes on meanwhile, one at a time of each
// campaign. A step ends as its Errand wants to hear it; one that is stopped is over when stop() returns, with all
// that it has started. Whether it may be done was judged before (fleet/trust); of an app's manifest, whose programs
// nobody has read until then, it is judged here (§6.4).
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "fleet/errand/errand.hpp"
#include "fleet/steps/command.hpp"
#include "fleet/steps/doing.hpp"
#include "fleet/steps/downloads.hpp"
#include "fleet/trust/trust.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// The places of steps.
struct Ground {
    std::filesystem::path work;   ///< each campaign has a folder in it
    std::filesystem::path config; ///< stint's in XDG_CONFIG_HOME: policy.d is in it
    std::filesystem::path apps;   ///< the owner's own manifests
    std::filesystem::path helper; ///< stint-exec
    Duration grace = commandGrace;
    std::function<Result<wire::Bus>()> daemon; ///< connects to stintd, as one who may change settings
    /// So many bytes of a campaign's files are here; told before the first of a file comes, too.
    std::function<void(const std::string& campaign, Bytes inPlace)> arrived;

    /// Reads settings of apps, and has stintd set them, or none of them. Blocks until it has answered.
    Errand::StepEnded set(std::string_view settings) const;

    /// This user's; `helper` is beside this program.
    static Ground usual();
};

struct Task {
    std::string campaign;
    std::uint32_t number = 1; ///< the step's, from 1 on
    Step step;
    Duration mostTime{0}; ///< a command is asked to end after that; 0: never
    Bytes before = 0;     ///< of the files of the steps before it
};

class Steps {
public:
    Steps(sd_event* loop, Ground ground);
    const Ground& ground() const { return ground_; }

    /// `ended` is called from the loop, once, unless stop() comes before.
    void begin(Task task, const Owner& owner, Ended ended);
    /// Nothing of it is at work any more, and what was received is kept.
    void stop(const std::string& campaign);
    bool isBusy(const std::string& campaign) const { return atWork_.contains(campaign); }
    /// Its folder goes; a step that is at work is stopped.
    Result<void> clear(const std::string& campaign);

private:
    struct AtWork {
        std::unique_ptr<Doing> doing;
        Ended ended;
    };
    Result<std::unique_ptr<Doing>> make(Task task, const Owner& owner, Ended end);
    void over(const std::string& campaign, Errand::StepEnded how);
    static int tell(sd_event_source*, void* self);

    sd_event* loop_;
    Ground ground_;
    Downloads downloads_;
    std::map<std::string, AtWork> atWork_;
    std::map<std::string, Errand::StepEnded> over_; ///< to be told
    EventSource telling_;
};

} // namespace stint::fleet
