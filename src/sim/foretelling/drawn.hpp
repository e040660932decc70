// A ground of lives that were played before: each device has one of them, with a clock of its own. The jobs start when
// the life's core would have let them, and are stopped when it would not any more; a run ends after the longest that a
// regular job may have. What the campaign itself uses of a quota is not counted.
#pragma once
#include "sim/foretelling/ground.hpp"

namespace stint::foretelling {

/// A device's days: a life, and how much later it has them.
struct Drawn {
    std::uint32_t life = 0;
    std::uint32_t shift = 0; ///< ms
};

class DrawnGround final : public Ground {
public:
    DrawnGround(Agenda& agenda, std::vector<Life> lives, const std::vector<Drawn>& devices);

    void rest(Nth device, const JobInfo& info, Lane lane) override;
    void over(Nth device) override;
    void wantNews(Nth device) override;
    void restart(Nth device) override;
    bool isOn(Nth device) const override;
    bool hasLine(Nth device) const override;
    std::uint32_t boot(Nth device) const override;
    Why why(Nth device, Lane lane) const override;
    void happen(const Agenda::Item& item, Hearer& hearer) override;

private:
    struct Own {
        Drawn drawn;
        std::uint32_t job = 0; ///< what was said of an earlier one comes to nothing
        std::uint16_t restarts = 0;
        Lane lane = Lane::Own;
        bool isDeadline = false; ///< it starts whatever the conditions are
        bool isRestarting = false;
        bool wantsNews = false;
    };

    const Life& lifeOf(Nth device) const { return lives_[devices_[device].drawn.life]; }
    /// The present, or a time to come, in its life's cycle.
    Duration moment(Nth device, Duration at) const;
    void begin(Nth device, Own& own, Hearer& hearer);

    Agenda& agenda_;
    std::vector<Life> lives_;
    std::vector<Own> devices_;
};

} // namespace stint::foretelling
