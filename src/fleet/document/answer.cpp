#include <algorithm>

#include <fmt/core.h>

#include "base/result/containers.hpp"
#include "base/time/time.hpp"
#include "fleet/document/query.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view signText(Query::Sign sign) {
    switch (sign) {
    case Query::Sign::Less:
        return "<";
    case Query::Sign::AtMost:
        return "<=";
    case Query::Sign::Is:
        return "=";
    case Query::Sign::AtLeast:
        return ">=";
    case Query::Sign::More:
        return ">";
    }
    return {};
}

std::string versionText(const Version& version) {
    std::string text;
    for (const std::uint32_t number : version.numbers)
        text += fmt::format("{}{}", text.empty() ? "" : ".", number);
    return text;
}

/// Inside another one of those words it stands in parentheses: what is joined by `or` everywhere, by `and` in a `not`.
std::string textWithin(Query::Word word, const Query& part) {
    const auto* const joined = std::get_if<Query::Joined>(&part.held);
    const bool isLoose =
        joined && (joined->word == Query::Word::Or || (joined->word == Query::Word::And && word == Query::Word::Not));
    return isLoose ? fmt::format("({})", part.text()) : part.text();
}

std::string joinedText(const Query::Joined& joined) {
    if (joined.word == Query::Word::Not) return fmt::format("not {}", textWithin(joined.word, joined.parts.front()));
    const std::string_view between = joined.word == Query::Word::And ? " and " : " or ";
    std::string text;
    for (const Query& part : joined.parts)
        text += fmt::format("{}{}", text.empty() ? "" : between, textWithin(joined.word, part));
    return text;
}

/// Less than 0, 0 or more, as `a` is older, the same or newer.
int compared(const Version& a, const Version& b) {
    for (std::size_t n = 0; n < std::max(a.numbers.size(), b.numbers.size()); ++n) {
        const std::uint32_t left = n < a.numbers.size() ? a.numbers[n] : 0,
                            right = n < b.numbers.size() ? b.numbers[n] : 0;
        if (left != right) return left < right ? -1 : 1;
    }
    return 0;
}

bool holds(int order, Query::Sign sign) {
    switch (sign) {
    case Query::Sign::Less:
        return order < 0;
    case Query::Sign::AtMost:
        return order <= 0;
    case Query::Sign::Is:
        return order == 0;
    case Query::Sign::AtLeast:
        return order >= 0;
    case Query::Sign::More:
        return order > 0;
    }
    return false;
}

constexpr Answer answer(bool yes) { return yes ? Answer::Yes : Answer::No; }

Answer ask(const Query::Joined& joined, const Facts& facts) {
    if (joined.word == Query::Word::Not) {
        const Answer other = ask(joined.parts.front(), facts);
        return other == Answer::Unknown ? other : answer(other == Answer::No);
    }
    // No < Unknown < Yes: the weakest of them, or the strongest.
    Answer all = ask(joined.parts.front(), facts);
    for (const Query& part : joined.parts)
        all = joined.word == Query::Word::And ? std::min(all, ask(part, facts)) : std::max(all, ask(part, facts));
    return all;
}

} // namespace

std::string Query::text() const {
    return std::visit(
        Overloaded{
            [](const All&) { return std::string("all"); },
            [](const Label& label) { return fmt::format("label {}={}", label.name, label.value); },
            [](const Built& built) {
                return fmt::format("version{}{}", built.sign == Sign::Is ? " " : signText(built.sign),
                                   versionText(built.version));
            },
            [](const Seen& seen) { return fmt::format("seen{}{}", signText(seen.sign), formatDuration(seen.ago)); },
            [](const Device& device) { return fmt::format("id {}", device.id); },
            [](const Joined& joined) { return joinedText(joined); },
        },
        held);
}

Answer ask(const Query& query, const Facts& facts) {
    return std::visit(Overloaded{
                          [](const Query::All&) { return Answer::Yes; },
                          [&](const Query::Label& label) {
                              const std::string* const value = findIn(facts.labels, label.name);
                              return answer(value && *value == label.value);
                          },
                          [&](const Query::Built& built) {
                              if (!facts.version) return Answer::Unknown;
                              return answer(holds(compared(*facts.version, built.version), built.sign));
                          },
                          [&](const Query::Seen& seen) {
                              if (!facts.lastSeen) return Answer::Unknown;
                              return answer(seen.sign == Query::Sign::Less ? *facts.lastSeen < seen.ago
                                                                           : *facts.lastSeen > seen.ago);
                          },
                          [&](const Query::Device& device) { return answer(device.id == facts.id); },
                          [&](const Query::Joined& joined) { return ask(joined, facts); },
                      },
                      query.held);
}

} // namespace stint::fleet
