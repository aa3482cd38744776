# Flags for every target: warnings that have found bugs, hardening, and the sanitizers when asked for.
add_compile_options(
  -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
  -Wno-missing-field-initializers # zero-initialising the rest of a struct is a feature
  -fno-common)
add_compile_definitions(_GNU_SOURCE)
if(PREPD_WERROR)
  add_compile_options(-Werror)
endif()
if(PREPD_SANITIZE)
  add_compile_options(-fsanitize=${PREPD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PREPD_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-fstack-protector-strong -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
if(PREPD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
