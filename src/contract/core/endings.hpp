// What is remembered of jobs that have ended: of each app the last few.
#pragma once
#include <deque>
#include <map>

#include "contract/model/record.hpp"
#include "stint/result.hpp"

namespace stint {

class Endings {
public:
    /// Forgets the oldest beyond `most` of its app.
    void add(Completed completed, std::int64_t most);
    /// nullptr: there is none.
    const Completed* newest(const JobKey& key) const;
    /// By app, the newest last.
    const std::map<AppId, std::deque<Completed>>& byApp() const { return byApp_; }
    void erase(const AppId& app) { byApp_.erase(app); }

private:
    std::map<AppId, std::deque<Completed>> byApp_;
};

struct State;
/// What is wrong with asking something of a job that is not there: it has ended, or nobody knows it.
Error notTracked(const State& state, const JobKey& key);

} // namespace stint
