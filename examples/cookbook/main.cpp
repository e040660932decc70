// One recipe by its name, or, with --host, the process that stintd starts for the services and the receiver.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string_view>

#include "recipes.hpp"

namespace cookbook {

fs::path ownFile(const std::string& name) {
    const char* home = std::getenv("HOME");
    const fs::path directory = fs::path(home ? home : "/tmp") / "cookbook";
    fs::create_directories(directory);
    return directory / name;
}

void work(const std::string& what) { std::ofstream(ownFile("done"), std::ios::app) << what << std::endl; }

stint::Bytes moveAPiece(const std::string&, stint::Bytes) { return 1'000'000; }

namespace {

int complain(const stint::Error& error) {
    std::cerr << "cookbook: " << error.message << "\n";
    return 1;
}

int tell(const stint::Result<stint::ScheduleResult>& result) {
    if (!result) return complain(result.error());
    if (*result == stint::JobScheduler::RESULT_SUCCESS) return 0;
    std::cerr << "cookbook: refused: " << result->getReason() << "\n";
    return 1;
}

int tell(const stint::Result<void>& done) { return done ? 0 : complain(done.error()); }

// code: host
int host(stint::Connection& connection) {
    Jobs jobs;
    Downloads downloads;
    Uploads uploads;
    Wakes wakes(connection);
    for (auto hosted : {connection.host("Jobs", jobs), connection.host("Downloads", downloads),
                        connection.host("Uploads", uploads), connection.host("Wakes", wakes)})
        if (!hosted) return complain(hosted.error()); // how to start this program, where it was not started as an app
    return stint::JobService::run(connection);        // until no job is left
}
// code: end

int cook(stint::Connection& connection, const std::string& recipe, const std::string& what) {
    if (recipe == "--host") return host(connection);
    if (recipe == "conditions") return tell(backUp(connection));
    if (recipe == "periodic") return tell(syncEveryDay(connection));
    if (recipe == "transfer") return tell(download(connection, what));
    if (recipe == "expedited") return tell(fetchMessage(connection));
    if (recipe == "content") return tell(watchPictures(connection, what));
    if (recipe == "work") return tell(upload(connection, what));
    if (recipe == "why") return tell(explain(connection, std::stoi(what)));
    if (recipe == "alarm") return tell(remind(connection, stint::WallTime(std::chrono::seconds(std::stoll(what)))));
    std::cerr << "cookbook: no recipe \"" << recipe << "\"\n";
    return 64;
}

} // namespace
} // namespace cookbook

int main(int count, char** words) {
    auto connection = stint::Connection::open();
    if (!connection) return cookbook::complain(connection.error());
    return cookbook::cook(*connection, count > 1 ? words[1] : "", count > 2 ? words[2] : "");
}
