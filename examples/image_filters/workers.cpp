#include "workers.hpp"

#include "picture.hpp"

using namespace stint::work;

namespace {

Data image(const std::filesystem::path& file) {
    return *Data::Builder().putString(constants::keyImage, file.string()).build();
}

/// Forgets the pictures of an earlier chain, which was replaced.
class CleanupWorker : public Worker {
public:
    CleanupWorker(WorkerParameters params, Outputs outputs) : Worker(std::move(params)), outputs_(std::move(outputs)) {}
    Result doWork() override {
        std::error_code wrong;
        std::filesystem::remove_all(outputs_.directory, wrong);
        std::filesystem::create_directories(outputs_.directory, wrong);
        // Its input goes on to the first filter.
        return wrong ? Result::retry() : Result::success(getInputData());
    }

private:
    Outputs outputs_;
};

class FilterWorker : public Worker {
public:
    FilterWorker(WorkerParameters params, Outputs outputs, Filter filter)
        : Worker(std::move(params)), outputs_(std::move(outputs)), filter_(filter) {}
    Result doWork() override {
        auto picture = Picture::read(getInputData().getString(constants::keyImage));
        if (!picture) return Result::failure();
        if (!filter_(*picture, [this] { return !isStopped(); })) return Result::retry();
        const auto output = outputs_.directory / (getId().toString() + ".ppm");
        return picture->write(output) ? Result::success(image(output)) : Result::retry();
    }

private:
    Outputs outputs_;
    Filter filter_;
};

class SaveImageWorker : public Worker {
public:
    using Worker::Worker;
    Result doWork() override {
        const auto picture = Picture::read(getInputData().getString(constants::keyImage));
        const std::filesystem::path to = getInputData().getString(constants::keySaveTo);
        if (!picture || to.empty()) return Result::failure();
        return picture->write(to) ? Result::success(image(to)) : Result::retry();
    }
};

} // namespace

Configuration::Builder withWorkers(const Outputs& outputs) {
    const auto filtering = [&](Filter filter) {
        return [outputs, filter](WorkerParameters params) {
            return std::make_unique<FilterWorker>(std::move(params), outputs, filter);
        };
    };
    return Configuration::Builder()
        .addWorker(
            "CleanupWorker",
            [outputs](WorkerParameters params) { return std::make_unique<CleanupWorker>(std::move(params), outputs); })
        .addWorker("GrayScaleFilterWorker", filtering(toGrayscale))
        .addWorker("BlurEffectFilterWorker", filtering(blur))
        .addWorker("WaterColorFilterWorker", filtering(waterize))
        .addWorker<SaveImageWorker>("SaveImageWorker");
}
