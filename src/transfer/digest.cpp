#include "transfer/digest.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include <openssl/evp.h>
#include <unistd.h>

#include "base/fail.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

Result<std::string> sha256Of(int descriptor, const std::atomic<bool>& cancelled) {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    bool sound = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    std::vector<unsigned char> buffer(1_MiB);
    for (off_t offset = 0; sound;) {
        if (cancelled) return fail(Errc::IllegalState, "the checksum was not finished: the job was stopped");
        ssize_t count = ::pread(descriptor, buffer.data(), buffer.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(Errc::System, "cannot read the file back: {}", std::strerror(errno));
        if (count == 0) break;
        sound = EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(count)) == 1;
        offset += count;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!sound || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1)
        return fail(Errc::System, "OpenSSL computes no SHA-256 here");
    std::string text = "sha256:";
    for (unsigned i = 0; i < size; ++i)
        text += fmt::format("{:02x}", digest[i]);
    return text;
}

} // namespace stint::transfer
