// Passwords as a person types them, on a terminal that does not show them, a new one twice; or a line each, from
// anything else.
#pragma once
#include <optional>
#include <string_view>

#include "faces/screen/terminal.hpp"
#include "fleet/signing/secret.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

/// The rest of stdin's line, where nobody can see it: at most 1,000 bytes.
class Passwords {
public:
    explicit Passwords(const cli::Screen& screen) : screen_(screen) {}

    /// A new one for that key. nullopt: a signal has ended it, and signal() says which. IllegalArgument: none came, or
    /// on a terminal three times not the same twice.
    Result<std::optional<fleet::SecretText>> fresh(std::string_view whose);
    /// That of a key's file, once; likewise.
    Result<std::optional<fleet::SecretText>> known(std::string_view file);
    int signal() const { return signal_; }

private:
    Result<std::optional<fleet::SecretText>> line();
    Result<std::optional<fleet::SecretText>> typed(std::string_view prompt);

    const cli::Screen& screen_;
    int signal_ = 0;
};

} // namespace stint::fleetctl
