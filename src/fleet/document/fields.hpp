// A row for each value of a campaign: its key, the member that has it, its range, its value where a file leaves it out,
// and its meaning. The reader of files and of documents, the writer and the help walk these rows.
//
// A document says all that is not nothing: no flag that is off, no empty text, no time of 0. So a row's `fallback` may
// change, and no signed document changes its meaning.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "fleet/document/plan.hpp"
#include "fleet/document/value.hpp"
#include "fleet/document/words.hpp"

namespace stint::fleet {

struct Limits {
    std::int64_t least =
        0; ///< milliseconds (of a moment, since 1970), hundredths of a percent, bytes of a text, entries of a list
    std::int64_t most = 0;
};

/// Says what a text should be instead; empty: it is right.
using TextRule = std::string_view (*)(std::string_view text);

template <class Owner> struct Field {
    struct Percent {
        Share Owner::*at;
    };
    /// A flag, written as a word.
    struct Mark {
        bool Owner::*at;
        std::string_view word;
    };
    /// That word, and so far no other.
    struct Fixed {
        std::string_view word;
    };

    std::string_view key;
    std::variant<bool Owner::*, std::uint32_t Owner::*, Percent, Duration Owner::*, Bytes Owner::*, WallTime Owner::*,
                 std::string Owner::*, std::vector<std::string> Owner::*, std::vector<Amount> Owner::*,
                 Failures Owner::*, Mark, Fixed>
        member;
    Limits limits{};
    std::int64_t fallback = 0; ///< where a file leaves it out; of waves: one of that share; of failures: their bits
    bool must = false;         ///< no file may leave it out
    std::string_view meaning;
    TextRule rule = nullptr; ///< of a text, or each of a list
    unsigned kinds = ~0U;    ///< of steps that may have it: a bit each
};

/// "2%", "0.5%"; "none" above the whole.
std::string shareText(Share share);

// How a value of each type is read: an error's message goes on from the key, "is a list; write …". And written.
Result<void> take(const Value& value, Limits limits, bool& into);
Result<void> take(const Value& value, Limits limits, std::uint32_t& into);
Result<void> take(const Value& value, Limits limits, Bytes& into);
Result<void> take(const Value& value, Limits limits, Duration& into);
Result<void> take(const Value& value, Limits limits, WallTime& into);
Result<void> take(const Value& value, Limits limits, TextRule rule, std::string& into);
Result<void> take(const Value& value, Limits limits, TextRule rule, std::vector<std::string>& into);
Result<void> take(const Value& value, Limits limits, std::vector<Amount>& into);
Result<void> take(const Value& value, Limits limits, Failures& into);
Result<void> takeShare(const Value& value, Limits limits, Share& into);
Result<void> takeWord(const Value& value, std::string_view word);

Value give(bool flag);
Value give(std::uint32_t count);
Value give(Bytes number);
Value give(Duration time);
Value give(WallTime time);
Value give(const std::string& text);
Value give(const std::vector<std::string>& words);
Value give(const std::vector<Amount>& waves);
Value give(const Failures& failures);

/// The keys of rows, or of those that steps of these kinds may have.
template <class Owner, std::size_t size>
std::vector<std::string_view> keysOf(const std::array<Field<Owner>, size>& fields, unsigned kinds = ~0U) {
    std::vector<std::string_view> keys;
    for (const Field<Owner>& field : fields)
        if ((field.kinds & kinds) != 0) keys.push_back(field.key);
    return keys;
}

/// The rows of a paper that has those of another before its own.
template <class Owner, std::size_t first, std::size_t second> constexpr std::array<Field<Owner>, first + second>
joined(const std::array<Field<Owner>, first>& some, const std::array<Field<Owner>, second>& more) {
    std::array<Field<Owner>, first + second> all{};
    std::copy(more.begin(), more.end(), std::copy(some.begin(), some.end(), all.begin()));
    return all;
}

/// The table has no other keys. IllegalArgument names the known key that was most likely meant.
Result<void> checkKeys(std::string_view file, std::string_view section, const Value& table,
                       std::span<const std::string_view> known);

/// Where values come from: a file's fallbacks count, and a document has none.
struct Origin {
    std::string_view file;
    bool isDocument = false;
};

template <class Owner> Result<void> takeField(const Value& value, const Field<Owner>& field, Owner& into) {
    using Row = Field<Owner>;
    return std::visit(
        Overloaded{
            [&](typename Row::Percent row) { return takeShare(value, field.limits, into.*row.at); },
            [&](typename Row::Mark row) {
                into.*row.at = true;
                return takeWord(value, row.word);
            },
            [&](typename Row::Fixed row) { return takeWord(value, row.word); },
            [&](std::string Owner::*member) { return take(value, field.limits, field.rule, into.*member); },
            [&](std::vector<std::string> Owner::*member) {
                return take(value, field.limits, field.rule, into.*member);
            },
            [&](auto member) { return take(value, field.limits, into.*member); },
        },
        field.member);
}

template <class Owner> void setFallback(const Field<Owner>& field, Owner& into) {
    using Row = Field<Owner>;
    const std::int64_t fallback = field.fallback;
    std::visit(Overloaded{
                   [&](bool Owner::*member) { into.*member = fallback != 0; },
                   [&](std::uint32_t Owner::*member) { into.*member = static_cast<std::uint32_t>(fallback); },
                   [&](typename Row::Percent row) { into.*row.at = static_cast<Share>(fallback); },
                   [&](Duration Owner::*member) { into.*member = Duration(fallback); },
                   [&](std::vector<Amount> Owner::*member) {
                       into.*member = {{.count = 0, .share = static_cast<Share>(fallback)}};
                   },
                   [&](Failures Owner::*member) {
                       for (const OutcomeRow& row : outcomeRows)
                           if ((fallback >> static_cast<unsigned>(row.outcome)) & 1) (into.*member).add(row.outcome);
                   },
                   [](auto) {},
               },
               field.member);
}

/// Reads a section's fields; `section` stands before a key in messages, and `kinds` are bits of a step's rows.
template <class Owner, std::size_t size>
Result<void> readFields(const Origin& from, std::string_view section, const Value& root,
                        const std::array<Field<Owner>, size>& fields, Owner& into, unsigned kinds = ~0U) {
    for (const Field<Owner>& field : fields) {
        if ((field.kinds & kinds) == 0) continue;
        const Value* const value = findIn(*root.table(), field.key);
        const bool lacks = field.must || (from.isDocument && field.fallback != 0 && field.limits.least > 0);
        if (!value && lacks)
            return at(from.file, root,
                      fail(Errc::ILLEGAL_ARGUMENT, "{}{} is missing: {}", section, field.key, field.meaning));
        if (!value) {
            if (!from.isDocument && field.fallback != 0) setFallback(field, into);
            continue;
        }
        if (auto done = takeField(*value, field, into); !done)
            return at(from.file, *value,
                      fail(Errc::ILLEGAL_ARGUMENT, "{}{} {}", section, field.key, done.error().message));
    }
    return {};
}

/// Puts into `table` what is not nothing.
template <class Owner, std::size_t size> void writeFields(const std::array<Field<Owner>, size>& fields,
                                                          const Owner& owner, Value::Table& table,
                                                          unsigned kinds = ~0U) {
    using Row = Field<Owner>;
    for (const Field<Owner>& field : fields) {
        if ((field.kinds & kinds) == 0) continue;
        const auto put = [&](Value value) { table.insert_or_assign(std::string(field.key), std::move(value)); };
        std::visit(Overloaded{
                       [&](typename Row::Percent row) { put(give(shareText(owner.*row.at))); },
                       [&](typename Row::Mark row) {
                           if (owner.*row.at) put(give(std::string(row.word)));
                       },
                       [&](typename Row::Fixed row) { put(give(std::string(row.word))); },
                       [&](auto member) {
                           if (owner.*member != std::decay_t<decltype(owner.*member)>{}) put(give(owner.*member));
                       },
                   },
                   field.member);
    }
}

} // namespace stint::fleet
