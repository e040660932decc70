#include "programs/transfer/digest.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include <unistd.h>

#include <curl/curl.h>
#include <openssl/evp.h>

#include "base/result/errors.hpp"
#include "base/result/owned.hpp"
#include "base/unix/folder.hpp"
#include "programs/spool/transfers.hpp"

namespace stint::transfer {

Result<std::string> digestOf(int descriptor, Extent extent, std::string_view algorithm,
                             const std::atomic<bool>& cancelled) {
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
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

namespace {

std::string lower(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) { return std::tolower(c); });
    return made;
}

/// `text` split at separators outside quotes.
std::vector<std::string_view> pieces(std::string_view text, char separator) {
    std::vector<std::string_view> all;
    std::size_t from = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == separator && !quoted) {
            all.push_back(trimmed(text.substr(from, i - from)));
            from = i + 1;
        }
    }
    all.push_back(trimmed(text.substr(from)));
    return all;
}

/// "name=value", the name in lower case.
std::pair<std::string, std::string_view> assignment(std::string_view piece) {
    auto equals = piece.find('=');
    if (equals == std::string_view::npos) return {};
    return {lower(trimmed(piece.substr(0, equals))), trimmed(piece.substr(equals + 1))};
}

std::string unquoted(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
    std::string made;
    value = value.substr(1, value.size() - 2);
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        made += value[i];
    }
    return made;
}

/// RFC 8187: "UTF-8''na%20me". Other character sets are ignored.
std::string extended(std::string_view value) {
    if (!lower(value.substr(0, 6)).starts_with("utf-8'")) return {};
    value.remove_prefix(6);
    auto end = value.find('\'');
    if (end == std::string_view::npos) return {};
    value.remove_prefix(end + 1);
    if (value.empty()) return {}; // to curl, a length of 0 means up to the next NUL
    int length = 0;
    char* bytes = curl_easy_unescape(nullptr, value.data(), static_cast<int>(value.size()), &length);
    std::string made(bytes ? bytes : "", static_cast<std::size_t>(length));
    curl_free(bytes);
    return made;
}

/// Windows servers may send a whole path.
std::string_view lastPart(std::string_view name) { return name.substr(name.find_last_of("/\\") + 1); }

std::string checksumOf(std::string_view algorithm, std::string_view base64) {
    auto bytes = fromBase64(base64);
    if (!bytes) return {};
    auto checked = parseChecksum(std::string(algorithm) + ":" + toHex(*bytes)); // checks the length
    return checked ? *checked : "";
}

std::string strongest(const std::map<std::string, std::string_view>& digests) {
    for (auto [name, algorithm] : {std::pair{"sha-512", "sha512"}, {"sha-256", "sha256"}})
        if (auto found = digests.find(name); found != digests.end())
            if (std::string made = checksumOf(algorithm, found->second); !made.empty()) return made;
    return {};
}

} // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = std::min(text.find_first_not_of(blank), text.size());
    return text.substr(first, text.find_last_not_of(blank) + 1 - first);
}

std::string offeredName(std::string_view contentDisposition) {
    std::string plain;
    std::string international;
    for (const std::string_view piece : pieces(contentDisposition, ';')) {
        auto [name, value] = assignment(piece);
        if (name == "filename") plain = unquoted(value);
        if (name == "filename*") international = extended(value);
    }
    return harmlessFileName(lastPart(international.empty() ? plain : international));
}

std::string offeredDigest(std::string_view reprDigest, std::string_view digest) {
    std::map<std::string, std::string_view> structured;
    std::map<std::string, std::string_view> plain;
    for (const std::string_view piece : pieces(reprDigest, ',')) {
        auto [name, value] = assignment(piece.substr(0, piece.find(';')));
        if (value.size() > 2 && value.front() == ':' && value.back() == ':')
            structured[name] = value.substr(1, value.size() - 2);
    }
    for (const std::string_view piece : pieces(digest, ',')) {
        auto [name, value] = assignment(piece);
        plain[name] = value;
    }
    const std::string made = strongest(structured);
    return made.empty() ? strongest(plain) : made;
}

std::string digestInSums(std::string_view text, std::string_view name) {
    for (const std::string_view line : pieces(text, '\n')) {
        std::string_view digits = line;
        std::string_view of = name;
        if (line.starts_with("SHA256 (")) {
            auto end = line.rfind(") = ");
            if (end == std::string_view::npos) continue;
            of = line.substr(8, end - 8);
            digits = line.substr(end + 4);
        } else if (auto blank = line.find_first_of(" \t"); blank != std::string_view::npos) {
            digits = line.substr(0, blank);
            of = trimmed(line.substr(blank));
            if (of.starts_with('*')) of.remove_prefix(1); // sha256sum's mark of a binary file
        }
        auto checked = parseChecksum("sha256:" + std::string(digits));
        if (checked && lastPart(of) == name) return *checked;
    }
    return {};
}

} // namespace stint::transfer
