// The controllers of cgroup v2 that hold limits (cgroups(7)), and how a process divides the cgroup it stands in: first
// it moves into a leaf of it, then it turns them on. LINUX: the other way round makes the cgroup threaded for good, and
// a cgroup that passes controllers on holds no process of its own.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint {

enum class Controller : std::uint8_t { Cpu, Memory, Pids };
inline constexpr std::array allControllers{Controller::Cpu, Controller::Memory, Controller::Pids};

/// "cpu", the kernel's name.
std::string_view nameOf(Controller);

/// The limits that it holds, in words: "limits of memory".
std::string_view meaningOf(Controller);
/// The topic of `stint doctor` that says whether it holds here.
std::string limitTopic(Controller);

using Controllers = std::set<Controller>;

/// The controllers that hold limits, and why the others do not.
struct Held {
    Controllers held;
    std::string why; ///< empty if all do

    bool operator==(const Held&) const = default;
};

/// Those named in the text of cgroup.controllers or cgroup.subtree_control.
Controllers controllersIn(std::string_view text);

/// Divides `cgroup`, in which this process stands, or in `leaf` of it already. Nothing has changed if nothing is held:
/// other processes stand in it, it gets no controllers, or it may not be written.
Held divide(const std::filesystem::path& cgroup, const std::string& leaf);

/// Turns `controllers` on for the children of a cgroup that holds no process.
Result<void> passOn(const Controllers& controllers, const std::filesystem::path& cgroup);

/// True if cgroup v1 has that controller, by the text of /proc/cgroups, so that v2 cannot.
bool isBoundToV1(Controller, std::string_view cgroups);

} // namespace stint
