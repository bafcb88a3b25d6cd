/* plan: what a run will take, before it is begun; a polite no where it cannot fit. */
#include "base/error.h"
#include "base/words.h"
#include "claims/plan.h"
#include "claims/source.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "exporters/json.h"
#include "rings/detect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Bytes of the files that are looked at: a tenth, within bounds. Fewer are no time to measure; of few days nobody is met again. */
#define SAMPLE_LEAST ((uint64_t)16 << 20)
#define SAMPLE_MOST ((uint64_t)512 << 20)

/* What a stage takes a line in a large run beside what it takes in the sample (docs/performance.md): of the graph less, for persons are known already; of the
 * search more, for there are more meetings to ask about. The case folder is written for leads that the sample has not, and takes what most cases take
 * beside the graph (RS_CASE_TO_GRAPH). */
#define GRAPH_GROWS 0.8
#define LEADS_GROW 1.1
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

/* Seconds by the clock that the stages take for the sample, with the threads and on the machine as they are. */
typedef struct { double read, graph, leads; } Stages;

static double seconds_since(gint64 *start) {
  const gint64 then = *start;
  *start = g_get_monotonic_time();
  return (double)(*start - then) / 1e6;
}

/* The second reading is the one that counts: the first one gets its memory from the system, and the file from the disk if it lay there; where that is
 * what it waited for, all the rest will wait for it too. */
static RsClaims *sample_read(const RsReadOptions *options, RsReader **reader, double *seconds, GError **error) {
  bool again = true; /* a pipe is read once */
  for (const char *const *path = options->paths; *path != NULL; path++) again = again && g_file_test(*path, G_FILE_TEST_IS_REGULAR | G_FILE_TEST_IS_DIR);
  gint64 start = g_get_monotonic_time();
  g_autoptr(RsClaims) sample = rs_reader_read(*reader, error);
  *seconds = seconds_since(&start);
  if (sample == NULL || !again) return g_steal_pointer(&sample);
  const double first = *seconds;
  g_clear_pointer(&sample, rs_claims_free);
  rs_reader_free(*reader);
  *reader = rs_reader_new(options, error);
  start = g_get_monotonic_time();
  if (*reader != NULL) sample = rs_reader_read(*reader, error);
  *seconds = seconds_since(&start);
  if (first > SLOW_DISK * *seconds) *seconds = first;
  return g_steal_pointer(&sample);
}

/* Runs the stages on the sample. */
static bool stages_run(const RsClaims *sample, const RsOptions *options, Stages *stages, GError **error) {
  gint64 start = g_get_monotonic_time();
  g_autoptr(RsKnowledge) knowledge = rs_knowledge_new_bare(sample, options->n_threads, error);
  stages->graph = seconds_since(&start);
  const RsDetectOptions detect = {.patterns = options->pattern_bits, .seed = (uint64_t)options->seed, .n_threads = options->n_threads};
  g_autoptr(RsRings) rings = knowledge == NULL ? NULL : rs_detect(sample, knowledge, &detect, error);
  stages->leads = seconds_since(&start);
  return rings != NULL;
}

/* Graph and search are work by line and by visit, about even; a sample of shuffled rows has more visits a line than all rows have. */
static double seconds_expected(const Stages *stages, const RsPlan *plan) {
  const double times = plan->times, both = (times + plan->visits_times) / 2, large = MIN(1.0, log10(times));
  const double graph = stages->graph * (1 + (GRAPH_GROWS - 1) * large), leads = stages->leads * (1 + (LEADS_GROW - 1) * large);
  return times * stages->read + both * (graph + leads + RS_CASE_TO_GRAPH * graph);
}

/* ---- what there is ---- */

/* What the machine and the options have to offer. */
typedef struct {
  uint64_t memory, temp_free;
  const char *temp;
  bool spills; /* what --memory allows is less than the run would take */
} Room;

static Room room_of(const RsOptions *options, const RsPlan *plan) {
  Room room = {.temp = options->temp != NULL ? options->temp : g_get_tmp_dir()};
  room.memory = options->memory_bytes > 0 ? options->memory_bytes : memory_available();
  room.temp_free = disk_free(room.temp);
  room.spills = options->memory_bytes > 0 && plan->memory > options->memory_bytes;
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
  g_autofree char *temp = g_format_size(plan->temp), *temp_free = g_format_size(room->temp_free);
  if (options->memory_bytes > 0 && plan->memory_least > options->memory_bytes) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: at least %s are needed, --memory allows %s; --since and --until take a shorter period"), least, have);
    return false;
  }
  if (room->spills && plan->temp > room->temp_free) {
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: up to %s of temporary disk are needed, %s has %s; --temp names another folder"), temp, room->temp, temp_free);
    return false;
  }
  if (options->memory_bytes > 0 || room->memory == 0 || plan->memory <= room->memory) return true;
  if (plan->memory_least > room->memory)
    g_set_error(error, RS_ERROR, RS_ERROR_LIMIT, _("would not fit: at least %s are needed, this machine has %s free; --since and --until take a shorter period"), least, have);
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
  rs_json_unsigned(&json, "case_folder", plan->disk);
  rs_json_double(&json, "seconds", seconds, 1);
  rs_json_bool(&json, "fits", fitting);
  rs_json_end(&json, '}');
  rs_output_char(output, '\n');
  return rs_output_close(output, error);
}

static void print_text(const RsOptions *options, const RsPlan *plan, double seconds, const Room *room) {
  g_autofree char *rows = rs_summary_count(plan->rows), *visits = rs_summary_count(plan->visits), *persons = rs_summary_count(plan->persons);
  g_autofree char *read = g_format_size(plan->bytes_read), *bytes = g_format_size(plan->bytes), *memory = g_format_size(plan->memory);
  g_autofree char *least = g_format_size(plan->memory_least), *temp = g_format_size(plan->temp), *disk = g_format_size(plan->disk);
  if (plan->exact) printf(rs_say(options->language, "rows       %s; %s visits of %s persons\n"), rows, visits, persons);
  else printf(rs_say(options->language, "rows       about %s; %s visits of %s persons (from %s of %s)\n"), rows, visits, persons, read, bytes);
  printf(rs_say(options->language, "memory     about %s; with --memory not under %s\n"), memory, least);
  printf(rs_say(options->language, "time       about %.0f s with %u threads, if the machine stays as busy as now\n"), MAX(seconds, 1.0), options->n_threads);
  printf(rs_say(options->language, "disk       about %s for the case folder, more or less by the number of leads\n"), disk);
  if (room->spills) printf(rs_say(options->language, "temporary  at most %s in %s\n"), temp, room->temp);
}

int rs_command_plan(const RsOptions *options, GError **error) {
  RsReadOptions read_options = rs_options_read(options);
  read_options.memory = 0;
  read_options.allow_rejects = true;
  read_options.sample = SAMPLE_LEAST;
  read_options.sample_most = SAMPLE_MOST;
  g_autoptr(RsReader) reader = rs_reader_new(&read_options, error);
  if (reader == NULL) return RS_ERROR_IO;
  Stages stages;
  g_autoptr(RsClaims) sample = sample_read(&read_options, &reader, &stages.read, error);
  if (sample == NULL || !stages_run(sample, options, &stages, error)) return RS_ERROR_IO;
  const RsPlan plan = rs_plan(sample, rs_reader_report(reader));
  const double seconds = seconds_expected(&stages, &plan);
  const Room room = room_of(options, &plan);
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
