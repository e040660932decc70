#include "faces/taskmanager/secret.hpp"

#include <array>
#include <cerrno>

#include <sys/random.h>

#include "base/result/fail.hpp"
#include "link/wire/errors.hpp"

namespace stint::taskmanager {

Result<Secret> Secret::draw() {
    std::array<unsigned char, 32> bytes{};
    // Up to 256 bytes come whole, without an interruption (getrandom(2)).
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return within("cannot make a token", wire::errorFromErrno(errno));
    std::string text;
    for (const unsigned char byte : bytes)
        text += fmt::format("{:02x}", byte);
    return Secret(std::move(text));
}

bool Secret::is(std::string_view word) const {
    if (word.size() != text_.size() || text_.empty()) return false;
    unsigned differs = 0;
    for (std::size_t i = 0; i < text_.size(); ++i)
        differs |= static_cast<unsigned char>(text_[i]) ^ static_cast<unsigned char>(word[i]);
    return differs == 0;
}

} // namespace stint::taskmanager
