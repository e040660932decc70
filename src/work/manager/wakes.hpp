// The one descriptor that an app's loop watches: the connection's, a call from another thread, and a commit of another
// process to the app's file.
#pragma once
#include <filesystem>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::work {

class Wakes {
public:
    static Result<Wakes> open(int connection);
    Result<void> watchFile(const std::filesystem::path& directory);

    /// A further descriptor, for poll's `events`; -1: none any more.
    void follow(int other, short events);

    int fd() const { return epoll_.get(); }
    void wake() const;
    /// Takes in what has come; whether the file was written, by whomever.
    bool drain() const;

private:
    Fd epoll_;
    Fd wakeUp_; ///< an eventfd
    Fd inotify_;
    int other_ = -1;
    short events_ = 0;
};

} // namespace stint::work
