#include "claims/source.h"

#include "base/error.h"
#include "base/words.h"
#include "claims/bytes.h"
#include "claims/csv_reader.h"
#include "claims/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE ((size_t)256 << 10) /* it stays in the second-level cache with its fields and the tables of ids */
#define BUFFER_SIZE ((size_t)1 << 20)
#define SAMPLE_SIZE ((size_t)1 << 20) /* bytes looked at to choose the encoding */
#define HEAD_SIZE ((size_t)64 << 10)  /* bytes looked at to find header, delimiter and line ends */

struct RsSource {
  RsBytes *bytes;
  char *path; /* to be looked at again at the end; NULL for a descriptor */
  size_t block_size;
  char delimiter;
  RsEncoding encoding;
  bool cr_lines;      /* lines end with CR */
  GPtrArray *header;  /* NULL: at fault */
  char *raw;          /* undecoded bytes; unused for UTF-8 */
  size_t raw_left, raw_capacity;
  char *carry;        /* the text after the last block's cut */
  size_t carry_length, carry_capacity;
  RsTextStats carry_stats;
  bool skipping;      /* inside a line that is too long: nothing is kept up to its LF */
  bool header_due, at_end;
  uint64_t sequence, line;
  uint64_t position;  /* of the next block's text, or RS_NO_POSITION from the first block on that is not as it stands in the file */
  GError *failure;
};

void rs_block_clear(RsBlock *block) {
  g_free(block->text);
  *block = (RsBlock){0};
}

static void block_reserve(RsBlock *block, size_t length) {
  const size_t needed = length + RS_BLOCK_PADDING;
  if (block->capacity >= needed) return;
  block->text = g_realloc(block->text, needed);
  block->capacity = needed;
}

/* ---- encoding ---- */

/* The first byte >= 0x80, or length. */
static size_t first_high(const char *text, size_t length) {
  RsTextStats stats = {0, false, false, false};
  rs_text_count(text, length, &stats);
  if (!stats.has_high) return length;
  size_t i = 0;
  while ((unsigned char)text[i] < 0x80) i++;
  return i;
}

/* Called at the file's first byte >= 0x80, which starts `text`: decides on it and what follows, and gives all of it back. */
static bool encoding_decide(RsSource *source, const char *text, size_t length, GError **error) {
  g_autofree char *sample = g_malloc(MAX(SAMPLE_SIZE, length));
  size_t more = 0;
  memcpy(sample, text, length);
  if (length < SAMPLE_SIZE && !rs_bytes_read(source->bytes, sample + length, SAMPLE_SIZE - length, &more, error)) return false;
  source->encoding = rs_encoding_from_sample(sample, MIN(length + more, SAMPLE_SIZE));
  rs_bytes_unread(source->bytes, sample, length + more);
  return rs_encoding_prepare(source->encoding, error);
}

static bool is_utf8(const RsSource *source) {
  return source->encoding == RS_ENCODING_UTF8 || source->encoding == RS_ENCODING_UNDECIDED;
}

/* Reads size bytes as they are, but stops before the byte that decides the encoding. */
static bool read_utf8(RsSource *source, char *text, size_t size, size_t *got, GError **error) {
  if (!rs_bytes_read(source->bytes, text, size, got, error)) return false;
  source->at_end = *got < size;
  if (source->encoding != RS_ENCODING_UNDECIDED) return true;
  const size_t ascii = first_high(text, *got);
  if (ascii == *got) return true;
  source->at_end = false;
  if (!encoding_decide(source, text + ascii, *got - ascii, error)) return false;
  *got = ascii;
  return true;
}

static bool read_decoded(RsSource *source, char *text, size_t size, size_t *got, GError **error) {
  size_t n, used;
  if (source->raw_capacity < size + 4) {
    source->raw_capacity = size + 4;
    source->raw = g_realloc(source->raw, source->raw_capacity);
  }
  if (!rs_bytes_read(source->bytes, source->raw + source->raw_left, size - source->raw_left, &n, error)) return false;
  const size_t length = source->raw_left + n;
  source->at_end = length < size;
  *got = rs_encoding_decode(source->encoding, source->raw, length, source->at_end, text, &used);
  source->raw_left = length - used;
  memmove(source->raw, source->raw + used, source->raw_left);
  return true;
}

