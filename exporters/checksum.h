/* exporters/checksum.h: SHA-256 and SM3 (GB/T 32905) by OpenSSL, several times GLib's speed, as 64 hex digits. */
#ifndef RS_EXPORTERS_CHECKSUM_H
#define RS_EXPORTERS_CHECKSUM_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once, before anything else, by a program that is alone in its process: OpenSSL without memory ends it as GLib does. OpenSSL 3.0 itself reads through null
 * pointers where its first context could not be made, and a signature that could not be computed would look like one that is wrong. */
void rs_checksum_memory(void);

typedef struct RsChecksum RsChecksum;
RsChecksum *rs_checksum_new(void);     /* SHA-256 */
RsChecksum *rs_checksum_new_sm3(void);
void rs_checksum_update(RsChecksum *checksum, const void *bytes, size_t length);
/* Ends and frees it. */
void rs_checksum_finish(RsChecksum *checksum, char hex[65]);

void rs_checksum_bytes(const void *bytes, size_t length, char hex[65]);
/* From here to the end; sm3: NULL, or gets the SM3 too. False and errno. */
bool rs_checksum_fd(int fd, char hex[65], char sm3[65], uint64_t *size);
/* error: RS_ERROR_IO. */
bool rs_checksum_file(const char *path, char hex[65], uint64_t *size, GError **error);

#endif
