// Jobs that start when others have succeeded, or have not (jobs.md §14.1).
#pragma once
#include <map>
#include <set>

#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint {

struct Schedule;
struct State;
struct Turn;

class Succession {
public:
    /// As its terms say.
    void add(const Job& job);
    void erase(const Job& job);
    /// Those that wait for it.
    std::set<JobKey> waitingFor(const JobKey& key) const;
    /// The others that are waited for.
    std::set<JobKey> awaited() const;

private:
    std::map<JobKey, std::set<JobKey>> successors_;
};

/// Jobs that are scheduled in one call: each may wait for any other (jobs.md §2.7).
struct Together {
    std::map<JobKey, StartTerms> terms; ///< none, where it is one alone
    std::set<JobKey> sound;             ///< none of them waits for itself, by however many others
};

/// The terms of a new job of that key without the others that have ended as it waits for already; an error where one of
/// them cannot be waited for.
Result<StartTerms> checkedSuccession(const Turn& turn, const Schedule& event, const JobKey& key, Together& together);
/// A job has ended with that run, or come to the end of a period: what waited for it may start, or never will.
void tellSuccessors(Turn& turn, const JobKey& key, const PastRun& run);
/// After a start of the daemon: those whose end was not heard.
void settleSuccession(Turn& turn);

} // namespace stint
