// The names and limits both ends of the wire share (architecture.md, wire). The interfaces themselves are dbus/*.xml.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stint::wire {

inline constexpr const char* objectPath = "/org/stint";
inline constexpr const char* jobSchedulerInterface = "org.stint.JobScheduler1";
inline constexpr const char* taskManagerInterface = "org.stint.TaskManager1";
inline constexpr const char* deviceInterface = "org.stint.Device1";
inline constexpr const char* jobServiceInterface = "org.stint.JobService1";
inline constexpr const char* alarmManagerInterface = "org.stint.AlarmManager1";
inline constexpr const char* appInterface = "org.stint.App1";
inline constexpr const char* limitsInterface = "org.stint.Limits1";
inline constexpr const char* receiverInterface = "org.stint.Receiver1";
/// On the session bus alone, where it is the daemon's name, too.
inline constexpr const char* sessionInterface = "org.stint.Stint1";
/// On the system bus, of stint-netguard alone; it is its name there, too.
inline constexpr const char* netguardInterface = "org.stint.NetGuard1";
inline constexpr const char* netguardName = netguardInterface;

/// A question whose answer is lost with the connection is asked again so often at most (linux.md §A.10).
inline constexpr int mostAgain = 3;

/// The daemon's socket within the runtime directory.
inline constexpr const char* socketName = "bus";
/// Names the descriptor of the socketpair a process was started with.
inline constexpr const char* socketDescriptorVariable = "STINT_SOCKET_FD";

/// A connection that announces a larger message is closed.
inline constexpr std::size_t mostMessageBytes = 1024 * 1024;
/// Calls of one connection that wait for an answer; one more is answered Busy.
inline constexpr std::size_t mostCallsInFlight = 64;
/// Jobs of one list that are scheduled together (jobs.md §2.7).
inline constexpr std::size_t mostScheduledTogether = 150;
/// Entries of one answer that lists something, and the bytes after which it has no further one; `more` tells that there
/// are some.
inline constexpr std::size_t mostListed = 100;
inline constexpr std::size_t mostListedBytes = 256 * 1024;
/// Characters of an alarm's tag.
inline constexpr std::size_t longestTag = 1000;
/// Of a pushed message.
inline constexpr std::size_t mostMessageData = 64 * 1024;

} // namespace stint::wire
