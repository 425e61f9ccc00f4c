#pragma once
#include <vector>

namespace forescale::sibling {

/// Weeks of other services, to recognise a new one by.
struct ShapeLibrary {
    [[nodiscard]] bool empty() const { return true; }
    template <class Archive>
    void fields(Archive&) {}
};

}  // namespace forescale::sibling
