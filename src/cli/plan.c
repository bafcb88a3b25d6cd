/* plan: what a run will take, before it is begun; a polite no where it cannot fit. */
#include "base/error.h"
#include "base/spill.h"
#include "base/words.h"
#include "claims/plan.h"
#include "claims/source.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "exporters/json.h"
#include "mining/affinity.h"
#include "rings/detect.h"
#include "rings/scene.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Bytes of the files that are looked at: a tenth, within bounds. Fewer are no time to measure; of few days nobody is met again, and the search
 * takes its time with pairs that met by chance. */
#define SAMPLE_LEAST ((uint64_t)16 << 20)
#define SAMPLE_MOST ((uint64_t)1536 << 20)

/* CPU time of a stage for a line, in a run ten times as large as the sample or more, beside the sample's (docs/performance.md): of reading more, for its
 * tables outgrow the cache; of the graph less, for persons are known already. The case folder is written for leads that the sample has not: it takes
 * what most cases take beside the graph, which one thread builds with less work, and the inputs' checksum. */
#define READ_GROWS 1.04
#define GRAPH_GROWS 0.85
#define CASE_TO_GRAPH 1.85
#define CASE_TO_GRAPH_OF_ONE 3.5
#define CASE_AT_LEAST 0.08 /* seconds: its files are on the disk, and have taken the former one's place */
#define ALONE 0.06         /* of the work is done while further threads wait */
#define SHORT_RUN 0.5      /* seconds; stages that take less are run twice, for the first run of a program is dearer */
#define HASHED ((size_t)4 << 20) /* bytes */
/* With --memory, how much longer than without: what is on disk is written and read once, whatever the limit, and again the less of it may be held. One
 * thread waits for nobody else's pages. Measured on 1 to 100 M lines with a quarter to all of what they would take (docs/performance.md). */
#define DISK_ONCE 0.08
#define DISK_AGAIN 0.65
#define DISK_OF_ONE 0.8
#define SLOW_DISK 3.0 /* a first reading that takes so many times the second one waited for the disk */

/* What the machine can give, as the kernel sees it; 0: unknown. */
static uint64_t memory_available(void) {
  g_autofree char *text = NULL;
  if (!g_file_get_contents("/proc/meminfo", &text, NULL, NULL)) return 0;
  const char *at = strstr(text, "MemAvailable:");
  return at == NULL ? 0 : g_ascii_strtoull(at + strlen("MemAvailable:"), NULL, 10) * 1024;
}

static uint64_t disk_free(const char *folder) {
  struct statvfs status;
  return statvfs(folder, &status) == 0 ? (uint64_t)status.f_bavail * status.f_frsize : UINT64_MAX;
}

/* ---- time ---- */

/* Seconds of the processor that the stages take for the sample, in all threads; of the checksum, for a byte. hours: of the leads', what goes by outlets and not
 * by lines, of which a sample often has most. wait: seconds that reading waits for the disk. */
typedef struct { double read, graph, leads, hours, hash, wait; } Stages;

/* CPU seconds, for who else uses the machine takes them from the clock and not from these. */
static double seconds_of(const struct timeval *time) { return (double)time->tv_sec + (double)time->tv_usec / 1e6; }

static double seconds_since(double *start) {
  struct rusage usage;
  const double then = *start;
  *start = getrusage(RUSAGE_SELF, &usage) == 0 ? seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime) : 0;
  return *start - then;
}

/* What a reading takes; by the clock too, to see whether it waits. */
static RsClaims *timed_read(RsReader *reader, double *seconds, double *clock, GError **error) {
  double start = 0;
  (void)seconds_since(&start);
  const gint64 begin = g_get_monotonic_time();
  RsClaims *sample = rs_reader_read(reader, error);
  *clock = (double)(g_get_monotonic_time() - begin) / 1e6;
  *seconds = seconds_since(&start);
  return sample;
}

