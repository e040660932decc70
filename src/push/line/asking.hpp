// Questions of others over the line (push.md §4.2, stint-push): each is sent when the connection is there, again when
// that was lost meanwhile or nobody has answered for a while, and told that nobody does. As long as there is one, and a
// while longer, the connection is wanted. What is fetched goes on beside them.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/timer.hpp"
#include "push/line/fetching.hpp"
#include "stint/result.hpp"

namespace stint::push {

class Asking {
public:
    Asking(sd_event* loop, Fetching& fetching) : loop_(loop), fetching_(fetching), lingers_(loop) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    using Answered = std::function<void(const Result<std::string>&)>;
    /// `answered` is called once. Unavailable: the server was not reached, or did not answer, within 15 s.
    void ask(std::string subject, std::string question, Answered answered);

    /// The connection is there.
    void connected();
    /// It is no more, and what became of what was sent nobody knows: whoever asks may be asked twice. `isOver`: none
    /// comes by itself.
    void lost(const std::string& why, bool isOver);

    /// The connection is not wanted for this.
    bool isIdle() const { return open_.empty() && !lingers_.isSet(); }

private:
    struct Question {
        explicit Question(sd_event* loop) : silent(loop), late(loop) {}
        std::string subject, text;
        Answered answered;
        bool isSent = false;  ///< over the connection that there is
        Duration asked{0};    ///< by steadyNow()
        Duration patience{0}; ///< it is sent again after so much silence
        Timer silent, late;
    };
    void send(std::uint64_t number, Question& question);
    void hears(std::uint64_t number);
    void late(std::uint64_t number);
    void end(std::uint64_t number, const Result<std::string>& answer);

    sd_event* loop_;
    Fetching& fetching_;
    std::map<std::uint64_t, Question> open_;
    std::uint64_t number_ = 0;
    Timer lingers_;
};

} // namespace stint::push
