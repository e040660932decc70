// Where a figure was measured: without it no absolute number means anything.
#pragma once
#include <string>

namespace stint::bench {

/// "machine: HOST, AMD EPYC, 2 cores, Linux 6.1.0".
std::string machine();

} // namespace stint::bench
