#include "bench/machine.hpp"

#include <fstream>
#include <thread>

#include <fmt/core.h>
#include <sys/utsname.h>

namespace stint::bench {
namespace {

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    }
    return "unknown processor";
}

} // namespace

std::string machine() {
    utsname names{};
    ::uname(&names);
    return fmt::format("machine: {}, {}, {} cores, {} {}", names.nodename, processor(),
                       std::thread::hardware_concurrency(), names.sysname, names.release);
}

} // namespace stint::bench
