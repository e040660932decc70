// A text that many hold and nobody changes: there is one copy of it, however often its owner is copied. Compared by
// value.
#pragma once
#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace stint {

class SharedText {
public:
    SharedText() = default;
    SharedText(std::string text) {
        if (!text.empty()) held_ = new Held{.text = std::move(text)};
    }
    SharedText(std::string_view text) : SharedText(std::string(text)) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}
    SharedText(const SharedText& other) noexcept : held_(other.held_) {
        if (held_) held_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    SharedText(SharedText&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
    SharedText& operator=(SharedText other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~SharedText() {
        if (held_ && held_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete held_;
    }

    const std::string& str() const {
        static const std::string none;
        return held_ ? held_->text : none;
    }
    operator const std::string&() const { return str(); }
    operator std::string_view() const { return str(); }
    bool empty() const { return !held_; }
    std::size_t size() const { return str().size(); }
    /// The text's hash, computed once.
    std::size_t hash() const { return held_ ? held_->hash : 0; }

    friend bool operator==(const SharedText& a, const SharedText& b) {
        if (a.held_ == b.held_) return true;
        // Texts that differ mostly differ in their hash, too: then they need not be compared.
        return a.held_ && b.held_ && a.held_->hash == b.held_->hash && a.held_->text == b.held_->text;
    }
    friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) {
        return a.held_ == b.held_ ? std::strong_ordering::equal : a.str() <=> b.str();
    }
    friend bool operator==(const SharedText& a, std::string_view b) { return a.str() == b; }
    friend bool operator==(const SharedText& a, const std::string& b) { return a.str() == b; }
    friend bool operator==(const SharedText& a, const char* b) { return a.str() == b; }
    friend std::string operator+(const SharedText& a, std::string_view b) { return a.str() + std::string(b); }
    friend std::string operator+(std::string a, const SharedText& b) { return std::move(a) + b.str(); }

private:
    // A std::shared_ptr in half of its memory: a million pending jobs have two each.
    struct Held {
        std::string text;
        std::atomic<std::uint32_t> owners = 1;
        std::uint32_t hash = static_cast<std::uint32_t>(
            std::hash<std::string>{}(text)); ///< never stored or sent: elsewhere it may differ
    };
    Held* held_ = nullptr; ///< null: empty
};

} // namespace stint

template <> struct fmt::formatter<stint::SharedText> : fmt::formatter<std::string_view> {
    auto format(const stint::SharedText& text, fmt::format_context& context) const {
        return fmt::formatter<std::string_view>::format(text.str(), context);
    }
};
