// GET /metrics: the three calls behind it.
#include <memory>

#include "faces/control/calls.hpp"
#include "faces/taskmanager/open_metrics.hpp"
#include "faces/taskmanager/outcome.hpp"
#include "faces/taskmanager/paths.hpp"

namespace stint::taskmanager {
namespace {

struct Measuring {
    Measured measured;
    Done done;
    unsigned outstanding = 3;
    std::optional<Error> error = std::nullopt;

    void told() {
        if (--outstanding > 0) return;
        done(error ? answerOf(*error) : Answer{200, std::string(openMetricsType), openMetrics(measured)});
    }
};

template <class Part>
void measure(DaemonLine& line, const std::shared_ptr<Measuring>& all, const cli::Call<Part>& call, Part& into) {
    line.ask<Part>(call, [all, &into](Result<Part> part) {
        if (part.ok())
            into = std::move(*part);
        else
            all->error = part.error();
        all->told();
    });
}

} // namespace

void answerMetrics(DaemonLine& line, const Request&, Done done) {
    const auto all = std::make_shared<Measuring>(Measuring{.measured = {}, .done = std::move(done)});
    measure(line, all, cli::calls::overview(), all->measured.scheduler);
    measure(line, all, cli::calls::apps(), all->measured.apps);
    measure(line, all, cli::calls::meters(), all->measured.meters);
}

} // namespace stint::taskmanager
