// stint-push as a whole: the daemon's gate, the line, the registrations and the distributor, in one loop.
#pragma once
#include <memory>
#include <optional>

#include <systemd/sd-event.h>

#include "push/joining/settings.hpp"
#include "push/line/asking.hpp"
#include "push/line/distributor.hpp"
#include "push/line/door.hpp"
#include "push/line/fetching.hpp"
#include "push/line/gate.hpp"
#include "push/line/notification_watch.hpp"
#include "push/line/registrar.hpp"

namespace stint::push {

class Pusher {
public:
    /// It works when the loop runs, and ends that: with 0 when the daemon has gone, or when there is nothing to do.
    static Result<std::unique_ptr<Pusher>> open(sd_event* loop, std::optional<LineSettings> settings);
    /// Ends the loop as soon as what is under way is answered, a few seconds later at the latest.
    void finish();
    Pusher(const Pusher&) = delete;
    Pusher& operator=(const Pusher&) = delete;

private:
    Pusher(sd_event* loop, std::optional<LineSettings> settings)
        : loop_(loop), settings_(std::move(settings)), idle_(loop), patience_(loop) {}
    Result<void> prepare();
    void begun(const Result<wire::LineView>& line);
    void take(const wire::LineView& line);
    bool isIdle() const;
    bool hasAnswered() const;
    void look();
    void leave();
    void end(int code, const std::string& why);
    static int lookedAt(sd_event_source*, void* self);

    sd_event* loop_;
    std::optional<LineSettings> settings_;
    wire::LineView line_;
    bool hasBegun_ = false;
    bool isLeaving_ = false, isFinishing_ = false;
    std::unique_ptr<Gate> gate_;
    std::unique_ptr<Distributor> distributor_;
    std::unique_ptr<Registrar> registrar_;
    std::unique_ptr<Fetching> fetching_;
    std::unique_ptr<Asking> asking_;
    std::unique_ptr<Door> door_;
    std::unique_ptr<NotificationWatch> watch_;
    Timer idle_, patience_;
    EventSource after_; ///< each turn of the loop
};

} // namespace stint::push
