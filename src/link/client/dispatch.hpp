// stintd's calls and signals to a process that hosts services and receivers (dbus/org.stint.JobService1.xml,
// Receiver1, the signals of App1 and JobScheduler1), read and checked: a callback works on these values alone, without
// the connection. The .cpp has the callbacks, too.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "link/wire/codec.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/message.hpp"
#include "stint/network.hpp"
#include "stint/reasons.hpp"
#include "stint/result.hpp"

namespace stint::client {

struct StartCall {
    std::uint64_t run = 0;
    std::string service;
    wire::RunParameters params;
};
struct StopCall {
    std::uint64_t run = 0;
    StopReason reason = STOP_REASON_UNDEFINED;
};
struct NetworkCall {
    std::uint64_t run = 0;
    wire::NetworkChange change;
};
struct ActionCall {
    std::uint64_t run = 0;
    std::string key;
};
struct ServiceActionCall {
    std::string service;
    std::int32_t notification = 0;
    std::string key;
};
struct UnbindCall {};
struct AlarmCall {
    std::uint64_t delivery = 0;
    wire::AlarmCall alarm;
};
struct MessageCall {
    std::uint64_t delivery = 0;
    wire::MessageCall message;
};
/// A signal: it gets no answer.
struct NetworkNews {
    bool allowed = true;
    std::string because;
};

/// A job of this app's: its namespace, and its number there.
using JobName = std::pair<std::string, std::int32_t>;
/// A signal, likewise.
struct ReasonsNews {
    JobName job;
    std::vector<PendingReason> reasons;
};

using ServiceCall = std::variant<StartCall, StopCall, NetworkCall, ActionCall, ServiceActionCall, UnbindCall, AlarmCall,
                                 MessageCall, NetworkNews, ReasonsNews>;

/// IllegalArgument for an unknown method and for arguments of wrong types.
Result<ServiceCall> readServiceCall(const wire::Message& message);
/// True for the signals from which NetworkNews and ReasonsNews are read.
bool isNews(const wire::Message& message);
/// Never empty (jobs.md §9.1).
Result<std::vector<PendingReason>> readReasons(wire::Reader& reader);

} // namespace stint::client
