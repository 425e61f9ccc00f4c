# Warnings are errors; the numbers are the same bits on every machine of one architecture (no fast-math, no contraction).
add_library(forescale_flags INTERFACE)
target_compile_options(forescale_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wcast-align
  -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override -Wnull-dereference -Wdouble-promotion -Wformat=2
  -Wimplicit-fallthrough -Wswitch-enum -Wextra-semi -Wundef -Wvla -Wmissing-declarations -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond>
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-branches>
  $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op>
  $<$<CXX_COMPILER_ID:GNU>:-Wuseless-cast>
  # Clang reads libstdc++ 12, whose stable_sort calls what C++17 deprecated; and a field that is left out has its default.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
  -ffp-contract=off -fno-omit-frame-pointer -fstack-protector-strong)
target_compile_definitions(forescale_flags INTERFACE _GLIBCXX_ASSERTIONS EIGEN_DONT_PARALLELIZE EIGEN_MPL2_ONLY)

set(FORESCALE_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
if(FORESCALE_SANITIZE)
  target_compile_options(forescale_flags INTERFACE -fsanitize=${FORESCALE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(forescale_flags INTERFACE -fsanitize=${FORESCALE_SANITIZE})
  # The thread sanitizer does not know the fences inside of Boost.Asio, and g++ says so.
  target_compile_options(forescale_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Paths in the objects and in ccache's keys are relative to the checkout, so that a second clone hits what the first compiled.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
find_program(CCACHE ccache)
if(CCACHE)
  # The sloppiness says that the macros and times of a precompiled header may be trusted: without it nothing hits.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true CCACHE_ABSSTDERR=true ${CCACHE})
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>
                      "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

# An empty file that is not touched again: a new time stamp would compile it at every configure.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch.cpp CONTENT "")
add_library(forescale_pch STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
# fmt defines FMT_SHARED, which the precompiled text depends on.
target_link_libraries(forescale_pch PUBLIC forescale_flags fmt::fmt)
target_precompile_headers(forescale_pch PRIVATE ${CMAKE_CURRENT_LIST_DIR}/pch.h)
