// Filters a picture in the background.
//
//   apply PICTURE TO [waterize] [grayscale] [blur]   enqueues the chain, follows it, and says where the picture is
//   cancel                                          cancels it
//   host                                            runs the app's work: stintd starts it
#include <cstdlib>
#include <iostream>
#include <set>
#include <string>

#include "image_operations.hpp"

using namespace stint::work;

namespace {

int complain(const stint::Error& error) {
    std::cerr << "image-filters: " << error.message << "\n";
    return 1;
}

Outputs outputs() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const std::filesystem::path home = std::getenv("HOME");
    return {(cache ? std::filesystem::path(cache) : home / ".cache") / "com.example.imagefilters"};
}

int apply(WorkManager& manager, const std::string& image, const std::string& to, const std::set<std::string>& filters) {
    const auto operations = ImageOperations::Builder(manager, std::filesystem::absolute(image))
                                .setApplyWaterColor(filters.contains("waterize"))
                                .setApplyGrayScale(filters.contains("grayscale"))
                                .setApplyBlur(filters.contains("blur"))
                                .setApplySave(std::filesystem::absolute(to))
                                .build();
    if (auto enqueued = operations.continuation().enqueue(); !enqueued) return complain(enqueued.error());
    const auto infos = operations.continuation().getWorkInfos();
    if (!infos) return complain(infos.error());
    const auto watching = manager.observe(WorkQuery::fromUniqueWorkNames({constants::imageManipulationWorkName}),
                                          [](const std::vector<WorkInfo>& all) {
                                              for (const auto& one : all)
                                                  if (one.getState() == WorkInfo::RUNNING)
                                                      std::cout << one.getWorkerClassName() << " …" << std::endl;
                                          });
    const auto last = manager.await(infos->back().getId());
    if (!last) return complain(last.error());
    std::cout << nameOf(last->getState()) << " " << last->getOutputData().getString(constants::keyImage) << std::endl;
    return last->getState() == WorkInfo::SUCCEEDED ? 0 : 1;
}

} // namespace

int main(int count, char** words) {
    const std::string verb = count > 1 ? words[1] : "";
    auto connection = stint::Connection::open();
    if (!connection) return complain(connection.error());
    const auto configuration = withWorkers(outputs()).build();
    auto manager = WorkManager::open(*connection, *configuration);
    if (!manager) return complain(manager.error());
    if (verb == "apply" && count > 3) return apply(*manager, words[2], words[3], {words + 4, words + count});
    if (verb == "cancel") return manager->cancelUniqueWork(constants::imageManipulationWorkName) ? 0 : 1;
    if (verb == "host") return WorkManager::run(*manager);
    std::cerr << "image-filters apply PICTURE TO [waterize] [grayscale] [blur] | cancel\n";
    return 64;
}
