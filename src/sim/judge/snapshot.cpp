#include "sim/judge/snapshot.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "stintd/store/store.hpp"

namespace stint::sim {
namespace {

namespace files = std::filesystem;

/// A copy of the snapshot, in a directory of its own, since a store that is opened may be brought to our version.
class SnapshotCopy {
public:
    ~SnapshotCopy() {
        std::error_code ignored;
        if (!directory_.empty()) files::remove_all(directory_, ignored);
    }

    Result<void> take(const files::path& file) {
        std::string name = files::temp_directory_path() / "stint-sim-XXXXXX";
        if (!::mkdtemp(name.data()))
            return fail(Errc::SYSTEM, "cannot make a directory in {}", files::path(name).parent_path().string());
        directory_ = name;
        std::error_code error;
        files::copy_file(file, directory_ / "stint.db", error);
        if (!error)
            files::permissions(directory_ / "stint.db", files::perms::owner_read | files::perms::owner_write, error);
        if (error)
            return fail(Errc::ILLEGAL_ARGUMENT, "cannot read the snapshot {}: {}", file.string(), error.message());
        return {};
    }

    const files::path& directory() const { return directory_; }

private:
    files::path directory_;
};

} // namespace

Result<Snapshot> snapshotOf(const Scenario& recording, const BootId& boot) {
    SnapshotCopy copy;
    STINT_TRY(copy.take(files::path(recording.file).parent_path() / *recording.from));
    Store store = STINT_TRY(Store::open({.directory = copy.directory(), .boot = boot}));
    return store.load();
}

} // namespace stint::sim
