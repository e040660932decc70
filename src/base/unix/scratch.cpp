#include "base/unix/scratch.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

#include <fmt/core.h>

#include "base/result/errors.hpp"

namespace stint {

Result<ScratchDirectory> ScratchDirectory::make(const std::filesystem::path& parent, std::string_view name) {
    std::string path = (parent / fmt::format("{}-XXXXXX", name)).native();
    if (!::mkdtemp(path.data())) return fail(Errc::SYSTEM, "cannot make a directory in {}", parent.native());
    return ScratchDirectory(std::move(path));
}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

} // namespace stint
