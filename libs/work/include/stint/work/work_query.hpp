// WorkQuery: a choice of requests (jobs.md §10), namely those that have one of the ids, one of the names, one of the
// tags and one of the states; an empty set matches all.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "stint/export.hpp"
#include "stint/work/uuid.hpp"
#include "stint/work/work_info.hpp"

namespace stint::work {

struct STINT_API WorkQuery {
    std::set<UUID> ids;
    std::set<std::string> uniqueWorkNames;
    std::set<std::string> tags;
    std::set<State> states;

    static WorkQuery fromIds(std::set<UUID> ids);
    static WorkQuery fromUniqueWorkNames(std::set<std::string> names);
    static WorkQuery fromTags(std::set<std::string> tags);
    static WorkQuery fromStates(std::set<State> states);
};

} // namespace stint::work
