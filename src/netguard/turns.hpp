// Turns: the work of several users on one thread, in pieces. Users are served one after another, a piece each, however
// much one of them asks for; pieces of one user in the order in which they came. And each has a pace: who asks for more
// has its own work done later, so that it does not keep the bus busy with its questions either. Pure: it knows no clock
// and no loop.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include <sys/types.h>

namespace stint {

class Turns {
public:
    /// Nobody's: this process's own work, which has a turn as a user has.
    using Whose = std::optional<uid_t>;
    /// More: the piece comes again, behind the others of its user.
    enum class Then { Done, More };
    /// A millisecond's work at most: everybody else waits for it.
    using Piece = std::function<Then()>;
    /// Since whenever; it never goes back.
    using Time = std::chrono::microseconds;

    /// One user has so many pieces at once, then one each `pace`.
    static constexpr unsigned atOnce = 256;
    static constexpr Time pace = std::chrono::milliseconds(1);

    void add(Whose whose, Piece piece);
    /// Does one piece, of whoever has waited longest of those who may now; nothing where there is none.
    void next(Time now);
    /// When somebody may next, which may have passed; nothing: there is no work.
    std::optional<Time> nextAt() const;
    /// `changed` is called when nextAt() may be earlier than before.
    void whenChanged(std::function<void()> changed) { changed_ = std::move(changed); }

private:
    Time readyAt(Whose whose) const;

    std::map<Whose, std::deque<Piece>> shares_; ///< one for each who has work, or whose piece is being done
    std::deque<Whose> order_;
    std::map<Whose, Time> spent_; ///< until when each has had its pieces, at its pace; none: it may have all at once
    std::function<void()> changed_;
};

} // namespace stint
