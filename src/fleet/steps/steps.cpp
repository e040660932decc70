#include "fleet/steps/steps.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/folder.hpp"
#include "base/unix/paths.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/document.hpp"
#include "fleet/steps/owned_files.hpp"
#include "fleet/steps/settings.hpp"
#include "link/wire/connect.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {

namespace fs = std::filesystem;

namespace {

bool isCommand(StepKind kind) { return std::ranges::find(stepKinds, kind, &StepRow::kind)->isCommand; }

/// A step whose content is put somewhere: at once, or once it has come.
class Putting final : public Doing {
public:
    using Put = std::function<Errand::StepEnded(const std::string& text)>;

    Putting(fs::path folder, std::string name, Put put, Ended end)
        : folder_(std::move(folder)), name_(std::move(name)), put_(std::move(put)), end_(std::move(end)) {}

    Result<void> begin(Downloads& downloads, const Source& source, Downloads::Arrived arrived) {
        if (!source.text.empty()) {
            end_(put_(source.text));
            return {};
        }
        if (source.size > largestContent) {
            end_(forGood(ends::badData, fmt::format("it has {} bytes; {} are the most", source.size, largestContent)));
            return {};
        }
        download_ = STINT_TRY(
            downloads.begin(folder_, name_, source, std::move(arrived),
                            [this](const Errand::StepEnded& ended) { end_(ended.code == 0 ? putFile() : ended); }));
        return {};
    }

private:
    Errand::StepEnded putFile() const {
        const auto folder = Folder::open(folder_);
        const auto text = folder.ok() ? folder->read(name_, largestContent) : folder.error();
        if (!text.ok() || !*text) return notNow(ends::inputOutput, fmt::format("{} cannot be read any more", name_));
        auto ended = put_(**text);
        if (ended.code == 0) (void)folder->remove(name_);
        return ended;
    }

    fs::path folder_;
    std::string name_;
    Put put_;
    Ended end_;
    std::unique_ptr<Doing> download_;
};

} // namespace

Ground Ground::usual() {
    return {.work = stateDirectory() / "fleet" / "work",
            .config = baseDirectory("XDG_CONFIG_HOME", ".config") / "stint",
            .apps = baseDirectory("XDG_DATA_HOME", ".local/share") / "stint" / "apps",
            .helper = ownDirectory() / "stint-exec",
            .daemon = []() -> Result<wire::Bus> {
                const auto place = STINT_TRY(wire::daemonSocket(false));
                auto socket = STINT_TRY(wire::connectSocket(place));
                return wire::clientOver(std::move(socket));
            },
            .arrived = {}};
}

Errand::StepEnded Ground::set(std::string_view text) const {
    const auto settings = settingsIn(text, "settings");
    if (!settings.ok()) return forGood(ends::configuration, settings.error().message);
    const auto bus = daemon ? daemon() : fail(Errc::UNAVAILABLE, "no stintd is known");
    if (!bus.ok()) return notNow(ends::unavailable, bus.error().message);
    return applySettings(bus->get(), *settings);
}

Steps::Steps(sd_event* loop, Ground ground) : loop_(loop), ground_(std::move(ground)), downloads_(loop) {
    sd_event_source* made = nullptr;
    STINT_CHECK(sd_event_add_defer(loop_, &made, tell, this) >= 0);
    telling_.reset(made);
    sd_event_source_set_enabled(made, SD_EVENT_OFF);
}

void Steps::begin(Task task, const Owner& owner, Ended ended) {
    const std::string campaign = task.campaign;
    STINT_CHECK(!isBusy(campaign));
    AtWork& made = atWork_[campaign];
    made.ended = std::move(ended);
    auto doing =
        make(std::move(task), owner, [this, campaign](Errand::StepEnded how) { over(campaign, std::move(how)); });
    if (doing.ok())
        made.doing = std::move(*doing);
    else
        over(campaign, notNow(ends::system, doing.error().message));
}

Result<std::unique_ptr<Doing>> Steps::make(Task task, const Owner& owner, Ended end) {
    const Step& step = task.step;
    if (!isCampaignId(task.campaign)) return fail(Errc::ILLEGAL_ARGUMENT, "this is no campaign's id");
    const fs::path folder = ground_.work / task.campaign;
    STINT_TRY(push::makePrivateDirectory(folder));
    if (isCommand(step.kind))
        return CommandDoing::begin(loop_, orderOf(step.command, folder, task.campaign, task.number), task.mostTime,
                                   ground_.helper, ground_.grace, std::move(end));
    auto arrived = [this, campaign = task.campaign, before = task.before](Bytes inPlace) {
        if (ground_.arrived) ground_.arrived(campaign, before + inPlace);
    };
    if (step.kind == StepKind::Get) {
        if (!fileNameRule(step.source.to).empty()) return fail(Errc::ILLEGAL_ARGUMENT, "this is no file's name");
        return downloads_.begin(folder, step.source.to, step.source, std::move(arrived), std::move(end));
    }
    const std::string file = fmt::format(".step-{}", task.number); // no name that a document may have
    Putting::Put put = [this, owner, task](const std::string& text) -> Errand::StepEnded {
        if (task.step.kind == StepKind::Policy)
            return putPolicy(ground_.config, policyName(task.campaign, task.number), text);
        if (task.step.kind == StepKind::App) return putApp(ground_.apps, text, owner);
        return ground_.set(text);
    };
    auto made = std::make_unique<Putting>(folder, file, std::move(put), std::move(end));
    STINT_TRY(made->begin(downloads_, step.source, std::move(arrived)));
    return Result<std::unique_ptr<Doing>>(std::move(made));
}

/// Told from the loop: whoever hears of it may begin the next step, or stop this one.
void Steps::over(const std::string& campaign, Errand::StepEnded how) {
    over_.insert_or_assign(campaign, std::move(how));
    sd_event_source_set_enabled(telling_.get(), SD_EVENT_ONESHOT);
}

int Steps::tell(sd_event_source*, void* it) {
    Steps& self = *static_cast<Steps*>(it);
    while (!self.over_.empty()) { // whoever is told may add to them, or stop one
        auto over = self.over_.extract(self.over_.begin());
        auto ended = self.atWork_.extract(over.key());
        ended.mapped().doing.reset();
        ended.mapped().ended(std::move(over.mapped()));
    }
    return 0;
}

void Steps::stop(const std::string& campaign) {
    over_.erase(campaign);
    atWork_.erase(campaign);
}

Result<void> Steps::clear(const std::string& campaign) {
    if (!isCampaignId(campaign)) return fail(Errc::ILLEGAL_ARGUMENT, "this is no campaign's id");
    stop(campaign);
    std::error_code wrong;
    fs::remove_all(ground_.work / campaign, wrong); // links are removed, and not followed
    if (wrong) return fail(Errc::SYSTEM, "cannot remove {}: {}", (ground_.work / campaign).string(), wrong.message());
    return {};
}

} // namespace stint::fleet
