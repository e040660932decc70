// The connection to stintd: asks it the questions of calls.hpp and blocks until each is answered; schedules jobs on
// behalf of others (option "as"); and has news of watched jobs and started apps as values.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <sys/types.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "contract/model/day.hpp"
#include "contract/model/event.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"
#include "faces/control/calls.hpp"
#include "faces/screen/terminal.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct AppExited {
    std::uint32_t pid = 0;
    std::int32_t exitCode = 0;
};

/// Lists that have changed.
struct ListsChanged {
    Topics topics;
};

/// Messages that the daemon sends without a call.
using News = std::variant<JobView, AppExited, ListsChanged>;

class Daemon {
public:
    /// Connects to the daemon, which is started where none listens (startDaemon()); then `screen` says so.
    /// Unavailable where that fails.
    static Result<Daemon> connect(const Screen& screen);
    /// Unavailable where no daemon listens, with advice: for verbs that only read.
    static Result<Daemon> connectIfThere();
    /// Over a connected socket, for tests.
    static Result<Daemon> over(Fd socket);

    /// Makes the call, and blocks until it is answered. A question whose answer was lost with the connection is asked
    /// again, of the daemon that is there then; a call with an effect is not: nobody knows whether it took place.
    template <class Answer> Result<Answer> ask(const Call<Answer>& call) { return answerOf(bus_.get(), call); }
    template <class Answer> Result<Answer> ask(const Question<Answer>& question) {
        auto answer = answerOf(bus_.get(), question);
        for (int tries = 0; tries < wire::mostAgain && isLost(answer); ++tries) {
            bus_ = STINT_TRY(again_());
            answer = answerOf(bus_.get(), question);
        }
        return answer;
    }

    // Whole lists, page by page.

    Result<std::vector<JobView>> jobs(const std::optional<std::string>& package, bool finished);
    /// At most about `most`.
    Result<std::vector<WorkItem>> work(const JobKey& job, std::size_t most);
    Result<std::vector<AlarmView>> alarms(const std::optional<std::string>& package);
    Result<std::vector<MessageView>> messages(const std::optional<std::string>& package);
    Result<DayPage> day(WallTime from, WallTime to);
    /// Messages with what became of them, in the order of arrival (push.md §5); of all apps where the package is empty.
    Result<std::vector<MessageStory>> messageLog(const std::string& package, WallTime since);

    // Calls that are more than one message, or are minded later.

    /// Schedules a job of the built-in package `app`: number 0 has it get a new one, any other replaces the job of that
    /// number (jobs.md §2.4); in the root namespace where none is named. Refused: RESULT_FAILURE, with the reason
    /// (jobs.md §2.3).
    Result<JobId> schedule(const JobInfo& job, const AppId& app, const StartTerms& terms = {},
                           const std::string& space = {});
    /// Schedules one like that, or several new ones, all or none (jobs.md §2.7); returns their numbers, in that order.
    Result<std::vector<JobId>> scheduleAll(std::span<const JobOfList> jobs, const AppId& app);
    /// Returns how many of the first jobs fit into one call, at least one.
    Result<std::size_t> fitting(std::span<const JobOfList> jobs) const;
    /// calls::shell(); a "get" verb is a question.
    Result<ShellAnswer> shell(const std::vector<std::string>& words, const std::vector<std::string>& before = {});
    Result<JobView> watch(const JobKey& job);
    Result<void> watchEverything(Topics lists);

    // For an event loop: poll fd() for events(), no longer than timeout(); then takeNews().
    int fd() const;
    short events() const;
    /// nullopt: no limit.
    std::optional<Duration> timeout() const;
    /// All pending news. Unavailable: the daemon is gone.
    Result<std::vector<News>> takeNews();

private:
    using Connecting = std::function<Result<wire::Bus>()>;
    explicit Daemon(wire::Bus bus, Connecting again = {}) : bus_(std::move(bus)), again_(std::move(again)) {}

    /// True if the answer was lost with the connection, not where the daemon is only slow. A watcher sees it by
    /// takeNews(), and watches again.
    template <class Answer> bool isLost(const Result<Answer>& answer) const {
        return !answer.ok() && answer.error().code == Errc::UNAVAILABLE && again_ && !watches_ &&
               sd_bus_is_open(bus_.get()) <= 0;
    }

    wire::Bus bus_;
    Connecting again_;     ///< empty: the connection is not made again
    bool watches_ = false; ///< news are promised to this connection
};

} // namespace stint::cli
