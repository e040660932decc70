// A text that many hold and nobody changes: one copy of it, however often its owner is copied. Compared by value.
#pragma once
#include <compare>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace stint {

class SharedText {
public:
    SharedText() = default;
    SharedText(std::string text) {
        if (!text.empty()) text_ = std::make_shared<const std::string>(std::move(text));
    }
    SharedText(std::string_view text) : SharedText(std::string(text)) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}

    const std::string& str() const {
        static const std::string none;
        return text_ ? *text_ : none;
    }
    operator const std::string&() const { return str(); }
    operator std::string_view() const { return str(); }
    bool empty() const { return !text_; }
    std::size_t size() const { return str().size(); }

    friend bool operator==(const SharedText& a, const SharedText& b) {
        return a.text_ == b.text_ || a.str() == b.str();
    }
    friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) {
        return a.text_ == b.text_ ? std::strong_ordering::equal : a.str() <=> b.str();
    }
    friend bool operator==(const SharedText& a, std::string_view b) { return a.str() == b; }
    friend bool operator==(const SharedText& a, const std::string& b) { return a.str() == b; }
    friend bool operator==(const SharedText& a, const char* b) { return a.str() == b; }
    friend std::string operator+(const SharedText& a, std::string_view b) { return a.str() + std::string(b); }
    friend std::string operator+(std::string a, const SharedText& b) { return std::move(a) + b.str(); }

private:
    std::shared_ptr<const std::string> text_; ///< null: empty
};

} // namespace stint

template <> struct fmt::formatter<stint::SharedText> : fmt::formatter<std::string_view> {
    auto format(const stint::SharedText& text, fmt::format_context& context) const {
        return fmt::formatter<std::string_view>::format(text.str(), context);
    }
};
