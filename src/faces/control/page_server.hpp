// The server of the Task Manager's page: this user's stint-taskmanager, which is started where none serves.
#pragma once
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint::cli {

/// The server's address, with the token behind the '#'. `words`: the arguments for a server that has to be started;
/// of several verbs at once only one starts it. Unavailable, with the server's last words, where it does not serve
/// within ten seconds.
Result<std::string> pageServer(const std::vector<std::string>& words);

} // namespace stint::cli
