// Files that this user alone may read.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// Opens the file to read and write, or makes it. Storage: it is something else, or others may read it.
Result<Fd> privateFile(const std::filesystem::path& file);

/// Makes the directory, and those above it, where they are not there, for this user alone. Security: others may look
/// into it, or it is not this user's.
Result<void> makePrivateDirectory(const std::filesystem::path& directory);

/// The file has that text, or what it had: on the disk when it returns.
Result<void> writePrivateFile(const Folder& folder, const std::string& name, std::string_view text);

} // namespace stint::push
