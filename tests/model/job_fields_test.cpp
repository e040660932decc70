// The table of what a job says (jobs.md §1.1).
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "model/sample_job.hpp"

using namespace stint;
using namespace stint::test;

TEST_CASE("each row sets what it reads, and nothing that another one reads") {
    const JobInfo nothing = *JobInfoAccess::requested({1, "Jobs"});
    for (const JobField& field : jobFields) {
        CAPTURE(field.method);
        if (field.key.empty()) continue;
        JobInfo::Builder builder{1, "Jobs"};
        setSample(field, builder);
        const auto job = JobInfoAccess::requested(builder);
        REQUIRE(job);
        CHECK_FALSE(*job == nothing);
        CHECK(isSet(field, *job));
        for (const JobField& other : jobFields)
            if (&other != &field && other.key != "priority") CHECK(isSet(other, *job) == isSet(other, nothing));
    }
}

TEST_CASE("no two rows have one name") {
    std::map<std::string_view, int> keys, scenario, options;
    for (const JobField& field : jobFields) {
        for (const std::string_view key : {field.key, field.second})
            if (!key.empty()) CHECK(++keys[key] == 1);
        if (!field.scenario.empty()) CHECK(++scenario[field.scenario] == 1);
        if (!field.option.empty()) CHECK(++options[field.option] == 1);
    }
}

TEST_CASE("a plain flag that is a constraint is one bit of what gates read") { // jobs.md §3.2
    for (const JobField& field : jobFields) {
        const auto* flag = std::get_if<JobValue<bool>>(&field.value);
        if (!flag) continue;
        CAPTURE(field.method);
        JobInfo::Builder builder{1, "Jobs"};
        flag->set(builder, true);
        const ConstraintSet constraints = constraintsOf(*JobInfoAccess::requested(builder));
        CHECK((constraints != 0) == (field.constraint != PENDING_JOB_REASON_UNDEFINED));
    }
    CHECK(constraintNamed("requiresCharging") != constraintNamed("requiresDeviceIdle"));
}
