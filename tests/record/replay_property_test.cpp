// A recording says all that the core was told (scenario.md, Recordings): what is read of it makes another core do the
// same, whatever happens.
#include "contract/record/event_json.hpp"
#include "contract/record/happening.hpp"
#include "core/timeline.hpp"

namespace stint {
namespace {

std::vector<std::string> linesOf(const Step& step, Now now) {
    std::vector<std::string> lines;
    for (const Effect& effect : step.effects)
        if (const auto* trace = std::get_if<Trace>(&effect))
            lines.push_back(record::traceJson(record::happeningOf(*trace, now, Instant{})));
    return lines;
}

/// Another core, which knows of a stage's what is written of it alone, and what both began with.
class Mirror final : public Follower {
public:
    void began(const Snapshot& snapshot, const BootId& boot, const Device& device, Now now) override {
        core_ = std::make_unique<Scheduler>(Constants{});
        core_->restore(snapshot, boot, device, now);
    }
    void handled(const Event& event, Now now, const Step& step) override {
        const std::string text = record::textOf(event);
        const auto input = record::inputFrom(text);
        RC_ASSERT(input.ok());
        const Event& read = std::get<Event>(*input);
        RC_ASSERT(record::textOf(read) == text);
        const Step same = core_->handle(read, now);
        RC_ASSERT(linesOf(same, now) == linesOf(step, now));
        RC_ASSERT(same.records.size() == step.records.size());
        ++events;
    }

    int events = 0;

private:
    std::unique_ptr<Scheduler> core_;
};

} // namespace

TEST_CASE("a core that is told what a recording says does the same to the byte") { // scenario.md, Recordings
    holds("recording", 100, [] {
        const auto timeline = *timelines(allKinds);
        Mirror mirror;
        Stage stage({}, &mirror);
        for (const Happening& h : timeline)
            happen(stage, h);
        RC_ASSERT(mirror.events > 100);
    });
}

} // namespace stint
