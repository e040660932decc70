// What Stint itself offers on the desktop, beside what apps show there (jobs.md §5.6): its own notifications, and its
// actions on those of jobs. Keys that begin with "stint:" are ours alone.
#pragma once
#include <string_view>

namespace stint {

/// Whose Stint's own notifications are: no app can have this name.
inline constexpr std::string_view noticeOwner = "stint:notices";
/// The Task Manager's desktop entry, by which desktops know them.
inline constexpr std::string_view taskManagerEntry = "org.stint.TaskManager";

namespace press {
inline constexpr std::string_view ours = "stint:";
inline constexpr std::string_view later = "stint:later";   ///< it is held until Resume
inline constexpr std::string_view resume = "stint:resume"; ///< let go on
inline constexpr std::string_view runAnyway = "stint:run"; ///< whatever it waits for
inline constexpr std::string_view cancel = "stint:cancel"; ///< gone for good
inline constexpr std::string_view why = "stint:why";       ///< the Task Manager, at that job
inline constexpr std::string_view open = "stint:open";     ///< the Task Manager
inline constexpr std::string_view whole = "default";       ///< the notification itself; an app may have it, too
} // namespace press

} // namespace stint
