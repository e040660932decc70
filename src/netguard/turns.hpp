// Turns: the work of several users on one thread, in pieces. Users are served one after another, a piece each, however
// much one of them asks for; one user's pieces are done in the order in which they came. Each user has a pace, too:
// more work is done later, so that it does not keep the bus busy with its questions either. Pure: it knows no clock and
// no loop.
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
    /// The user whose work it is; nullopt: this process itself, which has a turn as a user has.
    using Whose = std::optional<uid_t>;
    /// More: the piece comes again, behind the others of its user.
    enum class Then { Done, More };
    /// A millisecond of work at most: everybody else waits for it.
    using Piece = std::function<Then()>;
    /// Time since any fixed moment; it never goes back.
    using Time = std::chrono::microseconds;

    /// The pieces that one user may have done at once; after them one each `pace`.
    static constexpr unsigned atOnce = 256;
    static constexpr Time pace = std::chrono::milliseconds(1);

    void add(Whose whose, Piece piece);
    /// Does one piece: of the user who has waited longest among those who may be served now; nothing where there is
    /// none.
    void next(Time now);
    /// The time at which the next piece may be done, which may have passed; nullopt: there is no work.
    std::optional<Time> nextAt() const;
    /// `changed` is called when nextAt() may be earlier than before.
    void whenChanged(std::function<void()> changed) { changed_ = std::move(changed); }

private:
    Time readyAt(Whose whose) const;

    std::map<Whose, std::deque<Piece>> shares_; ///< one for each user with work, or whose piece is being done
    std::deque<Whose> order_;
    std::map<Whose, Time> spent_; ///< the time that each has used up at its pace; none: it may have all at once
    std::function<void()> changed_;
};

} // namespace stint
