// Where a test's downloads go: a directory of its own, and the engine turned until a download has ended.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "programs/transfer/engine.hpp"
#include "programs/transfer/sidecar.hpp"
#include "programs/transfer/spec.hpp"

namespace stint::transfer {

struct PartPaths {
    std::filesystem::path part;
    std::filesystem::path state;
};
PartPaths partPathsOf(const std::filesystem::path& output);

class Place {
public:
    Place();
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    std::filesystem::path path(const std::string& name = "file") const { return directory_ / name; }
    PartPaths parts(const std::string& name = "file") const { return partPathsOf(path(name)); }
    PartPlace partPlace(const std::string& name = "file") const;
    std::optional<Sidecar> sidecar() const { return loadSidecar(partPlace()).value(); }
    Download download(const std::string& url) const { return {.url = url, .output = path()}; }
    /// Every name in it, sorted, a blank between two.
    std::string list() const;

private:
    std::filesystem::path directory_;
};

std::string contentOf(const std::filesystem::path& file);
void writeContent(const std::filesystem::path& file, const std::string& content);
/// Bytes that look like none of another seed or offset.
std::string noise(Bytes size, unsigned seed);
std::string sha256(const std::string& content);

/// Turns until it has ended.
Ending run(Engine& engine, const Download& download);
Ending run(const Download& download);
/// Turns until the part of `download` has `bytes`; answers the ticket. The download must not end before.
Engine::Ticket runUntil(Engine& engine, const Download& download, Bytes bytes, Watcher watcher = {});

} // namespace stint::transfer
