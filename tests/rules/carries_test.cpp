// Which kind of job may carry what (jobs.md §1.1, §1.2, §1.5; §11 examples 1 to 5).
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "contract/rules/validation.hpp"
#include "model/sample_job.hpp"
#include "rules/kinds_of_job.hpp"

using namespace stint;

namespace {

/// The rule that the job breaks: "V12"; empty: none.
std::string broken(const Builder& builder) {
    const auto job = builder.build();
    if (job) return "";
    return job.error().message.substr(0, job.error().message.find(':'));
}

std::string trimmed(const std::string& cell) {
    const auto first = cell.find_first_not_of(' ');
    return first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1);
}

/// How the specification says what a row says of the work layer.
std::string workCell(const JobField& row) {
    if (row.work == "no") return "–";
    if (row.work == "yes") return "✔";
    return row.work == "always" ? "always" : "✔ (" + std::string(row.work) + ")";
}

/// The rows of jobs.md §1.5: of each method its cells, regular to work layer.
std::map<std::string, std::vector<std::string>> tableOfTheSpec() {
    std::ifstream file(STINT_DOCS "/spec/jobs.md");
    std::map<std::string, std::vector<std::string>> rows;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("### ")) inside = line.starts_with("### 1.5 ");
        if (!inside || !line.starts_with("| ")) continue;
        std::vector<std::string> cells;
        std::istringstream parts(line.substr(2));
        for (std::string cell; std::getline(parts, cell, '|');)
            cells.push_back(trimmed(cell));
        std::istringstream methods(cells.front());
        for (std::string method; methods >> method;)
            rows[method.substr(0, method.find(','))] = {cells.begin() + 1, cells.begin() + 5};
    }
    rows.erase("Method");
    return rows;
}

bool may(const std::string& cell) { return cell.starts_with("✔"); }

} // namespace

TEST_CASE("the table has the rows of the specification, and what they say") { // §1.5
    const auto spec = tableOfTheSpec();
    CHECK(spec.size() == carriesTable().size());
    for (const JobField* row : carriesTable()) {
        CAPTURE(row->method);
        const auto cells = spec.find(std::string(row->method));
        REQUIRE(cells != spec.end());
        CHECK(row->regular == may(cells->second[0]));
        CHECK(row->expedited == may(cells->second[1]));
        CHECK(row->userInitiated == may(cells->second[2]));
        CHECK(cells->second[3] == workCell(*row));
        CHECK_FALSE(row->help.empty());
    }
}

TEST_CASE("each kind of job carries exactly what the table says") { // §1.5
    for (const JobField* row : carriesTable()) {
        CAPTURE(row->method);
        const auto brokenBy = [&](Builder builder) {
            builder.setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY); // what is estimated needs one
            test::setSample(*row, builder);
            return broken(builder);
        };
        CHECK(brokenBy(regular()) == "");
        CHECK(brokenBy(expedited()) == (row->expedited ? "" : "V11"));
        CHECK(brokenBy(transfer()) == (row->userInitiated ? "" : "V12"));
    }
    CHECK(broken(expedited().setMinimumLatency(0s)) == "V11"); // even 0 is a latency
}

TEST_CASE("the first broken rule names the error") { // §1.2
    struct Row {
        const char* rule;
        Builder builder;
    };
    const ClipData clip{};
    const auto latency = [](Duration d) { return regular().setMinimumLatency(d); };
    // clang-format off
    const Row rows[] = {
        {"V1",  regular().setRequiresDeviceIdle(true).setBackoffCriteria(1min, 0)},
        {"V5",  latency(-1ms)},
        {"V5",  regular().setOverrideDeadline(-1ms)},
        {"V6",  regular().setPeriodic(1h).setOverrideDeadline(1h)},
        {"V6",  regular().setPeriodic(1h).setMinimumLatency(1s)},
        {"V6",  regular().setPeriodic(1h).addTriggerContentUri({"/x"})},
        {"V7",  regular().setPrefetch(true).setOverrideDeadline(1h)},
        {"V8",  regular().setPersisted(true).addTriggerContentUri({"/x"})},
        {"V8",  regular().setPersisted(true).setTransientExtras(PersistableBundle().putInt("n", 1))},
        {"V8",  transfer().setPersisted(true).setClipData(clip, 0)},
        {"V9",  regular().setPriority(JobInfo::PRIORITY_MAX)},
        {"V9",  regular().setPrefetch(true).setPriority(JobInfo::PRIORITY_HIGH)},
        {"V9",  regular().setPeriodic(1h).setPriority(JobInfo::PRIORITY_HIGH)},
        {"V10", regular().setRequiredNetworkType(1).setOverrideDeadline(10min)},
        {"V10", latency(50min).setOverrideDeadline(60min).setRequiresCharging(true)},
        {"V10", regular().setOverrideDeadline(0ms).setRequiresCharging(true)}, // no window at all
        {"",    regular().setOverrideDeadline(10min)},          // no functional constraint: only warned about
        {"",    regular().setRequiredNetworkType(1).setOverrideDeadline(15min)},
        {"V11", expedited().setUserInitiated(true).setRequiredNetworkType(1)},
        {"V11", expedited().setPriority(JobInfo::PRIORITY_DEFAULT)},
        {"",    expedited().setPriority(JobInfo::PRIORITY_HIGH)},
        {"V12", regular().setUserInitiated(true)},
        {"V12", transfer().setPriority(JobInfo::PRIORITY_HIGH)},
        {"V13", regular().addDebugTag("  ")},
        {"V13", regular().setTraceTag("a|b")},
        {"V13", regular().setTraceTag(std::string(128, 'x'))},
        {"",    regular().setTraceTag(std::string(127, 'x'))},
    };
    // clang-format on
    for (const Row& row : rows)
        CHECK(broken(row.builder) == row.rule);

    Builder tagged = regular();
    for (int n = 0; n < 33; ++n)
        tagged.addDebugTag("tag" + std::to_string(n));
    CHECK(broken(tagged) == "V13");
    CHECK(broken(tagged.removeDebugTag("tag0")) == "");
}

TEST_CASE("values that are too small are raised") { // §1.1, §11 example 4
    const auto period = [](Duration interval, Duration flex) {
        return *regular().setPeriodic(interval, flex).build()->getPeriod();
    };
    CHECK(period(1min, 1min) == JobInfo::Period{15min, 5min});
    CHECK(period(10h, 1min) == JobInfo::Period{10h, 30min});
    CHECK(*regular().setPeriodic(1h).build()->getPeriod() == JobInfo::Period{1h, 1h});
    const auto triggers = regular()
                              .addTriggerContentUri({"/x"})
                              .setTriggerContentUpdateDelay(1ms)
                              .setTriggerContentMaxDelay(-1ms)
                              .build();
    CHECK(triggers->getTriggerContentUpdateDelay() == 500ms);
    CHECK_FALSE(triggers->getTriggerContentMaxDelay().has_value());
}

TEST_CASE("important while foreground does nothing since Android 16") { // §1.1
    CHECK_FALSE(regular().setImportantWhileForeground(true).build()->isImportantWhileForeground());
}
