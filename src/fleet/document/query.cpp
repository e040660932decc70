#include "fleet/document/query.hpp"

#include <algorithm>
#include <array>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"

namespace stint::fleet {
namespace {

constexpr std::array<std::string_view, 8> queryWords{"label", "version", "seen", "id", "all", "and", "or", "not"};
constexpr Duration longestAgo = std::chrono::hours(24) * 3'650;

struct Token {
    std::string_view text; ///< empty: the end
    std::size_t at = 0;    ///< its first byte's place

    bool isSign() const { return !text.empty() && (text[0] == '<' || text[0] == '>' || text[0] == '='); }
    bool isWord() const { return !text.empty() && !isSign() && text[0] != '(' && text[0] != ')'; }
};

std::optional<Query::Sign> signIn(std::string_view text) {
    if (text == "<") return Query::Sign::Less;
    if (text == "<=") return Query::Sign::AtMost;
    if (text == "=") return Query::Sign::Is;
    if (text == ">=") return Query::Sign::AtLeast;
    if (text == ">") return Query::Sign::More;
    return std::nullopt;
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) { next(); }

    Result<Query> whole() {
        if (token_.text.empty())
            return wrong("it is empty; write \"all\", or conditions such as \"label site=berlin and version<4.2\"");
        auto query = STINT_TRY(joined(Query::Word::Or, 0));
        if (!token_.text.empty()) return unexpected();
        return query;
    }

private:
    template <class... Args> Error wrong(fmt::format_string<Args...> format, Args&&... args) const {
        const std::string_view before = text_.substr(0, token_.at);
        const auto column = std::ranges::count_if(before, [](char c) { return !continuesCharacter(c); });
        return fail(Errc::ILLEGAL_ARGUMENT, "at column {}: {}", column + 1,
                    fmt::format(format, std::forward<Args>(args)...));
    }

    Error unexpected() const {
        if (token_.text == ")") return wrong("\")\" closes no \"(\"");
        return wrong("\"and\" or \"or\" is missing before {}", shown());
    }

    /// The token as a message has it.
    std::string shown() const {
        if (token_.text.empty()) return "the end";
        return fmt::format("\"{}\"", printable(headOf(token_.text, 60)));
    }

    void next() {
        constexpr std::string_view blanks = " \t", own = " \t()<>=";
        const std::size_t begin = std::min(text_.find_first_not_of(blanks, end_), text_.size());
        end_ = std::min(text_.find_first_of(own, begin), text_.size());
        if (begin < text_.size() && end_ == begin) {
            ++end_;
            if (text_[begin] != '(' && text_[begin] != ')' && end_ < text_.size() && text_[end_] == '=') ++end_;
        }
        token_ = {text_.substr(begin, end_ - begin), begin};
    }
    bool took(std::string_view word) {
        if (token_.text != word) return false;
        next();
        return true;
    }

    Result<Query> joined(Query::Word word, int depth) {
        const bool isOr = word == Query::Word::Or;
        Query::Joined all{word, {}};
        do {
            auto part = STINT_TRY(isOr ? joined(Query::Word::And, depth) : factor(depth));
            auto* const inner = std::get_if<Query::Joined>(&part.held);
            if (inner && inner->word == word)
                std::ranges::move(inner->parts, std::back_inserter(all.parts));
            else
                all.parts.push_back(std::move(part));
        } while (took(isOr ? "or" : "and"));
        if (all.parts.size() > 1) return Query{std::move(all)};
        Query only = std::move(all.parts.front());
        return only;
    }

    Result<Query> factor(int depth) {
        const bool isNot = token_.text == "not";
        if ((isNot || token_.text == "(") && depth == deepestQuery)
            return wrong("more than {} of \"(\" and \"not\" are inside each other", deepestQuery);
        if (took("not")) {
            Query::Joined no{Query::Word::Not, {}};
            auto part = STINT_TRY(factor(depth + 1));
            no.parts.push_back(std::move(part));
            return Query{std::move(no)};
        }
        if (!took("(")) return term();
        auto query = STINT_TRY(joined(Query::Word::Or, depth + 1));
        if (token_.text.empty()) return wrong("a \")\" is missing");
        if (!took(")")) return unexpected();
        return query;
    }

