// The daemon's own calls and signals: calls to processes that host services (JobService1), and about alarms and
// messages to those that host receivers (Receiver1); TaskManager1's signals, App1's about the network,
// JobScheduler1's about what jobs wait for, and Push1's.
#pragma once
#include <functional>
#include <optional>

#include <sys/types.h>

#include "contract/model/effect.hpp"
#include "contract/model/event.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"
#include "link/wire/line.hpp"
#include "link/wire/message.hpp"
#include "link/wire/writer.hpp"

namespace stint {

/// A call of ours that was not answered yet.
struct Asked {
    enum class What { Start, Stop, Delivery } what = What::Start;
    RunId run;
    std::uint64_t delivery = 0; ///< the alarm or message to `app`, in place of a run
    AppId app;
};

struct Outgoing {
    wire::Message message; ///< none if it could not be made
    std::optional<Asked> asked;
};

/// Returns the message with the values that `write` adds to it; none if it could not be made.
wire::Message filled(Result<wire::Message> made, const std::function<void(wire::Writer&)>& write);

Outgoing startJob(sd_bus* bus, const CallStart& call);
Outgoing stopJob(sd_bus* bus, const CallStop& call);
Outgoing networkChanged(sd_bus* bus, const CallNetworkChanged& call);
Outgoing notificationAction(sd_bus* bus, const CallAction& call);
Outgoing serviceAction(sd_bus* bus, const CallServiceAction& call);
Outgoing unbindProcess(sd_bus* bus);
Outgoing appHasExited(sd_bus* bus, pid_t pid, int exitCode);
Outgoing jobChanged(sd_bus* bus, const JobView& view);
Outgoing listsChanged(sd_bus* bus, Topics topics);

/// Returns the event that an answer to such a call means; nullopt for an error, and for an answer that makes no sense.
std::optional<Event> eventOf(const Asked& asked, const wire::Message& answer);

/// Returns the last state of a job that no longer exists, because its app was uninstalled.
JobView vanished(const JobKey& job);

/// `call` must name its receiver.
Outgoing alarmCall(sd_bus* bus, const DeliverAlarm& call);
Outgoing messageCall(sd_bus* bus, const DeliverMessage& call);
Outgoing networkAccess(sd_bus* bus, const NetworkAccess& access);
/// Writes an array of their numbers.
void writeReasons(wire::Writer& writer, const std::vector<PendingReason>& reasons);
Outgoing reasonsChanged(sd_bus* bus, const JobKey& job, const std::vector<PendingReason>& reasons);

Outgoing lineChanged(sd_bus* bus, const wire::LineView& line);
Outgoing checkLine(sd_bus* bus);
Outgoing lineDelivery(sd_bus* bus, const DeliverMessage& message);

} // namespace stint
