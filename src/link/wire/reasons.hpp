// Why a job waits (jobs.md §9.1), in a dictionary: "reasons" has their numbers, "reasonNames" their names.
#pragma once
#include <vector>

#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"
#include "stint/reasons.hpp"

namespace stint::wire {

void writeReasons(DictionaryWriter& dictionary, const std::vector<PendingReason>& reasons);
/// Has the key "reasons" read.
void takeReasons(DictionaryReader& dictionary, std::vector<PendingReason>& reasons);

} // namespace stint::wire
