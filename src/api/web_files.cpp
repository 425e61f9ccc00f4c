#include "api/web_files.h"

#include <algorithm>
#include <array>

namespace forescale {

namespace embedded {
extern const std::string_view index_html;
extern const std::string_view app_js;
extern const std::string_view chart_js;
extern const std::string_view style_css;
extern const std::string_view icon_svg;
extern const std::string_view dygraph_js;
extern const std::string_view dygraph_css;
extern const std::string_view openapi_yaml;
}  // namespace embedded

std::span<const WebFile> web_files() {
    static const std::array<WebFile, 8> all{{
        {"/", "text/html; charset=utf-8", embedded::index_html},
        {"/app.js", "text/javascript; charset=utf-8", embedded::app_js},
        {"/chart.js", "text/javascript; charset=utf-8", embedded::chart_js},
        {"/dygraph.css", "text/css; charset=utf-8", embedded::dygraph_css},
        {"/dygraph.js", "text/javascript; charset=utf-8", embedded::dygraph_js},
        {"/icon.svg", "image/svg+xml", embedded::icon_svg},
        {"/openapi.yaml", "application/yaml", embedded::openapi_yaml},
        {"/style.css", "text/css; charset=utf-8", embedded::style_css},
    }};
    return all;
}

const WebFile* web_file(std::string_view path) {
    if (path == "/index.html") path = "/";
    const auto all = web_files();
    const auto found = std::ranges::find(all, path, &WebFile::path);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace forescale
