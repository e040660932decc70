#include "programs/transfer/tus.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer::tus {
namespace {

/// True if `word` is one of a list with commas.
bool lists(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        auto end = std::min(list.find(','), list.size());
        std::string_view one = list.substr(0, end);
        while (one.starts_with(' '))
            one.remove_prefix(1);
        while (one.ends_with(' '))
            one.remove_suffix(1);
        if (one == word) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

} // namespace

Result<Offer> readOffer(std::string_view versions, std::string_view extensions, std::string_view algorithms,
                        std::string_view largest) {
    if (!lists(versions, "1.0.0"))
        return fail(Errc::ILLEGAL_STATE, "{}",
                    versions.empty() ? "the server does not support tus"
                                     : "the server does not support version 1.0.0 of tus");
    if (!lists(extensions, "creation"))
        return fail(Errc::ILLEGAL_STATE, "the server does not allow creating tus uploads");
    Offer offer{.termination = lists(extensions, "termination"), .checksum = {}, .largest = readNumber(largest)};
    if (!lists(extensions, "checksum")) return offer;
    for (const std::string_view algorithm : {"sha512", "sha256", "sha1"}) {
        if (!lists(algorithms, algorithm)) continue;
        offer.checksum = algorithm;
        break;
    }
    return offer;
}

std::string metadata(std::string_view fileName) {
    return fmt::format("Upload-Metadata: filename {}", toBase64(fileName));
}

std::string checksumHeader(std::string_view algorithm, std::string_view digest) {
    return fmt::format("Upload-Checksum: {} {}", algorithm, toBase64(digest));
}

std::optional<Bytes> readNumber(std::string_view value) {
    // Digits alone (tus 1.0.0, Headers): "-0" is none, though it is 0.
    return value.starts_with('-') ? std::nullopt : numberIn<Bytes>(value);
}

std::optional<std::int64_t> readExpiry(const std::string& value) {
    auto time = curl_getdate(value.c_str(), nullptr);
    return time < 0 ? std::nullopt : std::optional<std::int64_t>(time);
}

} // namespace stint::transfer::tus

namespace stint::transfer {
namespace {

using Json = nlohmann::json;

constexpr int recordVersion = 1;

// A location is a header's value, at most 100 KiB by curl's limit.
constexpr Bytes longestRecord = 1_MiB;

std::string nameOf(const Upload& upload) { return fingerprint(upload.url + '\n' + upload.source.native()) + ".json"; }

template <class Number> void readWhole(const Json& value, Number& number) { number = wholeNumber<Number>(value); }

} // namespace

std::string encode(const UploadState& state) {
    const Json object{{"version", recordVersion},
                      {"location", state.location},
                      {"device", state.mark.device},
                      {"inode", state.mark.inode},
                      {"size", state.mark.size},
                      {"modified", state.mark.modified},
                      {"changed", state.mark.changed},
                      {"expires", state.expires.value_or(-1)},
                      {"termination", state.termination},
                      {"checksum", state.checksum},
                      {"anew", state.anew}};
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<UploadState> decodeUpload(std::string_view text) {
    try {
        Json object = Json::parse(text);
        if (object.at("version") != recordVersion) return std::nullopt;
        UploadState state;
        object.at("location").get_to(state.location);
        readWhole(object.at("device"), state.mark.device);
        readWhole(object.at("inode"), state.mark.inode);
        readWhole(object.at("size"), state.mark.size);
        readWhole(object.at("modified"), state.mark.modified);
        readWhole(object.at("changed"), state.mark.changed);
        if (auto expires = wholeNumber<std::int64_t>(object.at("expires")); expires >= 0) state.expires = expires;
        object.at("termination").get_to(state.termination);
        object.at("checksum").get_to(state.checksum);
        object.at("anew").get_to(state.anew);
        return state;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

std::filesystem::path UploadRecord::pathOf(const Upload& upload) { return upload.records / nameOf(upload); }

Result<std::optional<UploadRecord>> UploadRecord::open(const Upload& upload) {
    std::error_code error;
    std::filesystem::create_directories(upload.records, error);
    auto opened = STINT_TRY(Folder::open(upload.records));
    auto folder = std::make_shared<const Folder>(std::move(opened));
    std::string name = nameOf(upload);
    for (;;) {
        if (folder->standing(name) == Folder::Standing::Doubtful) STINT_TRY(folder->remove(name));
        Fd fd = folder->openOurs(name, O_RDWR);
        if (!fd) fd = folder->create(name);
        if (!fd && errno == EEXIST && folder->standing(name) == Folder::Standing::Foreign)
            return fail(Errc::SYSTEM, "{} is another user's", folder->at(name).native());
        if (!fd && errno == EEXIST) continue;
        if (!fd) return diskRefused("create", folder->at(name));
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) return std::optional<UploadRecord>{};
            return diskRefused("lock", folder->at(name));
        }
        // The last holder may have removed it before we got the lock.
        if (folder->names(name, fd.get()))
            return std::optional(UploadRecord(std::move(folder), std::move(name), std::move(fd)));
    }
}

std::optional<UploadState> UploadRecord::load() const {
    auto text = readAtMost(fd_.get(), longestRecord);
    return text ? decodeUpload(*text) : std::nullopt;
}

Result<void> UploadRecord::save(const UploadState& state) const {
    std::string text = encode(state);
    // In place, because the lock is on this file: after a power loss a torn one is not JSON, and the upload starts
    // over.
    if (::ftruncate(fd_.get(), 0) != 0 ||
        ::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return diskRefused("write", folder_->at(name_));
    if (::fdatasync(fd_.get()) != 0) return diskRefused("sync", folder_->at(name_));
    return {};
}

void UploadRecord::remove() const {
    if (folder_->names(name_, fd_.get())) (void)folder_->remove(name_);
}

} // namespace stint::transfer
