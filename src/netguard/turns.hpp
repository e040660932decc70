// Whose turn it is: the work of several users on one thread, in pieces. Users are served in turn, a piece each, however
// much one of them asks for; pieces of one user in the order in which they came. Pure: it knows no clock and no loop.
#pragma once
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

    void add(Whose whose, Piece piece);
    bool isIdle() const { return order_.empty(); }
    /// Does one piece, of whoever has waited longest; nothing where it is idle.
    void next();
    /// `begun` is called when there is work where there was none.
    void whenBegun(std::function<void()> begun) { begun_ = std::move(begun); }

private:
    std::map<Whose, std::deque<Piece>> shares_; ///< of each who has work, and of whose piece is being done
    std::deque<Whose> order_;
    std::function<void()> begun_;
};

} // namespace stint