/* Of a line that is too long nothing is kept but its start, which has been passed on. */
static size_t skip_line(RsSource *source, char *text, size_t length) {
  const char *newline = memchr(text, '\n', length);
  if (newline == NULL) return 0;
  const size_t dropped = (size_t)(newline - text) + 1;
  source->skipping = false;
  memmove(text, newline + 1, length - dropped);
  return length - dropped;
}

static void carriages_to_newlines(char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (text[i] == '\r') text[i] = '\n';
}

/* About size more bytes of text; text has room for rs_encoding_room(size). May give none before the end. */
static bool text_read(RsSource *source, char *text, size_t size, size_t *got, GError **error) {
  if (!(is_utf8(source) ? read_utf8 : read_decoded)(source, text, size, got, error)) return false;
  if (source->cr_lines) carriages_to_newlines(text, *got);
  if (source->skipping) *got = skip_line(source, text, *got);
  return true;
}

/* ---- blocks ---- */

static RsTextStats stats_of(const char *text, size_t length) {
  RsTextStats stats = {0, false, false, false};
  rs_text_count(text, length, &stats);
  return stats;
}

/* Keeps what follows the cut for the next block. More than RS_MAX_RECORD bytes without a record's end are the start of a
 * line that is too long: one byte too many is enough to tell. */
static void carry_keep(RsSource *source, const char *text, size_t length) {
  const bool too_long = length > RS_MAX_RECORD;
  if (too_long) length = RS_MAX_RECORD + 1;
  if (source->carry_capacity < length + 1) {
    source->carry_capacity = 2 * length + 4096;
    source->carry = g_realloc(source->carry, source->carry_capacity);
  }
  memcpy(source->carry, text, length);
  if (too_long) source->carry[length++] = '\n';
  source->skipping |= too_long;
  source->carry_length = length;
  source->carry_stats = stats_of(source->carry, length);
}

/* The block's text from the carry on, until it holds a whole record. Each round reads at least as much as there is, so that looking
 * for the cut again takes linear time altogether. */
static bool text_gather(RsSource *source, RsBlock *block, RsTextStats *stats, size_t *cut, GError **error) {
  *stats = source->carry_stats;
  *cut = 0;
  block->length = source->carry_length;
  block_reserve(block, block->length);
  memcpy(block->text, source->carry != NULL ? source->carry : "", block->length);
  while (*cut == 0 && !source->at_end) {
    const size_t size = MAX(source->block_size, block->length);
    size_t got;
    block_reserve(block, block->length + rs_encoding_room(size));
    if (!text_read(source, block->text + block->length, size, &got, error)) return false;
    rs_text_count(block->text + block->length, got, stats);
    block->length += got;
    memset(block->text + block->length, 0, RS_BLOCK_PADDING);
    if (!source->at_end) *cut = rs_text_cut(block->text, block->length, source->delimiter, stats->has_quote);
    if (*cut == 0 && block->length > RS_MAX_RECORD && !source->at_end) break;
  }
  return true;
}

/* The file's last line may lack its line end; it is given one. */
static void text_end(RsBlock *block, RsTextStats *stats) {
  if (block->length == 0 || block->text[block->length - 1] == '\n') return;
  block_reserve(block, block->length + 1);
  block->text[block->length++] = '\n';
  stats->n_lines++;
}

static bool has_record(const RsBlock *block) {
  size_t i = 0;
  while (i < block->length && (block->text[i] == '\n' || block->text[i] == '\r')) i++;
  return i < block->length;
}

static bool as_it_stands(const RsSource *source) {
  return is_utf8(source) && !source->cr_lines && *rs_bytes_compression(source->bytes) == '\0';
}

