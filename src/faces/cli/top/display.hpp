// The terminal as a grid of cells, by ncurses: frames onto it, keys from it. It decides nothing. Only one exists at a
// time; when it goes, the terminal is as it was.
#pragma once
#include <memory>
#include <optional>

#include "faces/cli/top/board.hpp"
#include "stint/result.hpp"

namespace stint::cli::top {

class Display {
public:
    /// IllegalArgument: this terminal cannot place text, or nobody knows it.
    static Result<std::unique_ptr<Display>> open(bool colours);
    ~Display();
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;

    Size size() const;
    /// The window has another size now.
    void resized() const;
    void draw(const Frame& frame) const;
    /// As if nothing were known of what is on the screen: another program has written there.
    void forget() const;
    /// The next key that has been pressed.
    std::optional<Key> key() const;

private:
    explicit Display(bool colours);
    bool colours_;
};

} // namespace stint::cli::top
