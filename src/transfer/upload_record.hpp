// What must be known of a tus upload to go on with it: where it is, and of which state of the file. One file per source
// and URL, of mode 0600: whoever knows an upload's URL may write to it. Its lock keeps two transfers of one pair apart.
// It may be missing or damaged: then the upload begins anew.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "stint/result.hpp"
#include "transfer/folder.hpp"
#include "transfer/source.hpp"
#include "transfer/upload.hpp"

namespace stint::transfer {

struct UploadState {
    std::string location; ///< the upload's own URL
    SourceMark mark;
    std::optional<std::int64_t> expires; ///< the server keeps it until then, in seconds since 1970
    bool termination = false;            ///< tus::Offer
    std::string checksum;
    std::string anew; ///< why it was begun anew, if it was: the person is told at the end

    bool operator==(const UploadState&) const = default;
};

std::string encode(const UploadState&);
/// nullopt for what encode() would not write.
std::optional<UploadState> decodeUpload(std::string_view text);

class UploadRecord {
public:
    /// Opens or creates it. nullopt: another holds the lock.
    static Result<std::optional<UploadRecord>> open(const Upload& upload);
    static std::filesystem::path pathOf(const Upload& upload);

    /// nullopt where nothing is known yet.
    std::optional<UploadState> load() const;
    /// On the disk when it returns.
    Result<void> save(const UploadState& state) const;
    void remove() const;

private:
    UploadRecord(std::shared_ptr<const Folder> folder, std::string name, Fd fd)
        : folder_(std::move(folder)), name_(std::move(name)), fd_(std::move(fd)) {}

    std::shared_ptr<const Folder> folder_;
    std::string name_;
    Fd fd_;
};

} // namespace stint::transfer