static bool block_fill(RsSource *source, RsBlock *block, GError **error) {
  RsTextStats stats;
  size_t cut;
  if (!text_gather(source, block, &stats, &cut, error)) return false;
  if (!as_it_stands(source)) source->position = RS_NO_POSITION;
  if (source->at_end) {
    text_end(block, &stats);
    cut = block->length;
  }
  carry_keep(source, block->text + cut, block->length - cut);
  if (!source->at_end && cut < block->length) stats.n_lines -= stats_of(block->text + cut, block->length - cut).n_lines;
  block->length = cut;
  block_reserve(block, cut);
  memset(block->text + cut, 0, RS_BLOCK_PADDING);
  block->sequence = source->sequence;
  block->first_line = source->line;
  block->position = source->position;
  block->has_quote = stats.has_quote;
  block->has_high = stats.has_high;
  block->has_nul = stats.has_nul;
  block->has_header = source->header_due && has_record(block);
  if (block->has_header) source->header_due = false;
  source->line += stats.n_lines;
  source->sequence += cut > 0;
  if (source->skipping) source->position = RS_NO_POSITION;
  if (source->position != RS_NO_POSITION) source->position += cut;
  return true;
}

bool rs_source_unchanged(const RsSource *source, GError **error) {
  if (!rs_bytes_unchanged(source->bytes, error)) return false;
  if (source->path == NULL) return true;
  const RsStamp *stamp = rs_bytes_stamp(source->bytes);
  struct stat status;
  if (stat(source->path, &status) == 0 && (uint64_t)status.st_ino == stamp->inode && (uint64_t)status.st_dev == stamp->device)
    return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: the file changed while it was read"), source->path);
  return false;
}

static bool read_on(RsSource *source, RsBlock *block, GError **error) {
  block->length = 0;
  while (block->length == 0 && !source->at_end)
    if (!block_fill(source, block, error)) return false;
  return block->length > 0 || rs_source_unchanged(source, error);
}

bool rs_source_next(RsSource *source, RsBlock *block, GError **error) {
  if (source->failure == NULL && read_on(source, block, &source->failure) && block->length > 0) return true;
  block->length = 0;
  if (source->failure != NULL) g_propagate_error(error, g_error_copy(source->failure));
  return false;
}

bool rs_source_part(RsSource *source, uint64_t position, size_t length, uint64_t first_line, RsBlock *block, GError **error) {
  block_reserve(block, length + 1);
  if (!rs_bytes_part(source->bytes, position, block->text, length, error)) return false;
  RsTextStats stats = stats_of(block->text, length);
  block->length = length;
  text_end(block, &stats);
  memset(block->text + block->length, 0, RS_BLOCK_PADDING);
  block->first_line = first_line;
  block->position = position;
  block->has_quote = stats.has_quote;
  block->has_high = stats.has_high;
  block->has_nul = stats.has_nul;
  return true;
}

/* ---- the start of the file ---- */

typedef struct {
  char *text;
  size_t length;
  bool whole; /* it is the whole file */
} Head;

/* Settles what the first bytes tell and leaves the file before its first character. */
static bool head_encoding(RsSource *source, const char *raw, size_t length, size_t *bom, GError **error) {
  size_t ascii = length;
  source->encoding = rs_encoding_from_start(raw, length, bom);
  if (!rs_encoding_prepare(source->encoding, error)) return false;
  if (source->encoding == RS_ENCODING_UNDECIDED) ascii = first_high(raw, length);
  if (ascii < length && !encoding_decide(source, raw + ascii, length - ascii, error)) return false;
  rs_bytes_unread(source->bytes, raw + *bom, ascii - *bom);
  source->position = *bom;
  return true;
}

static bool head_read(RsSource *source, Head *head, GError **error) {
  g_autofree char *raw = g_malloc(HEAD_SIZE);
  size_t n, bom, used;
  if (!rs_bytes_read(source->bytes, raw, HEAD_SIZE, &n, error) || !head_encoding(source, raw, n, &bom, error)) return false;
  head->text = g_malloc(rs_encoding_room(n) + 1 + RS_BLOCK_PADDING);
  head->whole = n < HEAD_SIZE;
  head->length = n - bom;
  if (is_utf8(source)) memcpy(head->text, raw + bom, n - bom);
  else head->length = rs_encoding_decode(source->encoding, raw + bom, n - bom, head->whole, head->text, &used);
  source->cr_lines = memchr(head->text, '\r', head->length) != NULL && memchr(head->text, '\n', head->length) == NULL;
  if (source->cr_lines) carriages_to_newlines(head->text, head->length);
  return true;
}

