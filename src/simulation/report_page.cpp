#include "simulation/report_page.h"

#include <fmt/format.h>

namespace forescale {

namespace embedded {
extern const std::string_view report_css;
extern const std::string_view charts_js;
}  // namespace embedded

namespace {

/// JSON inside a script element: no tag may begin there.
std::string inside_script(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        if (c == '<')
            safe += "\\u003c";
        else
            safe += c;
    }
    return safe;
}

}  // namespace

std::string report_page(std::string_view title, const json::value& data, std::string_view script) {
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n"
        "<main id=\"report\"></main>\n<svg id=\"blank\" width=\"0\" height=\"0\" "
        "aria-hidden=\"true\"></svg>\n<noscript>The charts are drawn by the script of this "
        "page.</noscript>\n<script type=\"application/json\" id=\"data\">{}</script>\n"
        "<script>\n{}{}</script>\n</body>\n</html>\n",
        title, embedded::report_css, inside_script(compact_json(data)), embedded::charts_js,
        script);
}

}  // namespace forescale
