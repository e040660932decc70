// The last step: a complete part becomes the file, verified and synced. No crash in between can make a finished
// download look unfinished or an existing file disappear.
#pragma once
#include <atomic>
#include <filesystem>
#include <optional>

#include "programs/transfer/ending.hpp"
#include "programs/transfer/part_file.hpp"
#include "programs/transfer/sidecar.hpp"
#include "programs/transfer/spec.hpp"

namespace stint::transfer {

/// Checks the checksum (one pass, if one was asked for or the server gave one), fsyncs, records the end in the sidecar,
/// gives the target's name to the very file that was verified, whatever the part's name stands for by then, and fsyncs
/// the directory. Blocks on the disk. A wrong checksum removes the part. `cancelled` ends it as Later before the file
/// has its name.
Ending putInPlace(const Download& download, const PartPlace& where, Sidecar sidecar, const PartFile& part,
                  const std::atomic<bool>& cancelled);

/// Done, if an earlier run had put the file in place and died before that was known: its sidecar is still there. Not
/// called if the target may be replaced: then nothing is in the way, and a leftover sidecar must not pass an old file
/// off as a new one.
Result<std::optional<Ending>> alreadyInPlace(const Download& download, const std::shared_ptr<const Folder>& folder);
/// True if a sidecar beside `output` records an end.
bool isFinished(const std::filesystem::path& output);
/// Removes that sidecar. Call it only once the job is known to be over.
void forgetFinished(const std::filesystem::path& output);

/// Done, in words.
Ending saved(const Download& download, const Sidecar& sidecar);
/// The Ending if checksumAuto finds no checksum.
Ending unverifiable();
/// The final path: Download::output, or the server's name in the same directory.
std::filesystem::path targetOf(const Download& download, const std::string& name);
/// The reason why that file cannot be created; nullopt if it can. Only a regular file may be replaced.
std::optional<Ending> inTheWay(const Download& download, const std::string& name);

} // namespace stint::transfer
