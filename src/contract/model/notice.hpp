// Stint's own notifications on the desktop, and its actions on those of jobs (jobs.md §5.6). Keys that begin with
// "stint:" are ours alone.
#pragma once
#include <string_view>

namespace stint {

/// The owner of Stint's own notifications: no app can have this name.
inline constexpr std::string_view noticeOwner = "stint:notices";
/// The Task Manager's desktop entry, by which desktops know them.
inline constexpr std::string_view taskManagerEntry = "org.stint.TaskManager";

namespace press {
inline constexpr std::string_view ours = "stint:";
inline constexpr std::string_view later = "stint:later";   ///< holds the job until Resume
inline constexpr std::string_view resume = "stint:resume"; ///< lets the job go on
inline constexpr std::string_view runAnyway = "stint:run"; ///< starts the job, whatever it waits for
inline constexpr std::string_view cancel = "stint:cancel"; ///< cancels the job for good
inline constexpr std::string_view why = "stint:why";       ///< opens the Task Manager, at that job
inline constexpr std::string_view open = "stint:open";     ///< opens the Task Manager
inline constexpr std::string_view whole = "default"; ///< the notification is pressed; an app may have the key, too
} // namespace press

} // namespace stint
