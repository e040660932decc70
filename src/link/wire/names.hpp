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
inline constexpr const char* pushInterface = "org.stint.Push1";
inline constexpr const char* receiverInterface = "org.stint.Receiver1";
/// The interface, and the daemon's name, on the session bus alone.
inline constexpr const char* sessionInterface = "org.stint.Stint1";
/// The interface, and the name, of stint-netguard on the system bus.
inline constexpr const char* netguardInterface = "org.stint.NetGuard1";
inline constexpr const char* netguardName = netguardInterface;
/// The most entries of a list in a call to it.
inline constexpr std::size_t mostGuarded = 64;

/// The most often that a question is asked again when its answer was lost with the connection (linux.md §A.10).
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
/// The most entries of an answer that is a list, and the bytes after which no further entry follows; `more` says that
/// there are others.
inline constexpr std::size_t mostListed = 100;
inline constexpr std::size_t mostListedBytes = 256 * 1024;
/// The characters of an alarm's tag.
inline constexpr std::size_t longestTag = 1000;
/// The bytes of a pushed message.
inline constexpr std::size_t mostMessageData = 64 * 1024;

} // namespace stint::wire
