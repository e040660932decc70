#include "programs/transfer/digest.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include <openssl/evp.h>
#include <unistd.h>

#include "base/result/check.hpp"
#include "base/result/fail.hpp"
#include "base/unix/folder.hpp"

namespace stint::transfer {

Result<std::string> digestOf(int descriptor, Extent extent, std::string_view algorithm,
                             const std::atomic<bool>& cancelled) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const EVP_MD* kind = EVP_get_digestbyname(std::string(algorithm).c_str());
    bool sound = context && kind && EVP_DigestInit_ex(context.get(), kind, nullptr) == 1;
    std::vector<unsigned char> buffer(1_MiB);
    for (Bytes offset = extent.start; sound && (!extent.end || offset < *extent.end);) {
        if (cancelled) return fail(Errc::ILLEGAL_STATE, "the checksum was not finished: the job was stopped");
        std::size_t wanted = buffer.size();
        if (extent.end) wanted = std::min(wanted, static_cast<std::size_t>(*extent.end - offset));
        const ssize_t count = ::pread(descriptor, buffer.data(), wanted, offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(systemCode(errno), "cannot read the file back: {}", std::strerror(errno));
        if (count == 0) break;
        sound = EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(count)) == 1;
        offset += count;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!sound || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1)
        return fail(Errc::SYSTEM, "this OpenSSL has no {}", algorithm);
    return std::string(digest.begin(), digest.begin() + size);
}

std::string fingerprint(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    STINT_CHECK(EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), &size) == 1);
    return toHex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string toHex(std::string_view bytes) {
    std::string text;
    for (unsigned char byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

std::string toBase64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // and the NUL that OpenSSL writes
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> fromBase64(std::string_view text) {
    auto padding = text.size() - std::min(text.find('='), text.size());
    const bool padded = padding <= 2 && text.substr(text.size() - padding) == std::string_view("==").substr(0, padding);
    if (text.empty() || text.size() % 4 != 0 || !padded) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

} // namespace stint::transfer
