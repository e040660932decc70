// The daemon's socket in the runtime directory.
#pragma once
#include <filesystem>
#include <optional>

#include "base/fd.hpp"
#include "stint/result.hpp"

namespace stint {

class Listener {
public:
    /// IllegalState where another daemon answers there; a socket that a dead one left behind is replaced.
    static Result<Listener> open(const std::filesystem::path& socket);
    Listener(Listener&&) noexcept = default;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    /// To be watched for reading, by level.
    int socket() const { return socket_.get(); }
    /// The next caller's socket, if one waits. Where there is no descriptor left for it, it is turned away: left
    /// waiting, it would wake us for ever, and whoever comes behind it would never be seen.
    std::optional<Fd> accept();

private:
    Listener(std::filesystem::path path, Fd socket) : path_(std::move(path)), socket_(std::move(socket)) {
        keepSpare();
    }
    void keepSpare();
    void turnAway();

    std::filesystem::path path_;
    Fd socket_;
    Fd spare_; ///< given up for the one who is turned away
};

} // namespace stint
