// Reads values from a message that a stranger sent: every type is checked before it is read, and an error names what
// is wrong. A Reader only borrows its message.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/functional/function_ref.h>

#include "base/text/shared_text.hpp"
#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::wire {

class Reader {
public:
    explicit Reader(const Message& message) : message_(message.get()) {}

    // Each of these reads the next value; IllegalArgument where that is of another type or there is none.
    Result<bool> boolean();
    Result<std::int32_t> int32();
    Result<std::uint32_t> uint32();
    Result<std::int64_t> int64();
    Result<std::uint64_t> uint64();
    Result<double> real();
    Result<std::string> string();
    /// The text in the message itself: valid as long as the message.
    Result<std::string_view> text();
    /// A duplicate, close-on-exec.
    Result<Fd> descriptor();
    Result<std::vector<std::string>> strings();
    Result<std::vector<std::uint8_t>> blob();
    Result<void> read(bool& into);
    Result<void> read(std::int32_t& into);
    Result<void> read(std::uint32_t& into);
    Result<void> read(std::int64_t& into);
    Result<void> read(std::uint64_t& into);
    Result<void> read(double& into);
    Result<void> read(std::string& into);
    Result<void> read(SharedText& into);
    Result<void> read(std::vector<std::string>& into);

    /// Reads each element of an array of `contents` by `element`, which must read exactly one.
    Result<void> array(const char* contents, absl::FunctionRef<Result<void>(Reader&)> element);
    Result<void> structure(const char* contents, absl::FunctionRef<Result<void>(Reader&)> fields);
    /// Reads a key and its value, within an array of them: `contents` is "sv" or "ss".
    Result<void> entry(const char* contents, absl::FunctionRef<Result<void>(Reader&)> keyAndValue);
    /// Enters the next variant, gives its type to `value`, which must read exactly one value, and leaves it.
    Result<void> variant(absl::FunctionRef<Result<void>(Reader&, std::string_view type)> value);
    /// Enters the next variant if it is of `type`; false, with nothing read, if it is of another. Without the copies of
    /// its type that variant() costs.
    Result<bool> variantOf(const char* type, absl::FunctionRef<Result<void>(Reader&)> value);
    Result<void> skip(const char* types);

    /// The type of the next value; empty at the end of the message or of the container.
    Result<std::string> nextType();

private:
    Result<void> basic(char type, void* into);
    Result<bool> enter(char type, const char* contents);
    Result<void> exit();

    sd_bus_message* message_;
};

/// "an int64 (x)": a D-Bus type in a message for people.
std::string typeInWords(std::string_view type);

/// The treatment of a key that nobody asked for.
enum class UnknownKeys { Refuse, Ignore };

/// A key of a dictionary, and the D-Bus type of its value.
struct KnownKey {
    std::string_view key;
    const char* type;
};

/// Reads an a{sv}: `read` reads the value of known[which]. A wrong type, an unknown key (where it is refused; the
/// nearest known one is named) and a key that comes twice are IllegalArgument: "job: estimatedDownloadBytes must be
/// an int64 (x), not a string (s)". `what` stands before each complaint; empty: nothing does.
Result<void> readDictionary(Reader& reader, std::string_view what, UnknownKeys unknown, std::span<const KnownKey> known,
                            absl::FunctionRef<Result<void>(Reader&, std::size_t which)> read);

/// readDictionary() into the fields that were named beforehand.
class DictionaryReader {
public:
    using Read = std::function<Result<void>(Reader&)>;

    explicit DictionaryReader(std::string_view what, UnknownKeys unknown) : what_(what), unknown_(unknown) {}

    /// Has `key`, of D-Bus type `type`, read by `read`.
    DictionaryReader& take(std::string_view key, const char* type, Read read);

    // A value of a basic type goes into `into`, which keeps what it holds where the key is absent.
    DictionaryReader& take(std::string_view key, bool& into) { return takeInto(key, "b", into); }
    DictionaryReader& take(std::string_view key, std::int32_t& into) { return takeInto(key, "i", into); }
    DictionaryReader& take(std::string_view key, std::uint32_t& into) { return takeInto(key, "u", into); }
    DictionaryReader& take(std::string_view key, std::int64_t& into) { return takeInto(key, "x", into); }
    DictionaryReader& take(std::string_view key, std::uint64_t& into) { return takeInto(key, "t", into); }
    DictionaryReader& take(std::string_view key, std::string& into) { return takeInto(key, "s", into); }
    DictionaryReader& take(std::string_view key, SharedText& into) { return takeInto(key, "s", into); }
    DictionaryReader& take(std::string_view key, std::vector<std::string>& into) { return takeInto(key, "as", into); }
    DictionaryReader& take(std::string_view key, std::optional<bool>& into) { return takeNew(key, "b", into); }
    DictionaryReader& take(std::string_view key, std::optional<std::int32_t>& into) { return takeNew(key, "i", into); }
    DictionaryReader& take(std::string_view key, std::optional<std::int64_t>& into) { return takeNew(key, "x", into); }
    DictionaryReader& take(std::string_view key, std::optional<std::string>& into) { return takeNew(key, "s", into); }

    Result<void> read(Reader& reader);

private:
    template <class T> DictionaryReader& takeInto(std::string_view key, const char* type, T& into) {
        return take(key, type, [&into](Reader& reader) { return reader.read(into); });
    }
    template <class T> DictionaryReader& takeNew(std::string_view key, const char* type, std::optional<T>& into) {
        return take(key, type, [&into](Reader& reader) { return reader.read(into.emplace()); });
    }

    std::string_view what_;
    UnknownKeys unknown_;
    std::vector<KnownKey> known_;
    std::vector<Read> reads_; ///< one for each key
};

} // namespace stint::wire
