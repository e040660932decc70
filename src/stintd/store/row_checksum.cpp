#include "stintd/store/row_checksum.hpp"

#include <sqlite3.h>

namespace stint {

namespace {

/// FNV-1a: one changed byte always changes the sum.
class Sum {
public:
    void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
    void add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8)
            add(static_cast<unsigned char>(number >> shift));
    }
    void add(sqlite3_value* value) {
        const int type = sqlite3_value_type(value);
        add(static_cast<unsigned char>(type));
        if (type == SQLITE_NULL) return;
        if (type == SQLITE_INTEGER) return add(static_cast<std::uint64_t>(sqlite3_value_int64(value)));
        const auto* bytes = static_cast<const unsigned char*>(sqlite3_value_blob(value));
        const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
        add(std::uint64_t{size}); // so that "ab","c" and "a","bc" differ
        for (std::size_t i = 0; i < size; ++i)
            add(bytes[i]);
    }
    std::int64_t value() const { return static_cast<std::int64_t>(value_); }

private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
};

void seal(sqlite3_context* context, int count, sqlite3_value** values) {
    Sum sum;
    for (int i = 0; i < count; ++i)
        sum.add(values[i]);
    sqlite3_result_int64(context, sum.value());
}

} // namespace

std::int64_t rowChecksum(std::int64_t number) {
    Sum sum;
    sum.add(static_cast<std::uint64_t>(number));
    return sum.value();
}

Result<void> addRowChecksum(Database& database) {
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    if (sqlite3_create_function_v2(database.handle(), "seal", -1, flags, nullptr, seal, nullptr, nullptr, nullptr) !=
        SQLITE_OK)
        return fail(Errc::STORAGE, "seal(): {}", sqlite3_errmsg(database.handle()));
    return {};
}

} // namespace stint
