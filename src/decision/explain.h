#pragma once
#include "decision/rule.h"

#include <string>

namespace forescale {

/// decisive: the step that the number rests on.
/// One sentence for a person: "Scaling shop from 4 to 7: demand is planned at 613 ...".
[[nodiscard]] std::string sentence_of(const Turn& turn, const Decision& decision,
                                      const RuleStep& decisive);

/// What one replica fewer would risk, or which rule forbids it.
[[nodiscard]] std::string why_not_fewer(const Turn& turn, const Decision& decision,
                                        const RuleStep& decisive);

}  // namespace forescale
