// The service "Transfer" of org.stint.transfer: a job of it is one download. Translates between the job contract
// (jobs.md §4, §5.1, §12.7) and the engine, and decides nothing of either.
//
// Extras of a job: "url", "output" (absolute), "checksum" ("sha256:HEX"), "label" (for people), "force" (boolean).
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "stint/connection.hpp"
#include "stint/job_service.hpp"
#include "transfer/engine.hpp"

namespace stint::transfer {

class TransferService final : public JobService {
public:
    bool onStartJob(JobParameters params) override;
    bool onStopJob(JobParameters params) override;
    void onNetworkChanged(JobParameters params) override;
    void notificationAction(JobParameters params, std::string_view key) override;

    /// The loop of this process: what libstint has to say and what the engine has to do. The exit code for main.
    int serve(Connection& connection);

private:
    struct Run {
        JobParameters params;
        std::string label;
        Engine::Ticket ticket = 0;
        Progress progress;
    };
    /// A file that is in place, of a job that the daemon may not yet know to be over.
    struct Saved {
        JobParameters params;
        std::filesystem::path output;
    };

    void progressed(std::uint64_t number, const Progress& progress);
    void ended(std::uint64_t number, const Ending& ending);
    void finish(std::uint64_t number, bool wantsReschedule, Outcome outcome);
    void show(const Run& run, const std::string& text);
    void confirm(Connection& connection);

    Engine engine_;
    std::map<std::uint64_t, Run> runs_; ///< by JobParameters::getRun()
    std::vector<Saved> saved_;
};

} // namespace stint::transfer
