// The Task Manager's page: the stint-taskmanager of this user, which is started where none serves.
#pragma once
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint::cli {

/// Its address, with the token behind the '#'. `words`: for one that has to be started. Of several verbs at once one
/// starts it. Unavailable, with what it said last, where it does not serve within ten seconds.
Result<std::string> pageServer(const std::vector<std::string>& words);

} // namespace stint::cli
