// Files fetched in a loop, by stint-transfer's engine (fleet.md §4.4): resumed, never more bytes than were signed, and
// under their names only once their hash is right. One that is there and right is not fetched.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "fleet/document/campaign.hpp"
#include "fleet/steps/doing.hpp"
#include "programs/transfer/engine.hpp"

namespace stint::fleet {

/// The engine, made once a file is fetched; it sleeps as long as none is.
class Downloads {
public:
    explicit Downloads(sd_event* loop) : loop_(loop) {}

    using Arrived = std::function<void(Bytes inPlace)>;
    /// Gets the file into the folder, under that name. `arrived` is called before a byte comes, and as they do.
    Result<std::unique_ptr<Doing>> begin(const std::filesystem::path& folder, const std::string& name,
                                         const Source& source, Arrived arrived, Ended end);

    // For a download alone.
    Result<void> prepare();
    transfer::Engine& engine() { return *engine_; }

private:
    static int readable(sd_event_source*, int, std::uint32_t, void* self);
    static int due(sd_event_source*, std::uint64_t, void* self);
    void turn();

    sd_event* loop_;
    std::unique_ptr<transfer::Engine> engine_;
    EventSource source_, timer_;
};

} // namespace stint::fleet
