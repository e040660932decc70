// A file with each mistake that one byte can make.
#pragma once
#include <string>
#include <string_view>

namespace stint::fleet {

/// Calls `see(changed)` with the file in which one bit of a byte is another, a byte is left out, or one is put in.
template <class See> void withEachByteChanged(std::string_view file, See see) {
    using namespace std::string_view_literals;
    for (std::size_t at = 0; at <= file.size(); ++at) {
        const std::string before(file.substr(0, at)), from(file.substr(at));
        for (const char put : "A= \t\r\n\0\xff"sv)
            see(before + put + from);
        if (from.empty()) continue;
        see(before + from.substr(1));
        for (unsigned bit = 1; bit <= 0x80U; bit <<= 1U)
            see(before + static_cast<char>(static_cast<unsigned char>(from[0]) ^ bit) + from.substr(1));
    }
}

/// Calls it with each beginning of the file, but for the whole.
template <class See> void withEachBeginning(std::string_view file, See see) {
    for (std::size_t length = 0; length < file.size(); ++length)
        see(std::string(file.substr(0, length)));
}

/// The file without its untrusted comment, which nothing protects.
inline std::string_view protectedPart(std::string_view file) {
    constexpr std::string_view before = "untrusted comment: ";
    return file.starts_with(before) ? file.substr(file.find('\n')) : "it does not begin as such a file";
}

} // namespace stint::fleet
