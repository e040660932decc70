// The line to stintd for a caller that may not block: each call is answered later, from the event loop. The line
// exists only while it is wanted, so that nothing wakes up for a page that nobody looks at; the death of a daemon is
// reported, and the next one is found by the kernel's notice that its socket is there.
#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include <systemd/sd-event.h>

#include "faces/control/calls.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::taskmanager {

// sd-bus's own signals about a connection: "Disconnected".
inline constexpr const char* localBus = "org.freedesktop.DBus.Local";
inline constexpr const char* localBusPath = "/org/freedesktop/DBus/Local";

class DaemonLine {
public:
    /// Called from the event loop, or from want().
    struct Follower {
        std::function<void()> connected;
        std::function<void(const std::string& why)> lost; ///< or not found
        std::function<void(const wire::Message& signal)> onSignal;
    };

    /// `directory`: the runtime directory, in which the daemon's socket is.
    DaemonLine(sd_event* loop, std::filesystem::path directory, Follower follower);
    ~DaemonLine();
    DaemonLine(const DaemonLine&) = delete;
    DaemonLine& operator=(const DaemonLine&) = delete;

    /// Connects, and finds each daemon that comes; or closes the line. Calls that are not answered by then are
    /// answered Unavailable.
    void want(bool wanted);
    /// Soon makes a new connection: `why` is reported as the end of the old one.
    void startAnew(const std::string& why);
    /// Why there is no daemon; empty where there is one, or none is wanted.
    const std::string& whyNot() const { return whyNot_; }
    bool isConnected() const { return bus_ != nullptr; }

    /// `answered` is called once, later; at once, with Unavailable, where there is no daemon. Only a few calls are
    /// under way at a time: the daemon refuses more from one connection.
    template <class Answer> void ask(const cli::Call<Answer>& call, std::function<void(Result<Answer>)> answered) {
        if (!bus_) return answered(gone());
        auto message = cli::messageOf(bus_.get(), call);
        if (!message.ok()) return answered(std::move(message).error());
        send(*message, [read = call.read, answered = std::move(answered)](Result<wire::Message> answer) {
            if (!answer.ok()) return answered(std::move(answer).error());
            wire::Reader reader(*answer);
            answered(read(reader));
        });
    }

private:
    using Answered = std::function<void(Result<wire::Message>)>;
    struct Asked {
        wire::Message message;
        Answered answered;
    };
    struct Flying {
        DaemonLine* line;
        std::uint64_t number;
        wire::Slot slot;
        Answered answered;
    };

    static Error gone();
    void connect();
    void watch();
    void drop(const std::string& why);
    void tellLost(const std::string& why);
    void send(const wire::Message& message, Answered answered);
    void sendNext();
    static int answered(sd_bus_message* message, void* flying, sd_bus_error*);
    static int heard(sd_bus_message* signal, void* self, sd_bus_error*);
    static int ended(sd_bus_message*, void* self, sd_bus_error*);
    static int endNow(sd_event_source*, void* self);
    static int appeared(sd_event_source*, const inotify_event* event, void* self);

    sd_event* loop_;
    std::filesystem::path directory_;
    Follower follower_;
    bool wanted_ = false;
    wire::Bus bus_;
    wire::Slot signals_, end_;
    sd_event_source* ending_ = nullptr;
    std::string why_; ///< the line ends for this reason
    std::string whyNot_;
    sd_event_source* watching_ = nullptr;
    std::deque<Asked> waiting_;
    std::map<std::uint64_t, Flying> flying_; ///< sd-bus holds pointers to its rows
    std::uint64_t numbers_ = 0;
};

} // namespace stint::taskmanager
