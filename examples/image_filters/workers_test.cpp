// The sample's own tests, ported: each worker alone, and the chain, without stintd.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cstdlib>

#include <stint/work/testing.hpp>

#include "image_operations.hpp"
#include "picture.hpp"

using namespace stint::work;
using namespace stint::work::testing;

namespace {

/// A directory with a picture of four points: red, green, blue, white.
struct Folder {
    Folder() {
        std::string made = (std::filesystem::temp_directory_path() / "image-filters-XXXXXX").string();
        path = ::mkdtemp(made.data());
        const Picture picture{2, 2, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
        REQUIRE(picture.write(image()));
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path image() const { return path / "image.ppm"; }
    Outputs outputs() const { return {path / "outputs"}; }
    std::filesystem::path path;
};

WorkManagerTestInitHelper managerOn(const Folder& folder) {
    auto made = WorkManagerTestInitHelper::initializeTestWorkManager(*withWorkers(folder.outputs()).build());
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
    return std::move(*made);
}

} // namespace

TEST_CASE("a filter without a picture fails, and what follows it fails with it") {
    const Folder folder;
    auto helper = managerOn(folder);
    const auto operations = ImageOperations::Builder(helper.getWorkManager(), folder.path / "none.ppm")
                                .setApplyBlur(true)
                                .setApplySave(folder.path / "saved.ppm")
                                .build();
    REQUIRE(operations.continuation().enqueue().ok());
    const auto infos = *operations.continuation().getWorkInfos();
    REQUIRE(infos.size() == 3);
    CHECK(infos[0].getState() == State::SUCCEEDED);
    CHECK(infos[1].getState() == State::FAILED);
    CHECK(infos[2].getState() == State::FAILED);
}

TEST_CASE("the picture goes through the filters that were chosen, and is saved once there is room for it") {
    const Folder folder;
    auto helper = managerOn(folder);
    const auto operations = ImageOperations::Builder(helper.getWorkManager(), folder.image())
                                .setApplyGrayScale(true)
                                .setApplyBlur(true)
                                .setApplySave(folder.path / "saved.ppm")
                                .build();
    REQUIRE(operations.continuation().enqueue().ok());
    const auto infos = *operations.continuation().getWorkInfos();
    REQUIRE(infos.size() == 4);
    CHECK(infos[1].getWorkerClassName() == "GrayScaleFilterWorker");
    CHECK(infos[2].getState() == State::SUCCEEDED);
    CHECK(infos[3].getState() == State::ENQUEUED);
    REQUIRE(helper.getTestDriver().setAllConstraintsMet(infos[3].getId()).ok());
    const auto saved = *helper.getWorkManager().getWorkInfoById(infos[3].getId());
    CHECK(saved->getOutputData().getString(constants::keyImage) == folder.path / "saved.ppm");
    CHECK(Picture::read(folder.path / "saved.ppm")->points == std::vector<std::uint8_t>(12, 127)); // the mean of all
}

TEST_CASE("a second chain replaces the first") {
    const Folder folder;
    auto helper = managerOn(folder);
    const auto enqueue = [&](const char* to) {
        const auto operations =
            ImageOperations::Builder(helper.getWorkManager(), folder.image()).setApplySave(folder.path / to).build();
        REQUIRE(operations.continuation().enqueue().ok());
        return operations.continuation().getWorkInfos()->back().getId();
    };
    const auto first = enqueue("first.ppm");
    const auto second = enqueue("second.ppm");
    CHECK(*helper.getWorkManager().getWorkInfoById(first) == std::nullopt);
    CHECK((*helper.getWorkManager().getWorkInfoById(second))->getState() == State::ENQUEUED);
}

TEST_CASE("each filter changes the points as it says") {
    const auto filtered = [](Filter filter) {
        Picture picture{2, 1, {100, 100, 100, 200, 0, 0}};
        REQUIRE(filter(picture, [] { return true; }));
        return picture.points;
    };
    CHECK(filtered(toGrayscale) == std::vector<std::uint8_t>{100, 100, 100, 59, 59, 59});
    CHECK(filtered(blur) == std::vector<std::uint8_t>{150, 50, 50, 150, 50, 50});
    CHECK(filtered(waterize) == std::vector<std::uint8_t>{168, 72, 72, 168, 72, 72});
    Picture picture{1, 1, {1, 2, 3}};
    CHECK_FALSE(blur(picture, [] { return false; }));
}
