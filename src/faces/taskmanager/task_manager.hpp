// The Task Manager behind its page, and the options of its command line. Entry decides who may ask, the paths and the
// pages answer, the board has the topics. TaskManager decides when it works: the line to stintd is there while
// somebody looks, and a little longer, and the whole program ends when nobody has looked for a while.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include <systemd/sd-event.h>

#include "base/time/time.hpp"
#include "base/unix/event_source.hpp"
#include "entrance/entry.hpp"
#include "entrance/pages.hpp"
#include "entrance/peer.hpp"
#include "faces/taskmanager/app_work.hpp"
#include "faces/taskmanager/board.hpp"
#include "faces/taskmanager/daemon_line.hpp"
#include "faces/taskmanager/downloads.hpp"
#include "faces/taskmanager/output.hpp"
#include "faces/taskmanager/request.hpp"

namespace stint::taskmanager {

struct Options {
    std::uint16_t port = 0; ///< 0: one that is free
    std::optional<Duration> idle = 5min;
    std::optional<std::filesystem::path> webRoot;
};

/// Ends the process for --help, --version and wrong words.
Options parseOptions(int count, char** words);

class TaskManager final : public http::Service {
public:
    struct Setup {
        std::filesystem::path directory; ///< the runtime directory
        std::optional<std::filesystem::path> webRoot;
        std::optional<Duration> idle; ///< the loop is told to exit after it; nullopt: never
    };
    TaskManager(sd_event* loop, entrance::Entry entry, entrance::Peers peers, Setup setup);
    ~TaskManager() override;

    std::shared_ptr<const http::Caller> met(int socket) override;
    http::Judged judged(const http::Request& head) override;
    void answer(http::Request request, std::function<void(Answer)> done) override;
    std::unique_ptr<Viewer> stream(const http::Request& request, std::function<void()> wake) override;
    const http::Headers& commonHeaders() const override { return entrance::commonHeaders(); }

private:
    void beginLook();
    void endLook();
    static int lingered(sd_event_source*, std::uint64_t, void* self);
    static int idled(sd_event_source*, std::uint64_t, void* self);

    sd_event* loop_;
    entrance::Entry entry_;
    entrance::Peers peers_;
    entrance::Makers makers_;
    entrance::Pages pages_;
    std::optional<Duration> idle_;
    DaemonLine line_;
    AppWork work_;
    Outputs outputs_;
    Board board_;
    Downloads downloads_;
    unsigned looks_ = 0; ///< streams, and requests under way
    EventSource linger_, end_;
};

} // namespace stint::taskmanager
