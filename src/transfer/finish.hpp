// The last step: a part that is whole becomes the file, verified and on the disk, and no crash in between can make a
// finished download look unfinished or an existing file disappear.
#pragma once
#include <atomic>
#include <filesystem>
#include <optional>

#include "transfer/download.hpp"
#include "transfer/ending.hpp"
#include "transfer/part_file.hpp"
#include "transfer/sidecar.hpp"

namespace stint::transfer {

/// Checksum (one pass, where one was asked for or the server gave one), fsync, note in the sidecar, the target's name
/// for the very file that was verified, whatever the part's name stands for by then, fsync of the directory. Blocks:
/// for the workbench. A wrong checksum removes the part. `cancelled` ends it as Later before it has its name.
Ending putInPlace(const Download& download, const PartPlace& where, Sidecar sidecar, const PartFile& part,
                  const std::atomic<bool>& cancelled);

/// Done, where a run before this one had put the file in place, and died before that was known: its sidecar still
/// stands. Not asked where the target may be replaced: nothing is in the way then, and a sidecar that was forgotten by
/// mistake must not pass an old file for a new one.
std::optional<Ending> alreadyInPlace(const Download& download, const std::shared_ptr<const Folder>& folder);
/// Removes the sidecar that says so. Call it once the job is known to be over, and not before.
void forgetFinished(const std::filesystem::path& output);

/// Done, in words.
Ending saved(const Download& download, const Sidecar& sidecar);
/// What checksumAuto asks for is not to be had.
Ending unverifiable();
/// The file as it will be called: Download::output, or what the server named it, beside that.
std::filesystem::path targetOf(const Download& download, const std::string& name);
/// Why that file may not come to be; nullopt where it may. What may be replaced is a regular file, and nothing else.
std::optional<Ending> inTheWay(const Download& download, const std::string& name);

} // namespace stint::transfer
