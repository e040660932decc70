// A notification server that does as it is told, on a connection of its own and in the loop of the test: for what a
// real one cannot be made to do.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint {

class FakeServer {
public:
    struct Notify {
        std::uint32_t replaces = 0;
        std::string summary;
        std::string body;
        std::int32_t expires = 0;
        std::uint32_t id = 0; ///< what it was answered; 0: nothing yet, or an error
    };

    explicit FakeServer(sd_event* loop);
    ~FakeServer() = default; ///< it dies: its name is free at once
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    /// Takes the name, from whoever has it.
    void serve();

    // Its behaviour: a good server's, unless a test sets another.
    std::vector<std::string> capabilities{"actions", "body"};
    bool silent = false;             ///< keeps its answers to Notify back
    std::optional<std::uint32_t> id; ///< answers this one, whatever it shows
    std::string refusal;             ///< answers this error
    bool babbles = false;            ///< answers a string

    /// Now, to the oldest Notify that it has kept back.
    void answer();
    void closed(std::uint32_t id, std::uint32_t why) const;
    void pressed(std::uint32_t id, const std::string& action) const;
    void activated(std::uint32_t id) const;
    /// Any signal of the interface with any contents.
    void say(const char* member, const char* types, ...) const;

    // The calls it got.
    std::vector<Notify> notified;
    std::vector<std::uint32_t> withdrawn; ///< by CloseNotification

private:
    static int called(sd_bus_message* call, void* self, sd_bus_error*);
    void notify(const wire::Message& call);
    void reply(const wire::Message& call, Notify& to);

    wire::Bus bus_;
    std::deque<std::pair<wire::Message, std::size_t>> kept_;
    std::uint32_t next_ = 1;
};

} // namespace stint