static char *field_text(const RsCsv *csv, uint32_t k) {
  size_t length;
  const char *text = rs_csv_field(csv, 0, k, &length);
  return g_strstrip(g_utf8_make_valid(text, (gssize)length));
}

/* The first record, unless it is at fault or reaches past the head; an empty array for a file without records. */
static GPtrArray *head_header(const RsSource *source, const Head *head) {
  g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
  if (head->length == 0) return g_steal_pointer(&header);
  RsBlock block = {.text = head->text, .length = head->length + 1, .first_line = 1, .has_quote = true};
  RsCsv csv = {0};
  head->text[head->length] = '\n';
  memset(head->text + block.length, 0, RS_BLOCK_PADDING);
  rs_csv_read(&csv, &block, source->delimiter);
  size_t length;
  const bool cut_off = csv.n > 0 && !head->whole && (size_t)(rs_csv_raw(&csv, 0, &length) - csv.text) + length == head->length;
  const bool readable = csv.n == 0 ? head->whole : csv.fault[0] == RS_FAULT_NONE && !cut_off;
  for (uint32_t k = 0; readable && csv.n > 0 && k < rs_csv_n_fields(&csv, 0); k++)
    g_ptr_array_add(header, field_text(&csv, k));
  rs_csv_clear(&csv);
  return readable ? g_steal_pointer(&header) : NULL;
}

/* Settles encoding, line ends, delimiter and header. */
static bool source_begin(RsSource *source, const RsSourceOptions *options, GError **error) {
  Head head = {NULL, 0, false};
  if (!head_read(source, &head, error)) return false;
  source->delimiter = options->delimiter != 0 ? options->delimiter : rs_csv_delimiter(head.text, head.length, head.whole);
  source->header = head_header(source, &head);
  g_free(head.text);
  return true;
}

static bool stamp_matches(const RsSource *source, const RsStamp *wanted, GError **error) {
  const RsStamp *stamp = rs_bytes_stamp(source->bytes);
  if (wanted == NULL || (stamp->device == wanted->device && stamp->inode == wanted->inode && stamp->size == wanted->size &&
                         stamp->changed_ns == wanted->changed_ns))
    return true;
  g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: the file changed since it was first read"), rs_bytes_name(source->bytes));
  return false;
}

/* Takes the descriptor. */
static RsSource *source_new(int fd, const char *name, const RsSourceOptions *options, GError **error) {
  static const RsSourceOptions defaults = {0};
  g_autoptr(RsSource) source = g_new0(RsSource, 1);
  if (options == NULL) options = &defaults;
  source->bytes = rs_bytes_new(fd, name, options->sheet, options->temp_dir, error);
  if (source->bytes == NULL || !stamp_matches(source, options->stamp, error)) return NULL;
  source->block_size = options->block_size == 0 ? BLOCK_SIZE : CLAMP(options->block_size, (size_t)8, (size_t)64 << 20);
  source->header_due = true;
  source->line = 1;
  if (!source_begin(source, options, error)) return NULL;
  return g_steal_pointer(&source);
}

RsSource *rs_source_open(const char *path, const RsSourceOptions *options, GError **error) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", path, rs_words_errno(errno));
    return NULL;
  }
  RsSource *source = source_new(fd, path, options, error);
  if (source != NULL) source->path = g_strdup(path);
  return source;
}

RsSource *rs_source_open_fd(int fd, const char *name, const RsSourceOptions *options, GError **error) {
  const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) {
    g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", name, rs_words_errno(errno));
    return NULL;
  }
  return source_new(own, name, options, error);
}

void rs_source_free(RsSource *source) {
  if (source == NULL) return;
  rs_bytes_free(source->bytes);
  g_clear_pointer(&source->header, g_ptr_array_unref);
  g_clear_error(&source->failure);
  g_free(source->path);
  g_free(source->raw);
  g_free(source->carry);
  g_free(source);
}

/* ---- facts ---- */

