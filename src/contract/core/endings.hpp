// The jobs that have ended: the last few of each app are remembered.
#pragma once
#include <deque>
#include <map>

#include "contract/model/record.hpp"
#include "stint/result.hpp"

namespace stint {

/// The last few jobs of each app that have ended.
class Endings {
public:
    /// Adds a job that has ended, and forgets the oldest beyond `most` of its app.
    void add(Completed completed, std::int64_t most);
    /// The newest job of this key that has ended; nullptr: there is none.
    const Completed* newest(const JobKey& key) const;
    /// By app, the newest last.
    const std::map<AppId, std::deque<Completed>>& byApp() const { return byApp_; }
    void erase(const AppId& app) { byApp_.erase(app); }

private:
    std::map<AppId, std::deque<Completed>> byApp_;
};

struct State;
/// The error for a job that is not tracked: it has ended, or is unknown.
Error notTracked(const State& state, const JobKey& key);

} // namespace stint
