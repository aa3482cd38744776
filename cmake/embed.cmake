# Embeds a folder of built files into a program, as the table that server/http/assets.h describes.
#
#   prepd_embed(TARGET target FOLDER folder [DEPENDS file-or-target...])
#
# adds a generated source to `target` that defines embedded_assets. The folder's files are listed when the target is built (the front end's
# build decides what there is), again whenever something of DEPENDS has changed.
#
# The same file is that build step, run by `cmake -P` with -DFOLDER= and -DOUTPUT=: it compresses each file beside OUTPUT and writes the
# table. The bytes come in by the assembler's .incbin, so that compiling takes no time.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(prepd_embed)
    cmake_parse_arguments(EMBED "" "TARGET;FOLDER" "DEPENDS" ${ARGN})
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${EMBED_TARGET}_embedded.c)
    if(NOT EMBED_DEPENDS) # a folder of sources, which nothing makes
      file(GLOB_RECURSE files CONFIGURE_DEPENDS ${EMBED_FOLDER}/*)
    endif()
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DFOLDER=${EMBED_FOLDER} -DOUTPUT=${output} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_FILE} ${files} ${EMBED_DEPENDS}
      COMMENT "Embedding ${EMBED_FOLDER}"
      VERBATIM)
    target_sources(${EMBED_TARGET} PRIVATE ${output})
  endfunction()
  return()
endif()

# ---- the build step ----

set(type_.js "text/javascript; charset=utf-8")
set(type_.css "text/css; charset=utf-8")
set(type_.html "text/html; charset=utf-8")
set(type_.json "application/json")
set(type_.txt "text/plain; charset=utf-8")
set(type_.svg "image/svg+xml")
set(type_.png "image/png")
set(type_.ico "image/vnd.microsoft.icon")
set(type_.woff2 "font/woff2")

set(gzip_folder ${OUTPUT}.gz)
file(REMOVE_RECURSE ${gzip_folder})
file(MAKE_DIRECTORY ${gzip_folder})
file(GLOB_RECURSE names LIST_DIRECTORIES false RELATIVE ${FOLDER} ${FOLDER}/*)
list(FILTER names EXCLUDE REGEX "\\.map$")
list(SORT names)

set(bytes "")
set(declarations "")
set(rows "")
set(n 0)
foreach(name ${names})
  string(REGEX MATCH "\\.[^./]*$" extension "${name}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "embed.cmake: ${name}: no content type is known for *${extension}")
  endif()
  file(SHA256 ${FOLDER}/${name} hash)
  string(SUBSTRING ${hash} 0 8 hash)
  if(name MATCHES "^chunk-")
    set(url ${name}) # carries a hash already, by which other scripts import it
  else()
    string(REGEX REPLACE "\\.[^./]*$" ".${hash}${extension}" url "${name}")
  endif()

  set(gzip ${gzip_folder}/${n})
  execute_process(COMMAND gzip -9 -n -c ${FOLDER}/${name} OUTPUT_FILE ${gzip} COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE ${FOLDER}/${name} size)
  file(SIZE ${gzip} gzip_size)
  set(include_gzip "")
  if(gzip_size LESS size)
    set(include_gzip ".incbin \\\"${gzip}\\\"\\n")
  endif()

  string(APPEND bytes
    "    \"asset_${n}:\\n.incbin \\\"${FOLDER}/${name}\\\"\\nasset_${n}_end:\\n\"\n"
    "    \"asset_${n}_gzip:\\n${include_gzip}asset_${n}_gzip_end:\\n\"\n")
  string(APPEND declarations
    "HIDDEN asset_${n}[], asset_${n}_end[], asset_${n}_gzip[], asset_${n}_gzip_end[];\n")
  string(APPEND rows
    "    {\"${name}\", \"/assets/${url}\", \"${type_${extension}}\", asset_${n}, asset_${n}_end, asset_${n}_gzip, asset_${n}_gzip_end},\n")
  math(EXPR n "${n} + 1")
endforeach()

file(WRITE ${OUTPUT} "/* Written by cmake/embed.cmake from ${FOLDER}. */
#include \"http/assets.h\"

#define HIDDEN extern const unsigned char __attribute__((visibility(\"hidden\")))
__asm__(\".pushsection .rodata\\n.balign 16\\n\"
${bytes}    \".popsection\\n\");

${declarations}
const struct asset embedded_assets[] = {
${rows}    {0}};
const size_t embedded_assets_len = ${n};
")
