// A secret word: 256 random bits from the kernel, as 64 hexadecimal digits.
#pragma once
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint::taskmanager {

/// A secret word: 256 random bits from the kernel, as 64 hexadecimal digits.
class Secret {
public:
    /// System where the kernel gives no random bits.
    static Result<Secret> draw();
    explicit Secret(std::string text) : text_(std::move(text)) {}

    const std::string& text() const { return text_; }
    /// Compares in the same time whether the word is almost right or all wrong.
    bool is(std::string_view word) const;

private:
    std::string text_;
};

} // namespace stint::taskmanager
