// A page of ours, shown to whoever typed the verb: in the desktop's browser, or as an address.
#pragma once
#include <string>
#include <string_view>

#include "faces/screen/terminal.hpp"

namespace stint::cli {

struct ShownPage {
    std::string_view name; ///< as in "the Task Manager"
    std::string address;   ///< with its token
    bool mayOpen = true;   ///< a browser
    bool isPrinted = false;
};

/// The address without its token.
std::string placeOf(const std::string& address);

/// Opens it where there is a display and a browser; prints the address where there is none, and where that is wanted.
void showPage(const Screen& screen, const ShownPage& page);

} // namespace stint::cli