GPtrArray *rs_source_header(const RsSource *source, GError **error) {
  if (source->header == NULL) {
    g_set_error(error, RS_ERROR, RS_ERROR_INPUT, _("%s: no readable header line at the start"), rs_bytes_name(source->bytes));
    return NULL;
  }
  GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < source->header->len; i++) g_ptr_array_add(copy, g_strdup(g_ptr_array_index(source->header, i)));
  return copy;
}

char rs_source_delimiter(const RsSource *source) { return source->delimiter; }
const char *rs_source_compression(const RsSource *source) { return rs_bytes_compression(source->bytes); }
void rs_source_notes(RsSource *source, GPtrArray *notes) { rs_bytes_notes(source->bytes, notes); }
RsEncoding rs_source_encoding(const RsSource *source) { return source->encoding; }
uint64_t rs_source_position(const RsSource *source) { return rs_bytes_position(source->bytes); }
const RsStamp *rs_source_stamp(const RsSource *source) { return rs_bytes_stamp(source->bytes); }

/* ---- hash ---- */

static bool digest_file(EVP_MD_CTX *context, int fd, const char *name, GError **error) {
  g_autofree char *buffer = g_malloc(BUFFER_SIZE);
  for (off_t offset = 0;;) {
    const ssize_t n = pread(fd, buffer, BUFFER_SIZE, offset);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) return true;
    if (n < 0 || EVP_DigestUpdate(context, buffer, (size_t)n) != 1) {
      g_set_error(error, RS_ERROR, RS_ERROR_IO, "%s: %s", name, n < 0 ? rs_words_errno(errno) : _("SHA-256 failed"));
      return false;
    }
    offset += n;
  }
}

bool rs_source_sha256(const RsSource *source, char hex[65], GError **error) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  const char *name = rs_bytes_name(source->bytes);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
  if (!done) g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: SHA-256 is not available"), name);
  done = done && digest_file(context, rs_bytes_fd(source->bytes), name, error) && rs_source_unchanged(source, error);
  done = done && EVP_DigestFinal_ex(context, digest, NULL) == 1;
  EVP_MD_CTX_free(context);
  for (size_t i = 0; done && i < 32; i++) g_snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  return done;
}

/* ---- spooling ---- */

static int spool_file(const char *folder) {
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return fd;
  g_autofree char *path = g_build_filename(folder, "ringscope-XXXXXX", NULL);
  fd = mkostemp(path, O_CLOEXEC);
  if (fd >= 0) unlink(path);
  return fd;
}

static bool write_all(int fd, const char *buffer, size_t length) {
  while (length > 0) {
    const ssize_t n = write(fd, buffer, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    buffer += n;
    length -= (size_t)n;
  }
  return true;
}

static bool spool_copy(int from, int to, const char *folder, GError **error) {
  g_autofree char *buffer = g_malloc(BUFFER_SIZE);
  for (;;) {
    const ssize_t n = read(from, buffer, BUFFER_SIZE);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) return true;
    if (n < 0) {
      g_set_error(error, RS_ERROR, RS_ERROR_IO, _("standard input: %s"), rs_words_errno(errno));
      return false;
    }
    if (write_all(to, buffer, (size_t)n)) continue;
    const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    g_set_error(error, RS_ERROR, full ? RS_ERROR_LIMIT : RS_ERROR_IO, _("%s: cannot keep the input here: %s; --temp names another folder"), folder,
                rs_words_errno(errno));
    return false;
  }
}

int rs_source_spool_file(const char *temp_dir, GError **error) {
  const char *folder = temp_dir != NULL ? temp_dir : g_get_tmp_dir();
  const int spool = spool_file(folder);
  if (spool < 0) g_set_error(error, RS_ERROR, RS_ERROR_IO, _("%s: cannot make a temporary file: %s; --temp names another folder"), folder, rs_words_errno(errno));
  return spool;
}

int rs_source_spool(int fd, const char *temp_dir, GError **error) {
  const char *folder = temp_dir != NULL ? temp_dir : g_get_tmp_dir();
  const int spool = rs_source_spool_file(temp_dir, error);
  if (spool < 0 || spool_copy(fd, spool, folder, error)) return spool;
  close(spool);
  return -1;
}

int rs_source_spool_stdin(const char *temp_dir, GError **error) { return rs_source_spool(STDIN_FILENO, temp_dir, error); }
