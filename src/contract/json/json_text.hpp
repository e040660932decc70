// JSON as it is written to the store and into recordings.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace stint {

/// JSON written piece by piece, without a tree of it: for rows that are written often. The bytes are those of
/// textOfJson(), which sorts an object's keys; here the caller names them in that order.
class JsonText {
public:
    JsonText& openObject() { return open('{'); }
    JsonText& openList() { return open('['); }
    JsonText& close();

    JsonText& key(std::string_view name);
    // A value: the one of the key before it, or the next one of a list.
    JsonText& boolean(bool value);
    JsonText& number(std::int64_t value);
    /// JSON has no infinity and no NaN: these are written as strings.
    JsonText& real(double value);
    /// Bytes that are not UTF-8 become U+FFFD.
    JsonText& string(std::string_view value);

    std::string take() { return std::move(text_); }

private:
    JsonText& open(char bracket);
    void separate();
    void quote(std::string_view value);

    std::string text_;
    std::string open_; ///< the brackets that are open
};

} // namespace stint
