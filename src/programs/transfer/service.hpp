// The service "Transfer" of org.stint.transfer: a job of it is one download or one upload. It translates between the
// job contract (jobs.md §4, §5.1, §12.7) and the engine, and decides nothing itself. spec.hpp reads a job's extras.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "programs/transfer/engine.hpp"
#include "programs/transfer/spec.hpp"
#include "stint/connection.hpp"
#include "stint/job_service.hpp"

namespace stint::transfer {

class TransferService final : public JobService {
public:
    /// `ledger`: the place where transfers' leftovers are noted.
    explicit TransferService(std::filesystem::path ledger = Ledger::root()) : ledger_(std::move(ledger)) {}

    bool onStartJob(JobParameters params) override;
    bool onStopJob(JobParameters params) override;
    void onNetworkChanged(JobParameters params) override;
    void notificationAction(JobParameters params, std::string_view key) override;

    /// The loop of this process, for libstint and the engine. Returns main's exit code.
    int serve(Connection& connection);

private:
    struct Run {
        JobParameters params;
        TransferSpec spec;
        Engine::Ticket ticket = 0;
        std::optional<Progress> progress = {}; ///< none before it has reported the bytes in place
        std::optional<Ending> ending = {};     ///< has still to be told
        bool hasNews = false;                  ///< the notification has still to show that progress, or that end
    };
    /// An ended transfer whose job the daemon may not yet know to be over.
    struct Ended {
        JobParameters params;
        TransferSpec spec;
    };

    void beginStarting();
    void progressed(std::uint64_t number, const Progress& progress);
    void tellNews();
    void ended(std::uint64_t number, const Ending& ending);
    void finish(std::uint64_t number, bool wantsReschedule, Outcome outcome);
    Ending counted(const Run& run, Ending ending) const;
    void tellBytes(const Run& run);
    void show(const Run& run, const std::string& text);
    void settleFinished(Connection& connection) const;
    void forgetDone();
    void confirm(Connection& connection);
    void settleCancelled(Connection& connection);
    void takeBack();

    std::filesystem::path ledger_;
    Engine engine_;
    std::map<std::uint64_t, Run> runs_;   ///< by JobParameters::getRun()
    std::vector<std::uint64_t> starting_; ///< runs that the engine has still to be given
    std::vector<Ended> ended_;
    std::vector<std::string> done_; ///< targets whose entries in the ledger are of no use any more
    std::vector<std::pair<Engine::Ticket, Ended>>
        cancelled_;                ///< stopped for good, unless the daemon says that the job waits
    std::vector<Ended> takenBack_; ///< of these, those that were cancelled: at the end nothing of them is left
};

} // namespace stint::transfer
