// URLs as text for people, without a library to take them apart.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

namespace stint {

/// `url` without the name and password before its host.
inline std::string withoutSecrets(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::string(url);
    const auto authority = scheme + 3;
    const auto end = std::min(url.find_first_of("/?#", authority), url.size());
    const auto at = url.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < authority) return std::string(url);
    return std::string(url.substr(0, authority)) + std::string(url.substr(at + 1));
}

} // namespace stint
