// A server that is one of a cluster (push.md §3.3): the options that say so, of `stint push serve` and `stint fleet
// serve`, and how it joins.
#pragma once
#include <chrono>
#include <filesystem>
#include <string_view>

#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"
#include "push/joining/words.hpp"
#include "push/serving/serving.hpp"
#include "stint/result.hpp"

namespace stint::pushctl {

inline constexpr Duration usualServerInvitation = std::chrono::hours(1);

/// The server in `data` that the options ask for, --cluster and --join among them. IllegalArgument: they are wrong, or
/// do not go together.
Result<push::Serving::Settings> clusterServingOf(const cli::Arguments& given, const std::filesystem::path& data);
/// The server joins the cluster of the one that --join names: its directory is one of that cluster's from then on.
Result<push::ServerAnswer> joinCluster(const cli::Arguments& given, const push::Serving::Settings& settings,
                                       const cli::Screen& screen);
/// Tells the line by which a second server joins, as `stint push serve` or `stint fleet serve`.
void tellFirst(const std::filesystem::path& data, std::string_view verbs, const cli::Screen& screen);

} // namespace stint::pushctl
