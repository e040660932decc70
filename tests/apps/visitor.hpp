// A real process that connects to us, as a caller does, and stays.
#pragma once
#include <functional>
#include <string>

#include <sys/types.h>

#include "base/unix/fd.hpp"
#include "stintd/apps/caller.hpp"

namespace stint {

class Visitor {
public:
    struct How {
        std::function<bool()> before = [] { return true; }; ///< in the process, before it connects
        bool terminal = false;                              ///< on a terminal of its own, in its foreground
        bool behindAnother = false;   ///< the child of a shell in that terminal, which has put it in the background
        std::string program;          ///< what it becomes once it has connected
        std::string name = "visitor"; ///< what it says it is called
    };

    Visitor() : Visitor(How{}) {}
    explicit Visitor(const How& how);
    ~Visitor();
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;

    /// Fails the test where it cannot be told.
    PeerProcess peer() const;
    void end();
    /// "fg" or "bg": where the shell of `behindAnother` puts it; done when this returns.
    void tellShell(const std::string& where);

    Fd connection;
    Fd terminal;   ///< the side where a user would sit
    pid_t pid = 0; ///< the one that has connected
    bool came = false;

private:
    Fd shell_;
    pid_t child_ = 0; ///< ours: `pid`, or the shell before it
};

} // namespace stint
