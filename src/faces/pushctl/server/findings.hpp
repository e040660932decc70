// Findings on a server of push on this machine (push.md §5), for `stint push doctor` and `stint fleet doctor`: its
// nats-server, its store, and the replicas of a cluster.
#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

#include "link/wire/views.hpp"

namespace stint::pushctl {

/// The server in that directory, which `verb` starts; where none is, and one is meant to be there, that.
std::vector<wire::Finding> findingsOfServer(const std::filesystem::path& data, bool isMeant, std::string_view verb);

} // namespace stint::pushctl
