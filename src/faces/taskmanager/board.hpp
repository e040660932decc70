// The content of the streams: each topic in the daemon's words, asked once, and again when something in it has
// changed; and the jobs as they change. It is kept only while somebody looks. Topics are sent at most once a second
// each, jobs four times.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "entrance/broadcast.hpp"
#include "faces/control/mirror.hpp"
#include "faces/taskmanager/daemon_line.hpp"

namespace stint::taskmanager {

class Board {
public:
    /// A topic of this server's own, of which the daemon knows nothing.
    struct Own {
        const char* name;
        std::function<std::string()> data;
    };
    Board(sd_event* loop, DaemonLine& line, std::vector<Own> own);
    ~Board();
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    entrance::Broadcast& broadcast() { return broadcast_; }
    /// `on`: somebody has a stream; false: nobody has one any more, and all is forgotten.
    void follow(bool on);

    // Called by the line to the daemon.
    void connected();
    void lost(const std::string& why);
    void onSignal(const wire::Message& signal);
    /// That own topic has become another.
    void hasChanged(std::string_view name);

private:
    enum class Daemon : std::uint8_t { Asking, Up, Down };
    using Fetched = std::function<void(Result<std::string>)>;
    /// A topic that is asked for as a whole.
    struct List {
        std::optional<Topic> topic; ///< nullopt: one of our own
        const char* name;
        std::function<void(Board&, Fetched)> fetch;
        std::string data = {};
        bool stale = false;        ///< of our own
        std::uint64_t soonest = 0; ///< µs of the loop's clock: it is not asked for again before
    };

    std::vector<entrance::TopicText> everything() const;
    void failed(const Error& error);
    void load();
    void goOn();
    void askForNews();
    void listJobs(const std::vector<JobView>& before);
    void noteUp();
    bool isStale(const List& list) const;
    void refresh(List& list);
    void refreshed(List& list, Result<std::string> data);
    void sendJobs();
    void arm();
    cli::Mirror emptyMirror();
    static int due(sd_event_source*, std::uint64_t, void* self);
    static int breathe(sd_event_source*, std::uint64_t, void* self);

    void fetchFinished(Fetched fetched);
    void fetchTasks(Fetched fetched);
    void fetchApps(Fetched fetched);
    void fetchDevice(Fetched fetched);
    void fetchAlarms(Fetched fetched);
    void fetchMessages(Fetched fetched);

    sd_event* loop_;
    DaemonLine& line_;
    entrance::Broadcast broadcast_;
    bool followed_ = false;
    Daemon daemon_ = Daemon::Asking;
    std::string says_;
    std::uint64_t life_ = 0; ///< counts the line's connections: an answer of a former one is dropped
    bool asks_ = false;      ///< this connection is there, and has refused nothing
    cli::Mirror mirror_ = emptyMirror();
    std::set<JobKey> changed_; ///< jobs that have changed or are gone, not yet sent
    std::uint64_t jobsSoonest_ = 0;
    std::uint64_t jobsListingSince_ = 0, jobsListedNext_ = 0;
    std::vector<List> lists_; ///< in the order in which they are sent
    EventSource timer_, breath_;
};

} // namespace stint::taskmanager
