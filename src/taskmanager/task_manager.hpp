// The Task Manager behind its page: who may ask is Entry's word, what is answered the paths' and the pages', what is
// told the topics'. Here is when it works: the line to stintd is there while somebody looks, and a little longer, and
// the whole program ends when nobody has looked for a while.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include <systemd/sd-event.h>

#include "base/event_source.hpp"
#include "base/time.hpp"
#include "taskmanager/app_work.hpp"
#include "taskmanager/board.hpp"
#include "taskmanager/daemon_line.hpp"
#include "taskmanager/entry.hpp"
#include "taskmanager/pages.hpp"
#include "taskmanager/peer.hpp"
#include "taskmanager/service.hpp"

namespace stint::taskmanager {

class TaskManager final : public Service {
public:
    struct Setup {
        std::filesystem::path directory; ///< the runtime directory
        std::optional<std::filesystem::path> webRoot;
        std::optional<Duration> idle; ///< after which the loop is told to exit; nullopt: never
    };
    TaskManager(sd_event* loop, Entry entry, Setup setup);
    ~TaskManager() override;

    std::optional<Answer> refused(const Request& head) override { return entry_.refused(head); }
    bool hasEntered(const Request& head) override { return entry_.hasCookie(head); }
    void answer(const Request& request, std::function<void(Answer)> done) override;
    std::unique_ptr<Viewer> stream(const Request& request, std::function<void()> wake) override;

private:
    void beginLook();
    void endLook();
    static int lingered(sd_event_source*, std::uint64_t, void* self);
    static int idled(sd_event_source*, std::uint64_t, void* self);

    sd_event* loop_;
    Entry entry_;
    Makers makers_;
    Pages pages_;
    std::optional<Duration> idle_;
    DaemonLine line_;
    AppWork work_;
    Board board_;
    unsigned looks_ = 0; ///< streams, and requests under way
    EventSource linger_, end_;
};

} // namespace stint::taskmanager
