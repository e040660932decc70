// stintd's calls and signals to a process that hosts services and receivers (dbus/org.stint.JobService1.xml,
// Receiver1, the signal of App1), read and checked: a callback works on these values alone, without the connection.
// The .cpp has the callbacks, too.
#pragma once
#include <cstdint>
#include <string>
#include <variant>

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

using ServiceCall = std::variant<StartCall, StopCall, NetworkCall, ActionCall, ServiceActionCall, UnbindCall, AlarmCall,
                                 MessageCall, NetworkNews>;

/// IllegalArgument for an unknown method and for arguments of wrong types.
Result<ServiceCall> readServiceCall(const wire::Message& message);
/// True for the signal from which a NetworkNews is read.
bool isNetworkNews(const wire::Message& message);

} // namespace stint::client
