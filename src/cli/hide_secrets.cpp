#include "cli/hide_secrets.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace stint::cli {
namespace {

struct Secret {
    std::string_view shortName;
    std::string_view longName;
};
constexpr std::array<Secret, 4> secrets{{{"-H", "--header"}, {"-b", "--cookie"}, {"-u", "--user"}, {"-x", "--proxy"}}};

void blank(char* from, std::size_t count) { std::memset(from, '*', count); }

/// "http://name:password@host" becomes "http://*************@host".
void blankUser(char* word) {
    std::string_view text(word);
    auto start = text.find("://");
    if (start == std::string_view::npos) return;
    start += 3;
    auto end = std::min(text.find_first_of("/?#", start), text.size());
    auto at = text.substr(0, end).rfind('@');
    if (at != std::string_view::npos && at > start) blank(word + start, at - start);
}

/// Blanks what is secret in `word` itself; true: the next word is the secret.
bool hide(char* word) {
    std::string_view text(word);
    for (const Secret& secret : secrets) {
        if (text == secret.shortName || text == secret.longName) return true;
        if (text.starts_with(secret.longName) && text[secret.longName.size()] == '=') {
            blank(word + secret.longName.size() + 1, text.size() - secret.longName.size() - 1);
            return false;
        }
        if (text.starts_with(secret.shortName)) {
            blank(word + secret.shortName.size(), text.size() - secret.shortName.size());
            return false;
        }
    }
    blankUser(word);
    return false;
}

} // namespace

void hideSecrets(std::span<char* const> words) {
    auto isVerb = [](const char* word) { return *word != '-'; };
    auto verb = std::find_if(words.begin(), words.end(), isVerb);
    if (verb == words.end() || (std::strcmp(*verb, "get") != 0 && std::strcmp(*verb, "put") != 0)) return;
    bool next = false;
    for (char* word : words) {
        if (next) blank(word, std::strlen(word));
        next = !next && hide(word);
    }
}

} // namespace stint::cli
