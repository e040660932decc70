#include "stintd/bus/bearer.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "link/wire/names.hpp"
#include "stintd/bus/request.hpp"

namespace stint {
namespace {

/// Reads from the front of a header. A value that is missing or malformed makes this and all later reads fail.
class Cursor {
public:
    explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

    bool failed() const { return failed_; }
    std::size_t at() const { return at_; }

    std::string_view take(std::size_t count) {
        if (failed_ || bytes_.size() - at_ < count) {
            failed_ = true;
            return {};
        }
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }
    std::uint8_t byte() {
        const auto one = take(1);
        return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
    }
    std::uint32_t word() {
        pad(sizeof(std::uint32_t));
        std::uint32_t value = 0;
        if (const auto four = take(sizeof value); !four.empty()) std::memcpy(&value, four.data(), sizeof value);
        return value;
    }
    /// Skips zeros up to a multiple of `boundary` bytes.
    void pad(std::size_t boundary) {
        while (!failed_ && at_ % boundary != 0)
            if (byte() != 0) failed_ = true;
    }
    /// Takes `length` characters and the zero behind them.
    std::string_view text(std::size_t length) {
        const auto found = take(length);
        if (byte() != 0) failed_ = true;
        return found;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

/// The fields that such a call has, of all that a header may have (D-Bus specification).
struct Fields {
    std::string_view path, interface, member, signature;
    std::uint32_t descriptors = 0;
};

/// Takes the next field; false if it is of another kind or type than those in Fields.
bool takeField(Cursor& cursor, Fields& into) {
    cursor.pad(8); // each field is a struct
    const std::uint8_t code = cursor.byte();
    const std::string_view type = cursor.text(cursor.byte());
    if (code == 1 && type == "o")
        into.path = cursor.text(cursor.word());
    else if (code == 2 && type == "s")
        into.interface = cursor.text(cursor.word());
    else if (code == 3 && type == "s")
        into.member = cursor.text(cursor.word());
    else if (code == 8 && type == "g")
        into.signature = cursor.text(cursor.byte());
    else if (code == 9 && type == "u")
        into.descriptors = cursor.word();
    else
        return false;
    return !cursor.failed();
}

constexpr char ownOrder = std::endian::native == std::endian::little ? 'l' : 'B';
constexpr std::uint8_t methodCall = 1;
constexpr std::uint8_t protocolVersion = 1;

} // namespace

bool mayBear(std::string_view header, std::size_t descriptors) {
    Cursor cursor(header);
    if (cursor.byte() != ownOrder || cursor.byte() != methodCall) return false;
    cursor.byte(); // flags
    if (cursor.byte() != protocolVersion) return false;
    const std::uint32_t body = cursor.word();
    const std::uint32_t serial = cursor.word();
    const std::uint32_t length = cursor.word();
    const std::size_t end = cursor.at() + length;
    if (body == 0 || serial == 0 || end > header.size()) return false;
    Fields fields;
    std::uint32_t count = 0;
    for (; cursor.at() < end; ++count)
        if (!takeField(cursor, fields)) return false;
    if (cursor.at() != end || count != 5) return false;
    cursor.pad(8);
    if (cursor.failed() || cursor.at() != header.size()) return false;
    // No field is there twice: if one were, another would be missing, and empty.
    return fields.path == wire::objectPath && !fields.signature.empty() && fields.descriptors == descriptors &&
           std::ranges::any_of(everyMethod(), [&](const Method& method) {
               return fields.member == method.member && fields.interface == method.interface &&
                      fields.signature == method.signature;
           });
}

} // namespace stint
