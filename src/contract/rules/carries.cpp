#include "contract/rules/carries.hpp"

#include <algorithm>
#include <vector>

namespace stint {

std::span<const JobField* const> carriesTable() {
    static const std::vector<const JobField*> table = [] {
        std::vector<const JobField*> listed;
        for (const JobField& row : jobFields)
            if (row.listed) listed.push_back(&row);
        std::ranges::sort(listed, {}, &JobField::method);
        return listed;
    }();
    return table;
}

} // namespace stint
