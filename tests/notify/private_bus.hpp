// A session bus of the tests' own: a real dbus-daemon that knows of no services but those a test names. While it lives,
// DBUS_SESSION_BUS_ADDRESS is its address.
#pragma once
#include <filesystem>
#include <string>

#include <sys/types.h>

namespace stint {

class PrivateBus {
public:
    /// `starts`: the command that serves org.freedesktop.Notifications when it is wanted; empty: there is none.
    explicit PrivateBus(const std::string& starts = "");
    ~PrivateBus();
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    const std::filesystem::path& directory() const { return directory_; }
    /// Ends it, with all its connections; start() begins another one at the same address.
    void kill();
    void start();

private:
    std::filesystem::path directory_;
    pid_t pid_ = 0;
};

} // namespace stint
