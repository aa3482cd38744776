# embed_migrations(TARGET FILE...) compiles the files, named NNNN_name.sql and numbered from 0001 without a gap, into TARGET as
# `const struct store_migration store_migrations[]`. Included it defines the function; run with `cmake -P` it writes the C source.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(embed_text_script ${CMAKE_CURRENT_LIST_FILE})
  function(embed_migrations target)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/store_migrations.c)
    add_custom_command(
      OUTPUT ${source}
      COMMAND ${CMAKE_COMMAND} "-DFILES=${ARGN}" -DOUTPUT=${source} -P ${embed_text_script}
      DEPENDS ${ARGN} ${embed_text_script}
      VERBATIM)
    target_sources(${target} PRIVATE ${source})
  endfunction()
  return()
endif()

set(code "/* Made of the files of db/migrations by cmake/embed_text.cmake. */\n#include \"store/store_migrate.h\"\n\n")
string(APPEND code "const struct store_migration store_migrations[] = {\n")
set(number 0)
foreach(file IN LISTS FILES)
  math(EXPR number "${number} + 1")
  get_filename_component(name ${file} NAME)
  if(NOT name MATCHES "^0*${number}_[a-z0-9_]+\\.sql$")
    message(FATAL_ERROR "${name}: migration ${number} is expected here, as NNNN_name.sql")
  endif()
  file(READ ${file} text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
  string(APPEND code "    {\"${name}\",\n     \"${text}\"},\n")
endforeach()
string(APPEND code "    {0},\n};\n")
file(WRITE ${OUTPUT} "${code}")
