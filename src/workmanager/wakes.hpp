// The one descriptor that an app's loop watches: the connection's, a call from another thread, and a commit of another
// process to the app's file.
#pragma once
#include <filesystem>

#include "base/fd.hpp"
#include "stint/result.hpp"

namespace stint::work {

class Wakes {
public:
    static Result<Wakes> open(int connection);
    Result<void> watchFile(const std::filesystem::path& directory);

    int fd() const { return epoll_.get(); }
    void wake() const;
    /// Takes in what has come; whether the file was written, by whomever.
    bool drain() const;

private:
    Fd epoll_;
    Fd wakeUp_; ///< an eventfd
    Fd inotify_;
};

} // namespace stint::work
