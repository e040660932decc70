// An app that follows the documentation of user-initiated data transfers step by step, in its names; each step stands
// in the code as "Step N", with the documentation's words, and why where it cannot stand as Android prints it.
//
//   stint start com.example.customtransfer URL FILE [ID]   a person schedules a download
//   custom-transfer --host                                 stintd has jobs run, as the manifest says
#include <charconv>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <vector>

#include <stint/job_scheduler.hpp>

#include "custom_transfer_service.hpp"

namespace {

constexpr int usageError = 64;
constexpr int unavailable = 69;
constexpr int refused = 77;

int complain(const stint::Error& error) {
    std::cerr << "custom-transfer: " << error.message << "\n";
    return unavailable;
}

// code: step3
stint::Result<stint::JobInfo> jobFor(std::int32_t jobId, const std::string& url, const std::string& file) {
    stint::NetworkRequest networkRequest = stint::NetworkRequest::Builder()
                                               // "the job won't run unless there's a connection to the internet …, and
                                               // the connection doesn't charge per-byte."
                                               .addCapability(stint::NET_CAPABILITY_INTERNET)
                                               .addCapability(stint::NET_CAPABILITY_NOT_METERED)
                                               .build();
    // A ComponentName needs no Context: the package is this process's own, known by the kernel's word. Extras are
    // Android's too: how the service learns what to move.
    stint::PersistableBundle extras;
    extras.putString(CustomTransferService::urlKey, url).putString(CustomTransferService::fileKey, file);
    // Step 3: "Call the setUserInitiated() method when building a JobInfo object. … It's also recommended that you
    // offer a payload size estimate". The documentation's 1 GiB both ways would be a guess: what is to come only the
    // server knows, so step 6 tells it. Nothing is uploaded.
    return stint::JobInfo::Builder(jobId, stint::ComponentName(CustomTransferService::name))
        .setUserInitiated(true)
        .setRequiredNetwork(networkRequest)
        .setEstimatedNetworkBytes(stint::JobInfo::NETWORK_BYTES_UNKNOWN, 0)
        .setExtras(extras)
        .build();
}
// code: end

// code: step4
int schedule(std::int32_t jobId, const std::string& url, const std::string& file) {
    // Where Android throws, an Error is answered: of the builder, of the connection, of the scheduler.
    auto jobInfo = jobFor(jobId, url, file);
    if (!jobInfo) return complain(jobInfo.error());
    // getSystemService(JOB_SCHEDULER_SERVICE) is a connection to stintd here.
    auto connection = stint::Connection::open();
    if (!connection) return complain(connection.error());
    stint::JobScheduler jobScheduler(*connection);
    // Step 4: "schedule the job", while the user sees this app: `stint start` from a terminal is such a moment.
    auto result = jobScheduler.schedule(*jobInfo);
    if (!result) return complain(result.error());
    if (*result == stint::JobScheduler::RESULT_SUCCESS) return 0;
    std::cerr << "custom-transfer: refused: " << result->getReason() << "; `stint start` it in a terminal\n";
    return refused;
}
// code: end

// On Android the system makes the service's object; here the app's program does, and offers it to stintd.
int host() {
    CustomTransferService service;
    auto connection = stint::Connection::open();
    if (!connection) return complain(connection.error());
    if (auto hosted = connection->host(CustomTransferService::name, service); !hosted) return complain(hosted.error());
    return stint::JobService::run(*connection);
}

} // namespace

int main(int count, char** words) {
    const std::vector<std::string_view> given(words + 1, words + count);
    if (given.size() == 1 && given[0] == "--host") return host();
    std::int32_t jobId = 1; // a transfer of the same id replaces the one before it
    if (given.size() == 3) std::from_chars(given[2].data(), given[2].data() + given[2].size(), jobId);
    if (given.size() < 2 || given.size() > 3) {
        std::cerr << "stint start com.example.customtransfer URL FILE [ID]\n";
        return usageError;
    }
    return schedule(jobId, std::string(given[0]), std::filesystem::absolute(given[1]).string());
}
