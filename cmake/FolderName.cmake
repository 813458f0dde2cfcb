# Ninja before 1.13 splits a compiler's list of headers at an apostrophe, misses every header in it, and compiles everything at each build.
if(CMAKE_GENERATOR MATCHES "^Ninja" AND PROJECT_BINARY_DIR MATCHES "'")
  execute_process(COMMAND ${CMAKE_MAKE_PROGRAM} --version OUTPUT_VARIABLE ninja OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(ninja VERSION_LESS 1.13)
    message(WARNING "Ninja ${ninja} compiles everything at each build in a folder with an apostrophe in its path: "
            "move the checkout, or use Ninja 1.13 or newer (pip install ninja).")
  endif()
endif()
