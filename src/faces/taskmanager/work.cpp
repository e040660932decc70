// One app's requests, each as `stint work --json` prints it: the app is asked for them, and the scheduler why each
// waits.
#include <memory>

#include <fmt/format.h>
#include <systemd/sd-bus.h>

#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/control/calls.hpp"
#include "faces/taskmanager/app_work.hpp"
#include "faces/taskmanager/arguments.hpp"
#include "faces/taskmanager/outcome.hpp"
#include "faces/taskmanager/topic_json.hpp"
#include "faces/views/work.hpp"

namespace stint::taskmanager {
namespace {

constexpr std::size_t mostAsked = 50;          ///< an app's jobs at the scheduler for its work (jobs.md §10)
constexpr std::size_t mostWorkBytes = 1 << 20; ///< for an answer

/// One app's requests, while the scheduler is asked about them.
struct Shown {
    cli::Works works;
    bool more;
    Done done;
    std::vector<std::optional<cli::Explanation>> jobs; ///< one for each row
    std::size_t outstanding = 1;

    void answered() {
        if (--outstanding > 0) return;
        std::vector<std::string> requests;
        std::size_t bytes = 0;
        for (std::size_t nth = 0; nth < works.rows.size(); ++nth) {
            const auto& row = works.rows[nth];
            requests.push_back(jsonOf(works, row, whyText(works, row, jobs[nth], wallNow())));
            bytes += requests.back().size();
            if (bytes <= mostWorkBytes) continue;
            requests.pop_back();
            more = true;
            break;
        }
        done(jsonAnswer(fmt::format(R"({{"package":{},"requests":{},"more":{}}})",
                                    cli::dumped(cli::Json(works.package)), arrayOf(requests), more)));
    }
};

void tellWork(DaemonLine& line, const std::string& package, const wire::WorkList& list, const Done& done) {
    const auto shown = std::make_shared<Shown>(Shown{{package, list.rows}, list.more, done, {}});
    const auto& rows = shown->works.rows;
    shown->jobs.resize(rows.size());
    std::size_t asked = 0;
    for (std::size_t nth = 0; nth < rows.size() && asked < mostAsked; ++nth) {
        const auto key = jobToAsk(shown->works, rows[nth]);
        if (!key) continue;
        ++asked;
        ++shown->outstanding;
        line.ask<cli::Explanation>(cli::calls::explain(*key), [shown, nth](Result<cli::Explanation> it) {
            if (it.ok()) shown->jobs[nth] = std::move(*it);
            shown->answered();
        });
    }
    shown->answered();
}

} // namespace

void answerWork(AppWork& work, DaemonLine& line, const Request& request, const Done& done) {
    const auto names = valuesIn(request.query, "package");
    if (!names.ok()) return done(answerOf(names.error()));
    if (names->size() != 1) return done(refusal(400, "ask for one app: /api/work?package=com.example.app"));
    const std::string& package = names->front();
    if (sd_bus_service_name_is_valid(wire::workNameOf(package).c_str()) <= 0)
        return done(refusal(400, fmt::format("{} is no package's name", printable(package))));
    work.ask(package, [&line, package, done](const Result<wire::WorkList>& list) {
        if (!list.ok()) return done(refusal(404, list.error().message));
        tellWork(line, package, *list, done);
    });
}

} // namespace stint::taskmanager
