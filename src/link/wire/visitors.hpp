// Callers over a bus: the process behind a connection, as the bus knows it from the kernel, held so that it is no other
// one by the time it is looked at.
#pragma once
#include <functional>
#include <list>
#include <string>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::wire {

struct Visitor {
    pid_t pid = 0;
    uid_t uid = 0;
    Fd pidfd; ///< none where the process has ended
};

/// Asks the bus who calls. Nothing blocks.
class Visitors {
public:
    using Known = std::function<void(Result<Visitor>)>;

    Visitors() = default;
    Visitors(const Visitors&) = delete;
    Visitors& operator=(const Visitors&) = delete;

    /// `known` is called once, from the loop, or at once where nothing can be asked; never after the end of this
    /// object, which goes before the bus. Security: the bus knows no process of this user behind that name.
    void ask(sd_bus* bus, const std::string& sender, Known known);

private:
    struct Question {
        Visitors* all = nullptr;
        std::list<Question>::iterator self;
        sd_bus* bus = nullptr;
        std::string sender;
        Visitor visitor;
        Slot slot; ///< the question that the bus has not answered yet
        Known known;
    };

    static int known(sd_bus_message* answer, void* question, sd_bus_error*);
    static int stillThere(sd_bus_message* answer, void* question, sd_bus_error*);

    Result<void> put(Question& question, const char* what, sd_bus_message_handler_t whenAnswered);
    Result<void> recognise(Question& question, const Message& credentials);
    void end(Question& question, const Error* wrong);

    std::list<Question> questions_;
};

} // namespace stint::wire
