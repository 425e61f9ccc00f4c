#pragma once
#include "domain/forecast.h"
#include "domain/sample.h"
#include "domain/service.h"

#include <memory>
#include <string>

namespace forescale {

/// Learns, at the finest step that is measured, the distribution of the largest demand from now to
/// now + lead time: what capacity that is asked for now will have to serve before the next chance
/// is ready. Online and recursive: no history kept beyond a few hours and day-slot profiles. Pure
/// state; one instance per service, one thread at a time.
class LeadDemandModel {
public:
    LeadDemandModel(const Service& service, Duration lead);
    ~LeadDemandModel();
    LeadDemandModel(LeadDemandModel&&) noexcept;
    LeadDemandModel& operator=(LeadDemandModel&&) noexcept;

    /// The next closed step at fine_step (its max is what counts) (a gap is a window that is not
    /// present). Learns from the spans that have matured. O(columns^2).
    void observe(const Window& window);

    /// From the end of the newest observed step. Nothing before a day of history. `path` (may be
    /// empty) is the grid forecast: one of its inputs.
    [[nodiscard]] std::optional<LeadDemand> forecast(const ForecastPath& path) const;

    /// The learned lead time changed: what was learned for the old one is kept as far as it
    /// applies.
    void set_lead(Duration lead);

    [[nodiscard]] std::string save() const;
    /// errors  corrupt
    [[nodiscard]] Result<void> load(std::string_view state);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace forescale
