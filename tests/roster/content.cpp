#include "roster/stage.hpp"

namespace stint::fleet {

std::string contentOf(const std::filesystem::path& file) {
    auto database = valueOf(Database::open(file));
    std::string content;
    // The moment at which this server read a campaign is its own.
    for (const char* const rows : {"SELECT * FROM devices ORDER BY 1", "SELECT * FROM certificates ORDER BY 1",
                                   "SELECT id, document, name, made, round FROM campaigns ORDER BY 1",
                                   "SELECT * FROM targets ORDER BY 1, 2", "SELECT * FROM streams ORDER BY 1"}) {
        auto row = valueOf(database.prepare(rows));
        while (valueOf(row.next())) {
            for (int column = 0; column < row.columns(); ++column)
                content.append(row.isNull(column) ? "NULL" : row.text(column)).append("|");
            content += '\n';
        }
    }
    return content;
}

} // namespace stint::fleet
