#define TOML_IMPLEMENTATION
#include "base/text/toml.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint {
namespace {

constexpr int deepest = 16; ///< brackets in brackets, and parts of a key: toml++ follows each by recursion
constexpr std::string_view mark = "\xef\xbb\xbf"; // the byte order mark

struct Assertion {};

struct Refusal {
    int line = 1;
    int column = 1;
    std::string_view why;
};

/// Checks a file before toml++ reads it, and refuses text that would take it too deep, or a value over the end of a
/// line: none of ours is longer. Agrees with toml++ on the extent of strings as far as the file is TOML, and toml++
/// reads no further.
class Ahead {
public:
    std::optional<Refusal> refusal(std::string_view text) {
        for (const char c : text) {
            if (const char* why = wrong(c)) return Refusal{line_, column_, why};
            if (!continuesCharacter(c)) ++column_;
            if (c == '\n') ++line_, column_ = 1;
        }
        return std::nullopt;
    }

private:
    enum class In { Plain, Comment, Basic, Literal };

    /// The reason why `c` cannot stand here; nullptr if it can.
    const char* wrong(char c) {
        if (c == '\n') {
            in_ = In::Plain;
            escaped_ = false;
            ends();
            return nullptr;
        }
        if (in_ == In::Comment) return nullptr;
        if (in_ == In::Plain) return plain(c);
        quoted(c);
        return nullptr;
    }

    const char* plain(char c) {
        switch (c) {
        case ' ':
        case '\t':
        case '\r':
            return nullptr;
        case '#':
            in_ = In::Comment;
            return nullptr;
        case '"':
        case '\'':
            // Two quotes are an empty string, and a third begins one of several lines.
            if (word_) return "a quote that begins no string of one line";
            in_ = c == '"' ? In::Basic : In::Literal;
            return nullptr;
        case '.':
            word_ = false;
            return ++dots_ > deepest ? "a key of too many parts" : nullptr;
        case '[':
        case '{':
            ends();
            return ++depth_ > deepest ? "brackets within too many others" : nullptr;
        case ']':
        case '}':
            depth_ = std::max(depth_ - 1, 0);
            [[fallthrough]];
        case '=':
        case ',':
            ends();
            return nullptr;
        default:
            word_ = true;
            // TOML's rule. Other characters that toml++ takes for blanks are none.
            return c < '!' || c > '~' ? "a character that can only stand in a string" : nullptr;
        }
    }

    void quoted(char c) {
        word_ = !escaped_ && c == (in_ == In::Basic ? '"' : '\'');
        escaped_ = !escaped_ && in_ == In::Basic && c == '\\';
        if (word_) in_ = In::Plain;
    }

    /// A key or a value ends.
    void ends() {
        word_ = false;
        dots_ = 0;
    }

    In in_ = In::Plain;
    bool escaped_ = false; ///< the next character of a string stands for itself
    bool word_ = false;    ///< a part of a key or of a value comes right before
    int dots_ = 0;         ///< dots in this key
    int depth_ = 0;        ///< open brackets
    int line_ = 1;
    int column_ = 1;
};

/// `text` with an x for each character beyond ASCII. For many of these toml++ cannot tell whether they are blanks
/// (is_non_ascii_horizontal_whitespace() reaches its "unreachable", for instance for U+00E4), and it asks that of each
/// one outside of a string.
std::string inAscii(std::string_view text) {
    std::string made;
    for (const char c : text)
        if (!continuesCharacter(c)) made += static_cast<unsigned char>(c) < 0x80 ? c : 'x';
    return made;
}

template <class Place> Error noToml(std::string_view file, const Place& at, std::string_view why) {
    return fail(Errc::ILLEGAL_ARGUMENT, "{}:{}:{}: this is not TOML: {}", file, at.line, at.column, why);
}

bool asserts(std::string_view text) {
    try {
        static_cast<void>(toml::parse(text));
        return false;
    } catch (const toml::parse_error&) {
        return false;
    } catch (const Assertion&) {
        return true;
    }
}

/// The first line on which toml++ asserts. It reads no further, so every beginning of the file with this line asserts.
Refusal firstAssertion(std::string_view text) {
    std::vector<std::size_t> ends; // the lines' ends
    for (std::size_t at = 0; at < text.size(); ends.push_back(at))
        at = std::min(text.find('\n', at), text.size() - 1) + 1;
    const auto first =
        std::partition_point(ends.begin(), ends.end(), [&](std::size_t end) { return !asserts(text.substr(0, end)); });
    return {static_cast<int>(first - ends.begin()) + 1, 1, "no key and no table's name"};
}

Result<toml::table> parsed(std::string_view text, std::string_view file) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        return noToml(file, error.source().begin, error.description());
    } catch (const Assertion&) {
        const Refusal refusal = firstAssertion(text);
        return noToml(file, refusal, refusal.why);
    }
}

} // namespace

void tomlAssertionFailed() { throw Assertion(); }

Result<toml::table> parseToml(std::string_view text, std::string_view file) {
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    if (auto refusal = Ahead().refusal(text)) return noToml(file, *refusal, refusal->why);
    // In valid TOML only strings and comments have characters beyond ASCII: Ahead has checked that.
    if (const std::string ascii = inAscii(text); ascii != text) STINT_TRY(parsed(ascii, file));
    return parsed(text, file);
}

} // namespace stint
