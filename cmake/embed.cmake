# Makes a file part of the program: writes it as an array of bytes into a source file in the build folder.
#   forescale_embed(TARGET api NAME app_js FILE ${PROJECT_SOURCE_DIR}/web/app.js)
# defines `const std::string_view forescale::embedded::app_js`, again whenever the file changes.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${FILE} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  file(WRITE ${OUTPUT}
    "#include <string_view>\n"
    "namespace forescale::embedded {\n"
    "namespace {\n"
    "constexpr unsigned char bytes[] = {${bytes}0};\n"
    "}\n"
    "extern const std::string_view ${NAME};\n"
    "const std::string_view ${NAME}(reinterpret_cast<const char*>(bytes), sizeof bytes - 1);\n"
    "}\n")
  return()
endif()

set(FORESCALE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(forescale_embed)
  cmake_parse_arguments(E "" "TARGET;NAME;FILE" "" ${ARGN})
  if(NOT EXISTS ${E_FILE})
    message(FATAL_ERROR "${E_FILE} is missing; run ./dev setup, which installs the packages of tools/packages.txt")
  endif()
  set(output ${CMAKE_BINARY_DIR}/embed/${E_NAME}.cpp)
  add_custom_command(OUTPUT ${output} DEPENDS ${E_FILE} ${FORESCALE_EMBED_SCRIPT} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DFILE=${E_FILE} -DNAME=${E_NAME} -DOUTPUT=${output} -P ${FORESCALE_EMBED_SCRIPT}
    COMMENT "Embedding ${E_NAME}")
  target_sources(${E_TARGET} PRIVATE ${output})
  set_source_files_properties(${output} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# The dashboard: its own files, the chart library from Debian's libjs-dygraphs, and the API's description.
function(forescale_embed_web target)
  set(web ${PROJECT_SOURCE_DIR}/web)
  set(dygraphs /usr/share/javascript/dygraphs)
  forescale_embed(TARGET ${target} NAME index_html FILE ${web}/index.html)
  forescale_embed(TARGET ${target} NAME app_js FILE ${web}/app.js)
  forescale_embed(TARGET ${target} NAME chart_js FILE ${web}/chart.js)
  forescale_embed(TARGET ${target} NAME style_css FILE ${web}/style.css)
  forescale_embed(TARGET ${target} NAME icon_svg FILE ${web}/icon.svg)
  forescale_embed(TARGET ${target} NAME dygraph_js FILE ${dygraphs}/dygraph.min.js)
  forescale_embed(TARGET ${target} NAME dygraph_css FILE ${dygraphs}/dygraph.min.css)
  forescale_embed(TARGET ${target} NAME openapi_yaml FILE ${PROJECT_SOURCE_DIR}/docs/openapi.yaml)
endfunction()
