#pragma once
#include <vector>

namespace forescale::recurrent {

/// Every recurrent network of one training.
struct NetworkSet {
    [[nodiscard]] bool empty() const { return true; }
    template <class Archive>
    void fields(Archive&) {}
};

}  // namespace forescale::recurrent
