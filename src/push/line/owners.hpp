// The owners of names on the session bus: which of them a connection has. The bus tells of each change of theirs, and
// of no other name's.
#pragma once
#include <map>
#include <set>
#include <string>

#include "link/wire/message.hpp"

namespace stint::push {

class Owners {
public:
    explicit Owners(sd_bus* bus) : bus_(bus) {}
    Owners(const Owners&) = delete;
    Owners& operator=(const Owners&) = delete;

    /// From now on these.
    void follow(const std::set<std::string>& names);
    /// The first name that the connection owns; empty: none of them.
    std::string nameOf(const std::string& connection) const;

private:
    struct Name {
        std::string owner; ///< empty: nobody has it
        wire::Slot changes, question;
    };
    static int changed(sd_bus_message* signal, void* self, sd_bus_error*);
    static int answered(sd_bus_message* answer, void* name, sd_bus_error*);

    sd_bus* bus_;
    std::map<std::string, Name> names_;
};

} // namespace stint::push
