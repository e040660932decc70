// The question that says which devices are meant (fleet.md §8), the same in a campaign's `targets` and on the command
// line: `label site=berlin and not (version<4.2 or seen>7d)`. It is read into a value, printed so that what was read as
// the same is printed as the same, and asked of a device's facts.
//
//     query   = part { "or" part }            part = factor { "and" factor }
//     factor  = "not" factor | "(" query ")" | "all"
//             | "label" NAME "=" VALUE        | "id" DEVICE
//             | "version" [ "<" | "<=" | "=" | ">=" | ">" ] NUMBERS
//             | "seen" ( "<" | ">" ) DURATION
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

inline constexpr std::size_t longestQuery = 4'096; ///< bytes, as it is read and as it is printed
inline constexpr int deepestQuery = 32;            ///< parentheses and `not`s inside each other

/// One to four numbers; those that are left out are 0.
struct Version {
    std::vector<std::uint32_t> numbers;

    bool operator==(const Version&) const = default;
};
/// The numbers that `text` begins with: of "0.12.3-5-gabc" the first three. nullopt: it begins with none.
std::optional<Version> versionIn(std::string_view text);

struct Query {
    enum class Sign : std::uint8_t { Less, AtMost, Is, AtLeast, More };
    enum class Word : std::uint8_t { And, Or, Not };

    struct All {
        bool operator==(const All&) const = default;
    };
    struct Label {
        std::string name, value;
        bool operator==(const Label&) const = default;
    };
    struct Built {
        Sign sign = Sign::Is;
        Version version;
        bool operator==(const Built&) const = default;
    };
    /// When it was last there: less than so long ago (Less), or more (More), which is true of one that never was.
    struct Seen {
        Sign sign = Sign::Less;
        Duration ago{0};
        bool operator==(const Seen&) const = default;
    };
    struct Device {
        std::string id;
        bool operator==(const Device&) const = default;
    };
    /// Two or more, none of them joined by the same word; `not` has one.
    struct Joined {
        Word word = Word::And;
        std::vector<Query> parts;
        bool operator==(const Joined&) const = default;
    };

    std::variant<All, Label, Built, Seen, Device, Joined> held;

    bool operator==(const Query&) const = default;

    /// IllegalArgument says at which character, and what would be right.
    static Result<Query> parse(std::string_view text);
    /// parse() reads it as this query again.
    std::string text() const;
};

/// A device as far as whoever asks knows it.
struct Facts {
    std::string id;
    std::map<std::string, std::string, std::less<>> labels;
    std::optional<Version> version;   ///< nullopt: it is not known
    std::optional<Duration> lastSeen; ///< ago; never: it never was. nullopt: it is not known, as on the device itself

    static constexpr Duration never = Duration::max();
};

enum class Answer : std::uint8_t {
    No,
    Unknown, ///< it hangs on a fact that is not known
    Yes,
};
Answer ask(const Query& query, const Facts& facts);

inline constexpr std::size_t deviceIdLength = 26;
/// So many characters of Crockford's base32.
bool isDeviceId(std::string_view text);
/// A label's name: 1 to 63 of a–z, 0–9, `-`, `_` and `.`, a letter first.
bool isLabelName(std::string_view text);
/// A label's value: 1 to 63 bytes of letters, digits and `._-:/@+`; letters beyond ASCII are some.
bool isLabelValue(std::string_view text);

} // namespace stint::fleet
