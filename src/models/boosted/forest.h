#pragma once
#include <vector>

namespace forescale::boosted {

/// Every boosted forest of one training.
struct ForestSet {
    [[nodiscard]] bool empty() const { return true; }
    template <class Archive>
    void fields(Archive&) {}
};

}  // namespace forescale::boosted
