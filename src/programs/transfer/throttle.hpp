// The rate that all transfers share (limits.md §15): whoever would move a byte too early is held until it may. A bucket
// of tokens, each a byte; those who are held go on in the order in which they came, so each has its share.
#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "stint/units.hpp"

namespace stint::transfer {

class Throttle {
public:
    using Clock = std::chrono::steady_clock;
    class Held {
    public:
        virtual ~Held() = default;
        /// Tries again to move bytes; is held again where there are too few.
        virtual void go() = 0;
    };

    /// Bytes a second; 0: any number.
    void limit(Bytes rate);
    Bytes rate() const { return rate_; }
    /// True if bytes may be moved now: any number, to be noted by took(). Else it is held.
    bool admits(Held& who, Clock::time_point now = Clock::now());
    void took(Bytes bytes);
    /// It is over.
    void forget(const Held& who);
    /// When letGo() has something to do; nullopt: nobody is held.
    std::optional<Clock::time_point> due() const;
    /// Lets those who are held try again.
    void letGo(Clock::time_point now = Clock::now());

private:
    void refill(Clock::time_point now);

    Bytes rate_ = 0;
    Bytes tokens_ = 0; ///< below 0: more was moved than there were
    Clock::time_point filled_{};
    std::vector<Held*> held_;
};

} // namespace stint::transfer