/* Once a pipe. Twice a file: the first time it may come from the disk, and where that is what it waited for, all the rest will wait for it too. */
static RsClaims *sample_read(const RsReadOptions *options, RsReader **reader, Stages *stages, GError **error) {
  bool again = true;
  double first, second, seconds;
  for (const char *const *path = options->paths; *path != NULL; path++) again = again && g_file_test(*path, G_FILE_TEST_IS_REGULAR | G_FILE_TEST_IS_DIR);
  g_autoptr(RsClaims) sample = timed_read(*reader, &stages->read, &first, error);
  stages->wait = 0;
  if (sample == NULL || !again) return g_steal_pointer(&sample);
  g_clear_pointer(&sample, rs_claims_free);
  rs_reader_free(*reader);
  *reader = rs_reader_new(options, error);
  if (*reader == NULL || (sample = timed_read(*reader, &seconds, &second, error)) == NULL) return NULL;
  if (first > SLOW_DISK * second) stages->wait = first - second;
  stages->read = MIN(stages->read, seconds);
  return g_steal_pointer(&sample);
}

static bool stages_run_once(const RsClaims *sample, const RsOptions *options, Stages *stages, GError **error) {
  double start = 0;
  (void)seconds_since(&start);
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new_bare(sample, options->n_threads, error);
  stages->graph = seconds_since(&start);
  const RsDetectOptions detect = {.patterns = options->pattern_bits, .seed = (uint64_t)options->seed, .n_threads = options->n_threads};
  g_autoptr(RsRings) rings = knowledge == NULL ? NULL : rs_detect(sample, knowledge, &detect, error);
  stages->leads = seconds_since(&start);
  g_autoptr(RsTimeline) timeline = rings == NULL ? NULL : rs_timeline_new(sample, options->n_threads, error);
  if (timeline == NULL) return false;
  (void)seconds_since(&start);
  rs_load_free(rs_load_new(sample, timeline, options->n_threads));
  stages->hours = MIN(seconds_since(&start), stages->leads);
  return true;
}

static double hash_seconds(void) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  g_autofree char *bytes = g_malloc0(HASHED);
  double least = G_MAXDOUBLE, start = 0;
  for (int i = 0; i < 3; i++) {
    (void)seconds_since(&start);
    if (EVP_Digest(bytes, HASHED, digest, NULL, EVP_sha256(), NULL) != 1) return 0;
    const double seconds = seconds_since(&start);
    least = MIN(least, seconds);
  }
  return least / HASHED;
}

/* Runs the stages on the sample. */
static bool stages_run(const RsClaims *sample, const RsOptions *options, Stages *stages, GError **error) {
  Stages again;
  if (!stages_run_once(sample, options, stages, error)) return false;
  stages->hash = hash_seconds();
  if (stages->graph + stages->leads > SHORT_RUN) return true;
  if (!stages_run_once(sample, options, &again, error)) return false;
  stages->graph = MIN(stages->graph, again.graph);
  stages->leads = MIN(stages->leads, again.leads);
  stages->hours = MIN(stages->hours, again.hours);
  return true;
}

/* Graph and search are work by line and by visit, about even; a sample of shuffled rows has more visits a line than all rows have. */
static double seconds_expected(const Stages *stages, const RsPlan *plan, unsigned n_threads) {
  const double times = plan->times, both = (times + plan->visits_times) / 2, large = MIN(1.0, log10(times)), cores = MIN(n_threads, g_get_num_processors());
  const double hours = plan->institutions_times * stages->hours, read = times * stages->read * (1 + (READ_GROWS - 1) * large), graph = both * stages->graph * (1 + (GRAPH_GROWS - 1) * large);
  const double folder = (n_threads > 1 ? CASE_TO_GRAPH : CASE_TO_GRAPH_OF_ONE) * graph + stages->hash * (double)plan->bytes, leads = both * (stages->leads - stages->hours) + hours;
  return times * stages->wait + (read + graph + leads + folder) * (ALONE + (1 - ALONE) / cores) + CASE_AT_LEAST;
}

