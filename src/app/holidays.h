#pragma once
#include "base/error.h"
#include "base/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// The public holidays of a country from 2010 to 2035, as local midnights on the UTC time line,
/// ascending. `place`: ISO 3166-1 like US, or with a subdivision (ISO 3166-2) like US-NY. They are
/// part of the program (data/holidays).
/// errors  not_found: names near ones
[[nodiscard]] Result<std::vector<Timestamp>> holidays_of(std::string_view place);

/// Holidays from a file, in the same form: CSV with the header `date,name` (the name may hold
/// commas) or `date`, or an iCalendar file, of which all-day events are read, those that come again
/// every year (RRULE:FREQ=YEARLY) from 2010 to 2035.
/// errors  not_found, invalid_argument: name file and line
[[nodiscard]] Result<std::vector<Timestamp>> read_holidays(const std::string& path);

/// Those of the file, without one those of the country, and none without either.
[[nodiscard]] Result<std::vector<Timestamp>> usual_holidays(const std::string& country,
                                                            const std::string& file);

}  // namespace forescale
