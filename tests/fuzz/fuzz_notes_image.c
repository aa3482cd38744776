/* fuzz_notes_image.c - any bytes as the beginning of an image of each kind: image_measure reads
 * none beyond them, and gives no size that a page would not bear. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "notes/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    void *copy = malloc(len ? len : 1);
    if (!copy)
        return 0;
    if (len)
        memcpy(copy, data, len);
    for (enum image_kind kind = IMAGE_SVG; kind <= IMAGE_WEBP; kind++) {
        struct image_size size;
        image_measure(kind, copy, len, &size);
        if (size.width > IMAGE_SIDE_MAX || size.height > IMAGE_SIDE_MAX ||
            !size.width != !size.height)
            abort();
    }
    free(copy);
    return 0;
}
