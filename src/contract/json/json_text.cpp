#include "contract/json/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/result/check.hpp"
#include "contract/json/checked_json.hpp"

namespace stint {
namespace {

/// True if the character needs no escape in a string; the library writes any other.
bool isPlain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

} // namespace

JsonText& JsonText::open(char bracket) {
    separate();
    text_ += bracket;
    open_ += bracket;
    return *this;
}

JsonText& JsonText::close() {
    STINT_CHECK(!open_.empty());
    text_ += open_.back() == '{' ? '}' : ']';
    open_.pop_back();
    return *this;
}

// The last character written tells whether a comma is due: a bracket within a string is followed by a quote.
void JsonText::separate() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '{' && last != '[' && last != ':') text_ += ',';
}

void JsonText::quote(std::string_view value) {
    if (!std::ranges::all_of(value, isPlain)) {
        text_ += textOfJson(nlohmann::json(value));
        return;
    }
    text_ += '"';
    text_ += value;
    text_ += '"';
}

JsonText& JsonText::key(std::string_view name) {
    separate();
    quote(name);
    text_ += ':';
    return *this;
}

JsonText& JsonText::boolean(bool value) {
    separate();
    text_ += value ? "true" : "false";
    return *this;
}

JsonText& JsonText::number(std::int64_t value) {
    separate();
    char digits[20];
    text_.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
    return *this;
}

JsonText& JsonText::real(double value) {
    if (std::isnan(value)) return string("nan");
    if (std::isinf(value)) return string(value > 0 ? "inf" : "-inf");
    separate();
    text_ += textOfJson(nlohmann::json(value));
    return *this;
}

JsonText& JsonText::string(std::string_view value) {
    separate();
    quote(value);
    return *this;
}

} // namespace stint