/* As measured where the system's own memory holds what is on disk. */
static double times_with_disk(const RsPlan *plan, uint64_t memory, unsigned n_threads) {
  const double lacking = 1 - (double)memory / (double)plan->memory_enough;
  return 1 + (n_threads > 1 ? 1 : DISK_OF_ONE) * (DISK_ONCE + DISK_AGAIN * pow(lacking, 1.5));
}

/* ---- what there is ---- */

/* What the machine and the options have to offer. */
typedef struct {
  uint64_t memory, temp_free;
  unsigned n_threads; /* as many as --memory bears */
  const char *temp;
  bool spills; /* to disk, as --memory allows less than the run may take */
  bool cached; /* and the system's own memory holds what is there */
} Room;

/* available: bytes, before this program took its share; 0: unknown. */
static Room room_of(const RsOptions *options, const RsPlan *plan, uint64_t available, unsigned n_threads) {
  Room room = {.temp = options->temp != NULL ? options->temp : g_get_tmp_dir(), .n_threads = n_threads};
  room.memory = options->memory_bytes > 0 ? options->memory_bytes : available;
  room.temp_free = disk_free(room.temp);
  room.spills = options->memory_bytes > 0 && plan->memory_enough > options->memory_bytes;
  room.cached = available == 0 || options->memory_bytes + plan->temp <= available;
  return room;
}

/* analyze would find out when it is under way. */
static bool temp_usable(const Room *room, GError **error) {
  const int fd = room->spills ? rs_source_spool_file(room->temp, error) : -1;
  if (fd >= 0) close(fd);
  return fd >= 0 || !room->spills;
}

static bool fits(const RsOptions *options, const RsPlan *plan, const Room *room, GError **error) {
  g_autofree char *need = g_format_size(plan->memory), *least = g_format_size(plan->memory_least), *have = g_format_size(room->memory);
  g_autofree char *without = g_format_size(MIN(plan->memory, plan->memory_least)); /* of few lines or many outlets the limit costs more than it saves */
  g_autofree char *temp = g_format_size(plan->temp_enough), *temp_free = g_format_size(room->temp_free);
  if (options->memory_bytes > 0 && plan->memory_least > options->memory_bytes) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: at least %s are needed, --memory allows %s; --since and --until take a shorter period"), least, have);
    return false;
  }
  if (room->spills && plan->temp_enough > room->temp_free) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: %s of temporary disk should be free, %s has %s; --temp names another folder"), temp, room->temp, temp_free);
    return false;
  }
  if (options->memory_bytes > 0 || room->memory == 0 || plan->memory <= room->memory) return true;
  if (plan->memory_least > room->memory)
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: at least %s are needed, this machine has %s free; --since and --until take a shorter period"), without, have);
  else
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: %s are needed, this machine has %s free; --memory %lluM keeps the rest in %s"), need, have,
                (unsigned long long)(room->memory / 10 * 9 >> 20), room->temp);
  return false;
}

static bool print_json(const RsPlan *plan, double seconds, const Room *room, bool fitting, GError **error) {
  g_autoptr(RsOutput) output = rs_output_open("-", error);
  if (output == NULL) return false;
  RsJson json = rs_json(output);
  rs_json_begin(&json, NULL, '{');
  rs_json_unsigned(&json, "rows", plan->rows);
  rs_json_unsigned(&json, "visits", plan->visits);
  rs_json_unsigned(&json, "persons", plan->persons);
  rs_json_bool(&json, "exact", plan->exact);
  rs_json_unsigned(&json, "bytes", plan->bytes);
  rs_json_unsigned(&json, "bytes_read", plan->bytes_read);
  rs_json_unsigned(&json, "memory", plan->memory);
  rs_json_unsigned(&json, "memory_least", plan->memory_least);
  rs_json_unsigned(&json, "temporary", room->spills ? plan->temp : 0);
  rs_json_unsigned(&json, "temporary_free", room->spills ? plan->temp_enough : 0);
  rs_json_unsigned(&json, "case_folder", plan->disk);
  rs_json_double(&json, "seconds", seconds, 2);
  rs_json_bool(&json, "fits", fitting);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}

