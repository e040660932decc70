// Where this app's user-initiated transfers run: steps 1, 5, 6 and 7 of the documentation.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include <stint/job_service.hpp>

#include "transfer.hpp"

// code: step1
// Step 1: "define a concrete subclass of JobService for your data transfer".
class CustomTransferService : public stint::JobService {
public:
    static constexpr const char* name = "CustomTransferService"; ///< as the manifest has it
    static constexpr const char* urlKey = "url";                 ///< of the job's extras
    static constexpr const char* fileKey = "file";

    bool onStartJob(stint::JobParameters params) override;
    bool onStopJob(stint::JobParameters params) override;
    void notificationAction(stint::JobParameters params, std::string_view key) override;
    // code: end

private:
    void work(const std::stop_token& stopped, const stint::JobParameters& params);
    void show(const stint::JobParameters& params, const std::string& text, std::optional<Progress> progress);

    std::map<std::uint64_t, std::jthread> workers_; ///< by run; only callbacks touch it
};
