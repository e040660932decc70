#include "sim/foretelling/life.hpp"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "fleet/document/document.hpp"

namespace stint::foretelling {
namespace {

constexpr std::string_view nobodysFleet = "the fleet";

/// The core asks nothing of a job that waits for its latency alone.
class Waiting final : public sim::JobHost {
public:
    bool started(const JobKey&) override { return false; }
    bool stopped(const JobKey&, StopReason) override { return false; }
};

/// The moments at which a core may have another answer without a word of anybody: its own clocks, of Doze above all,
/// are asked, too.
constexpr Duration askedEach = std::chrono::minutes(15);

struct Question {
    JobKey key;
    JobInfo info;
    Lane lane;
};

Result<std::vector<Question>> questionsOf(const Mission& mission, Duration beyond) {
    std::vector<Question> all;
    for (const Lane lane : mission.lanes) {
        if (lane == Lane::News) {
            const auto news = STINT_TRY(newsJob());
            const auto info = STINT_TRY(JobInfo::Builder(news).setMinimumLatency(beyond).build());
            all.push_back({newsKey(), info, lane});
            continue;
        }
        JobKey key = mission.errandKey();
        if (lane != Lane::Own) key.space = SharedText(fmt::format("{}-{}", mission.id, static_cast<int>(lane)));
        const auto info = STINT_TRY(
            mission.errand({}, {.after = beyond, .isFree = lane == Lane::Free, .isLate = lane == Lane::Late}));
        all.push_back({std::move(key), info, lane});
    }
    return all;
}

} // namespace

Result<Mission> Mission::of(const fleet::Campaign& campaign) {
    Mission mission{.campaign = campaign, .id = fleet::idOf(campaign), .lanes = {Lane::Own, Lane::News}};
    if (campaign.waitMax > Duration(0) && !campaign.late.empty()) mission.lanes.push_back(Lane::Late);
    if (std::ranges::any_of(campaign.steps, &fleet::Step::commit)) mission.lanes.push_back(Lane::Free);
    STINT_TRY(mission.errand({}, {}));
    return mission;
}

JobKey Mission::errandKey() const {
    const fleet::JobName name = fleet::nameOf({fleet::AgentJob::Kind::Errand, id});
    return {agentApp(), SharedText(name.space), name.id};
}

Result<JobInfo> Mission::errand(const fleet::Kept& kept, const fleet::Resting& resting) const {
    return fleet::errandJob(campaign, nobodysFleet, kept, resting);
}

JobKey newsKey() { return {agentApp(), {}, fleet::nameOf({fleet::AgentJob::Kind::Work, {}}).id}; }
Result<JobInfo> newsJob() { return fleet::workJob(nobodysFleet); }

Why askedOf(const sim::World& world, const JobKey& job) {
    if (!world.isOn()) return deviceIsOff;
    Why why = 0;
    for (const Blocker& blocker : world.core().explain(job, world.now()))
        if (blocker.reason != PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY) why |= whyOf(blocker.reason);
    return why;
}

// ---- Courses ----

void Course::add(Duration from, Why why) {
    if (!stretches_.empty() && stretches_.back().why == why) return;
    const auto moment = static_cast<std::uint32_t>(from.count());
    if (!stretches_.empty() && stretches_.back().from == moment)
        stretches_.back().why = why;
    else
        stretches_.push_back({moment, why});
}

std::size_t Course::find(Duration moment) const {
    const auto at = static_cast<std::uint32_t>(moment.count());
    const auto next = std::ranges::upper_bound(stretches_, at, {}, &Stretch::from);
    return next == stretches_.begin() ? stretches_.size() - 1 : static_cast<std::size_t>(next - stretches_.begin()) - 1;
}

Why Course::at(Duration moment) const { return stretches_.empty() ? 0 : stretches_[find(moment)].why; }

Why Course::longest(Duration cycle) const {
    std::map<Why, Duration> times;
    for (std::size_t nth = 0; nth < stretches_.size(); ++nth) {
        const Duration from{stretches_[nth].from};
        const Duration to = nth + 1 < stretches_.size() ? Duration(stretches_[nth + 1].from) : cycle;
        if (stretches_[nth].why != 0) times[stretches_[nth].why] += to - from;
    }
    const auto most = std::ranges::max_element(times, {}, [](const auto& each) { return each.second; });
    return most == times.end() ? 0 : most->first;
}

// ---- A life ----

Result<Life> live(Days days, const Mission& mission) {
    Life life{.cycle = days.cycle, .offset = days.offset, .courses = {}, .line = {}, .offs = {}};
    const auto questions = STINT_TRY(questionsOf(mission, 3 * days.cycle));
    const auto lived = STINT_TRY(Lived::begin(std::move(days)));
    sim::World& world = lived->world();
    lived->advance(life.cycle - Duration(1));
    Waiting waiting;
    std::vector<bool> asked(questions.size(), false);
    std::uint32_t reboots = lived->reboots();
    for (Duration now = life.cycle; now < 2 * life.cycle;) {
        lived->advance(now);
        const Duration moment = now - life.cycle;
        if (std::exchange(reboots, lived->reboots()) != lived->reboots())
            life.offs.push_back(static_cast<std::uint32_t>(moment.count()));
        for (std::size_t nth = 0; nth < questions.size(); ++nth) {
            const Question& question = questions[nth];
            if (!asked[nth] && world.isOn())
                asked[nth] = world.runs().schedule(question.key, question.info, waiting) == "success";
            life.courses.at(static_cast<std::size_t>(question.lane))
                .add(moment, asked[nth] ? askedOf(world, question.key) : deviceIsOff);
        }
        const bool hasLine = world.isOn() && world.core().device().network;
        life.line.add(moment, hasLine        ? 0
                              : world.isOn() ? whyOf(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY)
                                             : deviceIsOff);
        now = std::min(std::max(lived->next(), now + Duration(1)), now + askedEach);
    }
    const auto isLet = [](Why why) { return why == 0; };
    life.lets = life.of(Lane::Own).until(Duration(0), life.cycle, isLet) ||
                life.of(Lane::Late).until(Duration(0), life.cycle, isLet);
    return life;
}

} // namespace stint::foretelling