static void print_text(const RsOptions *options, const RsPlan *plan, double seconds, const Room *room) {
  g_autofree char *rows = rs_summary_count(plan->rows), *visits = rs_summary_count(plan->visits), *persons = rs_summary_count(plan->persons);
  g_autofree char *read = g_format_size(plan->bytes_read), *bytes = g_format_size(plan->bytes), *memory = g_format_size(plan->memory);
  g_autofree char *least = g_format_size(plan->memory_least), *temp = g_format_size(plan->temp), *disk = g_format_size(plan->disk), *enough = g_format_size(plan->temp_enough);
  if (plan->exact) printf(rs_say(options->language, "rows       %s; %s visits of %s persons\n"), rows, visits, persons);
  else printf(rs_say(options->language, "rows       about %s; %s visits of %s persons (from %s of %s)\n"), rows, visits, persons, read, bytes);
  printf(rs_say(options->language, "memory     about %s; with --memory not under %s\n"), memory, least);
  const int digits = seconds < 9.95 ? 1 : 0;
  if (room->spills && !room->cached)
    printf(rs_say(options->language, "time       more than %.*f s (threads: %u), for the machine's memory cannot keep what --memory puts on disk\n"), digits, seconds, room->n_threads);
  else printf(rs_say(options->language, "time       about %.*f s (threads: %u), if nobody else uses the machine\n"), digits, seconds, room->n_threads);
  printf(rs_say(options->language, "disk       about %s for the case folder, more or less by the number of leads\n"), disk);
  if (room->spills) printf(rs_say(options->language, "temporary  about %s in %s, where %s should be free\n"), temp, room->temp, enough);
}

int rs_command_plan(const RsOptions *options, GError **error) {
  RsReadOptions run_options = rs_options_read(options);
  const uint64_t available = memory_available();
  if (options->memory_bytes > 0) run_options.n_threads = MIN(run_options.n_threads, rs_spill_threads(options->memory_bytes));
  RsReadOptions read_options = run_options;
  read_options.memory = 0;
  read_options.allow_rejects = true;
  read_options.sample = SAMPLE_LEAST;
  read_options.sample_most = available == 0 ? SAMPLE_MOST : CLAMP(available / 2, SAMPLE_LEAST, SAMPLE_MOST); /* it takes about as much memory as there is text */
  g_autoptr(RsReader) reader = rs_reader_new(&read_options, error);
  if (reader == NULL) return RS_ERROR_IO;
  Stages stages;
  g_autoptr(RsClaims) sample = sample_read(&read_options, &reader, &stages, error);
  if (sample == NULL) return RS_ERROR_IO;
  const RsPlan plan = rs_plan(sample, rs_reader_report(reader), &run_options);
  if (!rs_scene_hours_fit((uint32_t)MIN(plan.institutions, UINT32_MAX), options->memory_bytes, error)) return RS_ERROR_LIMIT; /* else they would be built */
  if (!stages_run(sample, options, &stages, error)) return RS_ERROR_IO;
  const Room room = room_of(options, &plan, available, run_options.n_threads);
  const double seconds = seconds_expected(&stages, &plan, room.n_threads) * (room.spills ? times_with_disk(&plan, options->memory_bytes, room.n_threads) : 1);
  if (!temp_usable(&room, error)) return RS_ERROR_IO;
  const bool fitting = fits(options, &plan, &room, error);
  GError *unprinted = NULL;
  if (!options->json) print_text(options, &plan, seconds, &room);
  else if (!print_json(&plan, seconds, &room, fitting, &unprinted)) {
    g_clear_error(error);
    g_propagate_error(error, unprinted);
    return RS_ERROR_IO;
  }
  return fitting ? 0 : RS_ERROR_LIMIT;
}
