// A disk in the test's hands: slow syncs, failing syncs, and a record of what was written and when it was synced.
//
// Loaded into the server (LD_PRELOAD). DISK_FOLDER: the folder whose database is meant. DISK_SYNC_US: how long a sync
// takes. DISK_HOLDS, DISK_FAILS: a file; while it is there, syncs wait, or fail. DISK_RECORD: the file that gets the
// record.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { WRITE = 1, TRUNCATE = 2, SYNC_BEGINS = 3, SYNC_ENDS = 4 };

struct record {
  uint32_t what, file;  // file 0: the database, 1: its log
  uint64_t offset;      // of a sync: its number; of a truncation: the new size
  uint64_t length;      // of the bytes that follow
};

static int record_fd = -1;
static uint64_t syncs;

static void record(uint32_t what, uint32_t file, uint64_t offset, const void *bytes, uint64_t length) {
  const char *path = getenv("DISK_RECORD");
  if (!path) return;
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  if (record_fd < 0) record_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct record head = {what, file, offset, length};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)bytes, length}};
  if (writev(record_fd, parts, length ? 2 : 1) != (ssize_t)(sizeof head + length)) abort();
  pthread_mutex_unlock(&mutex);
}

// Which file of the database a descriptor is, or -1.
static int file_of(int fd) {
  const char *folder = getenv("DISK_FOLDER");
  if (!folder) return -1;
  char link[64], path[PATH_MAX];
  strcpy(link, "/proc/self/fd/");
  char digits[16];
  int n = 0, rest = fd;
  do digits[n++] = '0' + rest % 10; while (rest /= 10);
  char *at = link + strlen(link);
  while (n) *at++ = digits[--n];
  *at = 0;
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = 0;
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix)) return -1;
  if (!strcmp(path + prefix, "/chat.db")) return 0;
  if (!strcmp(path + prefix, "/chat.db-wal")) return 1;
  return -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  ssize_t taken = REAL(pwrite64)(fd, bytes, length, offset);
  int file = taken > 0 ? file_of(fd) : -1;
  if (file >= 0) record(WRITE, file, offset, bytes, taken);
  return taken;
}

int ftruncate64(int fd, off64_t size) {
  int result = REAL(ftruncate64)(fd, size);
  int file = result == 0 ? file_of(fd) : -1;
  if (file >= 0) record(TRUNCATE, file, size, 0, 0);
  return result;
}

static int synced(int fd, int (*real)(int)) {
  int file = file_of(fd);
  if (file < 0) return real(fd);
  const char *fails = getenv("DISK_FAILS"), *us = getenv("DISK_SYNC_US");
  const char *holds = getenv("DISK_HOLDS");
  uint64_t number = __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);
  record(SYNC_BEGINS, file, number, 0, 0);
  if (us) usleep(atoi(us));
  while (holds && !access(holds, F_OK)) usleep(1000);
  if (fails && !access(fails, F_OK)) {
    errno = EIO;
    return -1;
  }
  // No true sync: it would add what the machine's own disk takes, and the record says what a power cut would leave.
  record(SYNC_ENDS, file, number, 0, 0);
  return 0;
}

int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }
int fsync(int fd) { return synced(fd, REAL(fsync)); }
