#pragma once
#include "domain/forecast.h"
#include "domain/sample.h"
#include "domain/service.h"

#include <memory>
#include <string>

namespace forescale {

/// Learns, at the finest step that is measured, the distribution of the largest demand from now to
/// now + lead time: what capacity that is asked for now will have to serve before the next chance
/// is ready. The span is the lead time, rounded up to whole steps, and the one step until the next
/// turn. A forgetting ridge (half-life 2 days) forecasts its largest demand; a second one the size
/// of the error at this moment; the quantiles are those of error / size over the last weeks.
/// Online: no history but 2 h, yesterday, and profiles of a day and a week: 146 KB at steps of one
/// minute. Pure state; one instance per service, one thread at a time. 1 us a step, 15 us once an
/// hour.
class LeadDemandModel {
public:
    LeadDemandModel(const Service& service, Duration lead);
    ~LeadDemandModel();
    LeadDemandModel(LeadDemandModel&&) noexcept;
    LeadDemandModel& operator=(LeadDemandModel&&) noexcept;

    /// The next closed window of fine_step; its max is what counts. A gap is a window that is not
    /// present. Learns from the spans that have matured. O(columns^2).
    void observe(const Window& window);

    /// From the end of the newest observed step. Nothing before a day of history. A copy of
    /// numbers: nothing is computed. `path` (may be empty) is not read: the profiles kept here know
    /// the season at the fine step, and the largest demand of a span, which a path of means does
    /// not.
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
