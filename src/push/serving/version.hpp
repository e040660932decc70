// The version of a nats-server, by its own word: what its configuration may say depends on it.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace stint::push {

using Version = std::array<int, 3>;

/// The numbers of "v2.10.27", or "v2.12.0-RC.1". nullopt: it is none.
std::optional<Version> versionIn(std::string_view text);
/// A sentence where that version is no good in a cluster (push.md §3.3); empty: it is, or is none.
std::string tooOldForCluster(std::string_view text);

} // namespace stint::push
