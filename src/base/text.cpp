#include "base/text.h"

namespace forescale {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_printable(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
        out += "\\n";
    else if (c == '\t')
        out += "\\t";
    else if (c == '\r')
        out += "\\r";
    else if (byte < 0x20 || byte == 0x7f)
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    else
        out += c;
}

/// A cut must not split a UTF-8 sequence: steps back over continuation bytes.
std::size_t cut_at(std::string_view text, std::size_t bytes_max) {
    auto end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return end;
}

}  // namespace

std::string printable(std::string_view text, std::size_t bytes_max) {
    const bool cut = text.size() > bytes_max;
    if (cut) text = text.substr(0, cut_at(text, bytes_max));
    std::string out;
    out.reserve(text.size() + 3);
    for (const char c : text) append_printable(out, c);
    if (cut) out += "...";
    return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::optional<std::string_view> nearest(std::string_view name,
                                        std::span<const std::string_view> candidates) {
    constexpr std::size_t name_bytes_max = 100;  // longer names are no slip of the finger
    if (name.size() > name_bytes_max) return std::nullopt;
    std::optional<std::string_view> best;
    // A third of the letters may be wrong, and always one: "pot" finds "port", "xyz" does not find
    // "host".
    std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto distance = edit_distance(name, candidate);
        if (distance >= best_distance) continue;
        best_distance = distance;
        best = candidate;
    }
    return best;
}

}  // namespace forescale
