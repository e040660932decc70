#include "sim/judge/recorded_jobs.hpp"

#include "base/result/overloaded.hpp"

namespace stint::sim {

void RecordedJobs::see(const Event& event, Now now) {
    const auto of = [&](RunId id, auto act) {
        if (const auto run = runs_.find(id); run != runs_.end()) act(run);
    };
    std::visit(Overloaded{[&](const JobFinished& e) { of(e.run, [&](auto run) { over(run, now, e.reschedule); }); },
                          [&](const BytesUpdated& e) {
                              if (e.estimate || e.item) return;
                              of(e.run, [&](auto run) {
                                  run->second.moved = std::max<Bytes>(e.down, 0) + std::max<Bytes>(e.up, 0);
                              });
                          },
                          [&](const RunLost& e) { of(e.run, [&](auto run) { over(run, now, std::nullopt); }); },
                          [](const auto&) {}},
               event);
}

void RecordedJobs::see(const Effect& effect, Now now) {
    if (const auto* bind = std::get_if<Bind>(&effect)) runs_[bind->run] = {.key = bind->key, .bound = now.elapsed};
    if (const auto* start = std::get_if<CallStart>(&effect)) {
        Run& run = runs_[start->run];
        run.began = now.elapsed;
        open_[run.key].connects = now.elapsed - run.bound;
    }
    const auto* end = std::get_if<EndRun>(&effect);
    if (const auto run = end ? runs_.find(end->run) : runs_.end(); run != runs_.end()) over(run, now, std::nullopt);
}

void RecordedJobs::seenAll(Now now) {
    while (!runs_.empty())
        over(runs_.begin(), now, std::nullopt);
    for (auto& [job, work] : open_)
        works_[job].push_back(work);
    open_.clear();
}

// An app reports the bytes of all runs since its last report, or of this one alone; the larger amount is right.
void RecordedJobs::over(std::map<RunId, Run>::iterator found, Now now, std::optional<bool> again) {
    const Run run = found->second;
    runs_.erase(found);
    SeenWork& work = open_[run.key];
    if (run.began) work.took += now.elapsed - *run.began;
    work.moved = std::max(work.moved, run.moved);
    if (!again) return;
    work.reported = true;
    work.again = *again;
    works_[run.key].push_back(work);
    open_.erase(run.key);
}

SeenWork RecordedJobs::next(const JobKey& job) {
    const auto found = works_.find(job);
    if (found == works_.end() || found->second.empty()) return {.reported = true};
    const SeenWork work = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    return work;
}

} // namespace stint::sim
