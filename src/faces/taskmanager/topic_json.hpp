// The data of each topic (linux.md §A.11): the rows that `stint … --json` prints, as one JSON text.
#pragma once
#include <string>
#include <vector>

#include "contract/model/view.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/views.hpp"

namespace stint::taskmanager {

/// The line of `stint jobs --json`, the job's whole name as "key", and its place among those that wait as it does
/// (jobs.md §14.6).
std::string jobJson(const JobView& job);
/// {"all":…,"jobs":[…],"gone":[…]}
std::string jobsJson(bool all, const std::vector<std::string>& jobs, const std::vector<std::string>& gone);
std::string finishedJson(const std::vector<JobView>& jobs);
std::string tasksJson(const std::vector<TaskRow>& rows);
std::string appsJson(const std::vector<AppView>& apps);
std::string alarmsJson(const std::vector<AlarmView>& alarms);

struct DeviceSeen {
    std::vector<wire::DeviceRow> values;
    wire::DozeView doze;
    std::vector<DeviceLimitView> limits;
    std::vector<wire::NetworkRow> networks;
};
std::string deviceJson(const DeviceSeen& seen);

struct MessagesSeen {
    std::vector<MessageView> messages;
    std::vector<RegistrationView> registrations;
    std::vector<LineStatus> line; ///< one
};
/// The rows of `stint push messages`, `apps` and `status`; with the sentences of the last, and where a registration is
/// posted to in words.
std::string messagesJson(const MessagesSeen& seen);

/// {"now":…}: the page does not trust its own clock.
std::string clockJson();
std::string helloJson(bool daemonIsUp);
std::string daemonJson(bool isUp, const std::string& says);

/// "[a,b]" of texts that are JSON.
std::string arrayOf(const std::vector<std::string>& texts);

} // namespace stint::taskmanager
