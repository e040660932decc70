// A word that only those know who were told: 256 bits of the kernel's chance, as 64 hexadecimal digits.
#pragma once
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint::taskmanager {

class Secret {
public:
    /// System where the kernel gives no chance.
    static Result<Secret> draw();
    explicit Secret(std::string text) : text_(std::move(text)) {}

    const std::string& text() const { return text_; }
    /// Takes as long for a word that is almost right as for one that is all wrong.
    bool is(std::string_view word) const;

private:
    std::string text_;
};

} // namespace stint::taskmanager
