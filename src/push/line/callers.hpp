// The callers over the session bus: the app of the process behind a connection, by the daemon's word; and that the name
// which it says to have is its own.
#pragma once
#include <functional>
#include <list>
#include <string>

#include "link/wire/visitors.hpp"
#include "push/line/gate.hpp"

namespace stint::push {

class Callers {
public:
    explicit Callers(Gate& gate) : gate_(gate) {}
    Callers(const Callers&) = delete;
    Callers& operator=(const Callers&) = delete;

    struct Caller {
        std::string app;     ///< empty: none, it is a person's process
        std::string process; ///< one word, which no other process has had since the machine's start
    };
    using Known = std::function<void(Result<Caller>)>;
    /// `known` is called once. `service`: the name that it says to have; empty: none, and who has no manifest is no
    /// app. Security: `sender` does not own it, or nobody is behind it any more, or the daemon does not know it as
    /// that.
    void ask(sd_bus* bus, const std::string& sender, const std::string& service, Known known);

private:
    struct Question {
        Callers* all = nullptr;
        std::list<Question>::iterator self;
        sd_bus* bus = nullptr;
        std::string sender, service;
        wire::Visitor visitor;
        Gate::Process process;
        wire::Slot slot;
        Known known;
    };

    void pinned(Question& question, Result<wire::Visitor> visitor);
    static int owned(sd_bus_message* answer, void* question, sd_bus_error*);
    void askDaemon(Question& question);
    void end(Question& question, Result<Caller> caller);

    Gate& gate_;
    std::list<Question> questions_;
    wire::Visitors visitors_;
};

} // namespace stint::push
