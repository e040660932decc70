// The calls of the daemon by which each topic is fetched.
#include <iterator>
#include <memory>

#include "faces/taskmanager/board.hpp"
#include "faces/taskmanager/topic_json.hpp"

namespace stint::taskmanager {
namespace {

/// Several answers gathered: the first error, or the whole once all are there.
struct DeviceAsked {
    DeviceSeen seen;
    unsigned outstanding = 4;
    std::optional<Error> error = std::nullopt;
};

} // namespace

void Board::fetchFinished(Fetched fetched) {
    line_.ask<cli::Page<JobView>>(cli::calls::jobs(std::nullopt, true, {}),
                                  [fetched = std::move(fetched)](Result<cli::Page<JobView>> page) {
                                      if (!page.ok()) return fetched(page.error());
                                      constexpr std::size_t most = 50;
                                      if (page->rows.size() > most)
                                          page->rows.erase(page->rows.begin() + most, page->rows.end());
                                      fetched(finishedJson(page->rows));
                                  });
}

void Board::fetchTasks(Fetched fetched) {
    line_.ask<std::vector<TaskRow>>(cli::calls::tasks(),
                                    [fetched = std::move(fetched)](const Result<std::vector<TaskRow>>& rows) {
                                        if (!rows.ok()) return fetched(rows.error());
                                        fetched(tasksJson(*rows));
                                    });
}

void Board::fetchApps(Fetched fetched) {
    line_.ask<std::vector<AppView>>(cli::calls::apps(),
                                    [fetched = std::move(fetched)](const Result<std::vector<AppView>>& apps) {
                                        if (!apps.ok()) return fetched(apps.error());
                                        fetched(appsJson(*apps));
                                    });
}

void Board::fetchDevice(Fetched fetched) {
    const auto asked = std::make_shared<DeviceAsked>();
    const auto part = [this, asked, fetched](auto call, auto& into) {
        using Rows = std::remove_reference_t<decltype(into)>;
        line_.ask<Rows>(call, [asked, fetched, &into](Result<Rows> answer) {
            if (answer.ok())
                into = std::move(*answer);
            else
                asked->error = answer.error();
            if (--asked->outstanding > 0) return;
            fetched(asked->error ? Result<std::string>(*asked->error) : deviceJson(asked->seen));
        });
    };
    part(cli::calls::device(), asked->seen.values);
    part(cli::calls::doze(), asked->seen.doze);
    part(cli::calls::deviceLimits(), asked->seen.limits);
    part(cli::calls::networks(), asked->seen.networks);
}

/// The apps were asked already.
void Board::fetchWork(Fetched fetched) { fetched(work_.topic()); }

void Board::fetchAlarms(Fetched fetched) { fetchMoreAlarms({}, std::move(fetched)); }

void Board::fetchMoreAlarms(std::vector<AlarmView> before, Fetched fetched) {
    const auto call = cli::calls::alarms(std::nullopt, before);
    line_.ask<cli::Page<AlarmView>>(
        call, [this, all = std::move(before), fetched = std::move(fetched)](Result<cli::Page<AlarmView>> page) mutable {
            if (!page.ok()) return fetched(page.error());
            std::ranges::move(page->rows, std::back_inserter(all));
            if (page->more) return fetchMoreAlarms(std::move(all), std::move(fetched));
            fetched(alarmsJson(all));
        });
}

} // namespace stint::taskmanager
