#include "cli/line/constraint_options.hpp"

namespace stint::cli {
namespace {

Option optionOf(const JobField& row) { return {row.option, "", row.help}; }

} // namespace

std::vector<Option> constraintOptions(bool JobField::*may) {
    std::vector<Option> options;
    for (const JobField& row : jobFields)
        if (!row.option.empty() && row.*may) options.push_back(optionOf(row));
    return options;
}

ConstraintFlags constraintsIn(const Arguments& given) {
    ConstraintFlags flags;
    for (const JobField& row : jobFields)
        if (!row.option.empty() && given.has(optionOf(row).longName())) flags.push_back(&row);
    return flags;
}

void setConstraints(JobInfo::Builder& job, const ConstraintFlags& flags) {
    for (const JobField* row : flags)
        std::get<JobValue<bool>>(row->value).set(job, true);
}

} // namespace stint::cli
