// Networks, requested and found, by the documentation's names of capabilities and transports.
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/codec.hpp"

namespace stint::wire {
namespace {

template <class Set> std::vector<std::string> namesOf(const Set& set) {
    std::vector<std::string> names;
    for (const auto which : set)
        names.emplace_back(nameOf(which));
    return names;
}

/// Calls `known` with each name that `named` knows; ignores the others.
template <class Named, class Known> void eachKnown(const std::vector<std::string>& names, Named named, Known known) {
    for (const std::string& name : names)
        if (const auto found = named(name)) known(*found);
}

template <class Named>
Result<void> checkNames(std::string_view key, const std::vector<std::string>& names, Named named) {
    for (const std::string& name : names)
        if (!named(name)) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown name \"{}\"", key, name);
    return {};
}

} // namespace

void writeNetworkRequest(Writer& writer, const NetworkRequest& request) {
    DictionaryWriter dictionary(writer);
    dictionary.put("capabilities", namesOf(request.getCapabilities()));
    dictionary.put("transports", namesOf(request.getTransportTypes()));
    if (request.getNetworkSpecifier()) dictionary.put("specifier", *request.getNetworkSpecifier());
}

Result<NetworkRequest> readNetworkRequest(Reader& reader) {
    std::vector<std::string> capabilities;
    std::vector<std::string> transports;
    std::optional<std::string> specifier;
    DictionaryReader dictionary("", UnknownKeys::Refuse);
    dictionary.take("capabilities", capabilities).take("transports", transports).take("specifier", specifier);
    STINT_TRY(dictionary.read(reader));
    // A demand that is not understood must not be dropped: the job would run on the wrong network.
    STINT_TRY(checkNames("capabilities", capabilities, capabilityNamed));
    STINT_TRY(checkNames("transports", transports, transportNamed));

    NetworkRequest::Builder builder;
    builder.clearCapabilities();
    eachKnown(capabilities, capabilityNamed, [&](NetworkCapability which) { builder.addCapability(which); });
    eachKnown(transports, transportNamed, [&](NetworkTransport which) { builder.addTransportType(which); });
    if (specifier) builder.setNetworkSpecifier(std::move(*specifier));
    return builder.build();
}

void writeNetwork(Writer& writer, const Network& network) {
    DictionaryWriter dictionary(writer);
    dictionary.put("capabilities", namesOf(network.capabilities));
    dictionary.put("transports", namesOf(network.transports));
    dictionary.put("downstream", network.downstream);
    dictionary.put("upstream", network.upstream);
    dictionary.put("interface", network.interface);
}

Result<Network> readNetwork(Reader& reader) {
    Network network;
    std::vector<std::string> capabilities;
    std::vector<std::string> transports;
    DictionaryReader dictionary("network", UnknownKeys::Ignore);
    dictionary.take("capabilities", capabilities)
        .take("transports", transports)
        .take("downstream", network.downstream)
        .take("upstream", network.upstream)
        .take("interface", network.interface);
    STINT_TRY(dictionary.read(reader));
    eachKnown(capabilities, capabilityNamed, [&](NetworkCapability which) { network.capabilities.insert(which); });
    eachKnown(transports, transportNamed, [&](NetworkTransport which) { network.transports.insert(which); });
    return network;
}

} // namespace stint::wire
