// The record by which a tus upload is resumed: its URL, and the state of the file. One file per source and URL, of mode
// 0600, because an upload's URL permits writing to it. Its lock excludes a second transfer of the same pair. If it is
// missing or damaged, the upload starts over.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "programs/transfer/source.hpp"
#include "programs/transfer/spec.hpp"
#include "stint/result.hpp"

namespace stint::transfer {

struct UploadState {
    std::string location; ///< the upload's own URL
    SourceMark mark;
    std::optional<std::int64_t> expires; ///< the server keeps it until then, in seconds since 1970
    bool termination = false;            ///< tus::Offer
    std::string checksum;
    std::string anew; ///< the reason why it started over, if it did: shown to the person at the end

    bool operator==(const UploadState&) const = default;
};

std::string encode(const UploadState&);
/// nullopt for anything that encode() does not write.
std::optional<UploadState> decodeUpload(std::string_view text);

/// One file per source and URL, of mode 0600, because an upload's URL permits writing to it. Its lock excludes a
/// second transfer of the same pair. If it is missing or damaged, the upload starts over.
class UploadRecord {
public:
    /// Opens or creates it. nullopt: another holds the lock.
    static Result<std::optional<UploadRecord>> open(const Upload& upload);
    static std::filesystem::path pathOf(const Upload& upload);

    /// nullopt if nothing was recorded yet.
    std::optional<UploadState> load() const;
    /// Writes the state, and syncs the file.
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
