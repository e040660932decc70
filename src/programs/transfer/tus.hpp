// The tus protocol 1.0.0 (tus.io): its headers, parsed and written; pure. A server's offer is read once; its numbers
// are untrusted, and checked before use. And the record by which an upload is resumed: its URL, and the state of the
// file.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/fd.hpp"
#include "base/unix/folder.hpp"
#include "programs/transfer/spec.hpp"
#include "programs/transfer/upload.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer::tus {

inline constexpr std::string_view version = "Tus-Resumable: 1.0.0";

/// The content of a response to OPTIONS.
struct Offer {
    bool termination = false;
    std::string checksum; ///< OpenSSL's name of the strongest algorithm both know; empty: none
    std::optional<Bytes> largest;

    bool operator==(const Offer&) const = default;
};

/// Each argument is a header's value; empty if absent. IllegalState: the server cannot be used, because of another
/// version or no way to create an upload.
Result<Offer> readOffer(std::string_view versions, std::string_view extensions, std::string_view algorithms,
                        std::string_view largest);

/// Upload-Metadata with the file's name.
std::string metadata(std::string_view fileName);
/// Upload-Checksum of raw digest bytes.
std::string checksumHeader(std::string_view algorithm, std::string_view digest);

/// Upload-Offset or Upload-Length; nullopt if it is not a number.
std::optional<Bytes> readNumber(std::string_view value);

/// Upload-Expires, in seconds since 1970; nullopt if absent or not understood.
std::optional<std::int64_t> readExpiry(const std::string& value);

} // namespace stint::transfer::tus

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
