// The one descriptor that an app's loop watches: it stands for the connection, calls from other threads, and commits of
// other processes to the app's file.
#pragma once
#include <filesystem>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::work {

/// The one descriptor that an app's loop watches: it stands for the connection, calls from other threads, and commits
/// of other processes to the app's file.
class Wakes {
public:
    static Result<Wakes> open(int connection);
    Result<void> watchFile(const std::filesystem::path& directory);

    /// Watches a further descriptor for poll's `events`; -1: none any more.
    void follow(int other, short events);

    int fd() const { return epoll_.get(); }
    void wake() const;
    /// Reads all that has come; true if the file was written, by any process.
    bool drain() const;

private:
    Fd epoll_;
    Fd wakeUp_; ///< an eventfd
    Fd inotify_;
    int other_ = -1;
    short events_ = 0;
};

} // namespace stint::work
