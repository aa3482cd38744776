# prepd_layer(NAME USES LAYER... [PRIVATE LIBRARY...] [PUBLIC LIBRARY...])
# Makes the library prepd_NAME of server/NAME/*.c. Its headers are reached as "NAME/x.h", and only by targets that link it: each layer's
# include path is a folder of its own that holds one link, so that an include against the layers does not compile.
function(prepd_layer name)
  cmake_parse_arguments(LAYER "" "" "USES;PRIVATE;PUBLIC" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.c)
  add_library(prepd_${name} STATIC ${sources})
  set(include ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${name} ${include}/${name} SYMBOLIC)
  target_include_directories(prepd_${name} PUBLIC ${include})
  list(TRANSFORM LAYER_USES PREPEND prepd_)
  target_link_libraries(prepd_${name} PUBLIC ${LAYER_USES} ${LAYER_PUBLIC} PRIVATE ${LAYER_PRIVATE})
endfunction()