    Result<Query> term() {
        if (took("all")) return Query{Query::All{}};
        if (took("label")) return label();
        if (took("version")) return version();
        if (took("seen")) return seen();
        if (took("id")) return device();
        if (const auto meant = nearest(lowered(token_.text), queryWords))
            return wrong("there is no {} (did you mean \"{}\"?)", shown(), *meant);
        return wrong("{} stands where a condition should: \"label NAME=VALUE\", \"version<NUMBER\", \"seen<DURATION\", "
                     "\"id DEVICE\" or \"all\"",
                     shown());
    }

    Result<Query> label() {
        Query::Label label;
        if (!isLabelName(token_.text))
            return wrong("{} is no label's name; \"label NAME=VALUE\" would be right, the name in small letters, "
                         "digits, -, _ and .",
                         shown());
        label.name = token_.text;
        next();
        if (!took("="))
            return wrong("{} comes after a label's name; \"label {}=VALUE\" would be right", shown(), label.name);
        if (!token_.isWord() || !isLabelValue(token_.text))
            return wrong("{} is no label's value; \"label {}=VALUE\" would be right, the value at most 63 letters, "
                         "digits and . _ - : / @ +",
                         shown(), label.name);
        label.value = token_.text;
        next();
        return Query{std::move(label)};
    }

    Result<Query> version() {
        Query::Built built;
        if (token_.isSign()) {
            const auto sign = signIn(token_.text);
            if (!sign) return wrong("{} is no sign; write <, <=, =, >= or >", shown());
            built.sign = *sign;
            next();
        }
        const auto version = versionIn(token_.text);
        const auto isPart = [](char c) { return c == '.' || (c >= '0' && c <= '9'); };
        if (!version || !std::ranges::all_of(token_.text, isPart) || token_.text.back() == '.' ||
            static_cast<std::size_t>(std::ranges::count(token_.text, '.')) + 1 != version->numbers.size())
            return wrong("{} is no version; write one to four numbers: \"version<4.2\", \"version 4.2\"", shown());
        built.version = *version;
        next();
        return Query{std::move(built)};
    }

    Result<Query> seen() {
        const auto sign = signIn(token_.text);
        if (sign != Query::Sign::Less && sign != Query::Sign::More)
            return wrong("{} comes after \"seen\"; write \"seen<7d\" or \"seen>7d\"", shown());
        next();
        const auto ago = parseDuration(token_.text);
        if (!ago.ok()) return wrong("{}", printable(ago.error().message));
        if (*ago <= 0ms || *ago > longestAgo)
            return wrong("{} is no time ago; write one up to {}", shown(), formatDuration(longestAgo));
        next();
        return Query{Query::Seen{*sign, *ago}};
    }

    Result<Query> device() {
        if (!isDeviceId(token_.text)) return wrong("{} is no device; its id has 26 characters", shown());
        Query::Device device{std::string(token_.text)};
        next();
        return Query{std::move(device)};
    }

    std::string_view text_;
    std::size_t end_ = 0; ///< of token_
    Token token_;
};

} // namespace

Result<Query> Query::parse(std::string_view text) {
    const auto tooLong = [] { return fail(Errc::ILLEGAL_ARGUMENT, "it is longer than {} bytes", longestQuery); };
    if (text.size() > longestQuery) return tooLong();
    auto query = STINT_TRY(Parser(text).whole());
    // Printed, it may have become longer by a blank or a unit.
    if (query.text().size() > longestQuery) return tooLong();
    return query;
}

std::optional<Version> versionIn(std::string_view text) {
    Version version;
    do {
        const bool isDigit = !text.empty() && text[0] >= '0' && text[0] <= '9';
        const auto number = isDigit ? takeNumber<std::uint32_t>(text) : std::nullopt;
        if (!number) break;
        version.numbers.push_back(*number);
        if (version.numbers.size() == 4 || !text.starts_with('.')) break;
        text.remove_prefix(1);
    } while (true);
    if (version.numbers.empty()) return std::nullopt;
    return version;
}

bool isDeviceId(std::string_view text) {
    return text.size() == deviceIdLength &&
           text.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string_view::npos;
}

bool isLabelName(std::string_view text) {
    return !text.empty() && text.size() <= 63 && text[0] >= 'a' && text[0] <= 'z' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string_view::npos;
}

bool isLabelValue(std::string_view text) {
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._-:/@+").find(c) != std::string_view::npos;
    };
    if (text.empty() || text.size() > 63) return false;
    for (std::string_view rest = text; !rest.empty();) {
        const char first = rest.front();
        const char32_t letter = takeCodePoint(rest);
        if (letter < 0x80 ? !isPlain(first) : letter == replacement || steers(letter)) return false;
    }
    return true;
}

} // namespace stint::fleet
