// A ground on which each device has a core of its own, which lives its days and has the campaign's very jobs.
#pragma once
#include <memory>

#include "sim/foretelling/ground.hpp"

namespace stint::foretelling {

class OwnCores final : public Ground {
public:
    OwnCores(Agenda& agenda, const Mission& mission);
    /// The next device; its days come later by `shift`.
    Result<void> add(Days days, Duration shift);

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
    class Own final : public sim::JobHost {
    public:
        Own(Agenda& agenda, Nth device, JobKey errand, std::unique_ptr<Lived> lived, Duration zero);
        bool started(const JobKey& job) override;
        bool stopped(const JobKey& job, StopReason reason) override;

        Agenda& agenda;
        Nth device;
        JobKey errand;
        std::unique_ptr<Lived> lived;
        Duration zero; ///< of the fleet, in its own time
        Duration planned = Duration::max();
        std::optional<Duration> deadline; ///< of the job that waits
        std::uint32_t run = 0;            ///< counts them
        std::uint32_t reboots = 0;
        bool isRunning = false;
        bool wasOn = true;
        bool wantsNews = false;
        bool hasNewsJob = false;
    };

    void catchUp(Own& own);
    void plan(Own& own);
    void askForNews(Own& own);
    void look(Own& own, Hearer& hearer);

    Agenda& agenda_;
    JobKey errand_;
    JobInfo news_;
    std::vector<std::unique_ptr<Own>> devices_;
};

} // namespace stint::foretelling
