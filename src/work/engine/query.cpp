#include "stint/work/work_query.hpp"

namespace stint::work {

WorkQuery WorkQuery::fromIds(std::set<UUID> ids) { return {.ids = std::move(ids)}; }
WorkQuery WorkQuery::fromUniqueWorkNames(std::set<std::string> names) { return {.uniqueWorkNames = std::move(names)}; }
WorkQuery WorkQuery::fromTags(std::set<std::string> tags) { return {.tags = std::move(tags)}; }
WorkQuery WorkQuery::fromStates(std::set<State> states) { return {.states = std::move(states)}; }

} // namespace stint::work
