#include "transfer/place.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "programs/transfer/digest.hpp"

namespace stint::transfer {

Place::Place() {
    std::string name = (std::filesystem::temp_directory_path() / "stint-transfer-XXXXXX").native();
    STINT_CHECK(::mkdtemp(name.data()) != nullptr);
    directory_ = name;
}

Place::~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

PartPaths partPathsOf(const std::filesystem::path& output) {
    const PartNames names = partNames(output.filename().native());
    return {output.parent_path() / names.part, output.parent_path() / names.state};
}

PartPlace Place::partPlace(const std::string& name) const {
    return {std::make_shared<const Folder>(Folder::open(directory_).value()), partNames(name)};
}

std::string Place::list() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_))
        names.insert(entry.path().filename().native());
    std::string text;
    for (const auto& name : names)
        text += text.empty() ? name : " " + name;
    return text;
}

std::string contentOf(const std::filesystem::path& file) {
    const std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void writeContent(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

std::string noise(Bytes size, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::string content(static_cast<std::size_t>(size), '\0');
    for (std::size_t at = 0; at < content.size(); at += 8) {
        auto word = generator();
        std::copy_n(reinterpret_cast<const char*>(&word), std::min<std::size_t>(8, content.size() - at), &content[at]);
    }
    return content;
}

std::string sha256(const std::string& content) {
    const Place place;
    writeContent(place.path(), content);
    const Fd fd(::open(place.path().c_str(), O_RDONLY | O_CLOEXEC));
    return "sha256:" + toHex(digestOf(fd.get(), {}, "sha256", std::atomic<bool>{false}).value());
}

Ending run(Engine& engine, const Download& download) {
    std::optional<Ending> ending;
    engine.start(download, {.progressed = {}, .ended = [&](const Ending& e) { ending = e; }});
    while (!ending)
        engine.turn();
    return *ending;
}

Ending run(const Download& download) {
    Engine engine;
    return run(engine, download);
}

Engine::Ticket runUntil(Engine& engine, const Download& download, Bytes bytes, Watcher watcher) {
    auto ticket = engine.start(download, std::move(watcher));
    const std::filesystem::path part = partPathsOf(download.output).part;
    std::error_code ignored;
    while (!std::filesystem::exists(part) || static_cast<Bytes>(std::filesystem::file_size(part, ignored)) < bytes) {
        STINT_CHECK(!engine.idle());
        engine.turn();
    }
    return ticket;
}

} // namespace stint::transfer
