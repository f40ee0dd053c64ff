# tocsin_folder(NAME LINK a b c TEST_LINK d): the library `tocsin_NAME` of all
# sources below this folder, and the program NAME_test of its *_test.cpp files.
# tidy_test checks that the includes agree with the links.
include(GoogleTest)
function(tocsin_folder name)
  cmake_parse_arguments(ARG "" "" "LINK;TEST_LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")
  if(sources)
    add_library(tocsin_${name} STATIC ${sources})
    target_include_directories(tocsin_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(tocsin_${name} PUBLIC ${ARG_LINK})
  else()
    add_library(tocsin_${name} INTERFACE)
    target_include_directories(tocsin_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(tocsin_${name} INTERFACE ${ARG_LINK})
  endif()
  if(tests)
    add_executable(${name}_test ${tests})
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name}_test PRIVATE tocsin_${name} ${ARG_TEST_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} DISCOVERY_TIMEOUT 120
                         PROPERTIES TIMEOUT 1200)
  endif()
endfunction()

# For code that moves many small structs a line. Pairs (views, offsets) that were written one by one and are read as a
# vector wait until the stores are through, some 15 cycles each; so does `rep movs`, which takes 30 besides.
function(tocsin_small_structs target)
  target_compile_options(${target} PRIVATE -fno-tree-slp-vectorize)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(copy unrolled_loop:512:noalign,libcall:-1:noalign)
    target_compile_options(${target} PRIVATE -mtune-ctrl=^sse_unaligned_load_optimal,^sse_unaligned_store_optimal
                           -mmemcpy-strategy=${copy} -mmemset-strategy=${copy})
  endif()
endfunction()
