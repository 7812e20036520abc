/* Makes the disk fail for files whose path holds "courant.db", while the file named by FAULT_SWITCH is there:
 * one call in FAULT_ONE_IN of the kind named by FAULT_KIND (read, write, full, short, sync). For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned long long state;

static int strikes(const char *kind, int fd) {
    const char *wanted = getenv("FAULT_KIND"), *file = getenv("FAULT_SWITCH"), *odds = getenv("FAULT_ONE_IN");
    char link[64], path[4096];
    if (!wanted || !file || !odds || strcmp(kind, wanted) != 0 || access(file, F_OK) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    if (!strstr(path, "courant.db"))
        return 0;
    if (!state)
        state = strtoull(getenv("FAULT_SEED") ? getenv("FAULT_SEED") : "1", NULL, 10) | 1;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    if ((state >> 33) % strtoull(odds, NULL, 10) != 0)
        return 0;
    const char *log = getenv("FAULT_LOG");
    FILE *note = log ? fopen(log, "a") : NULL;
    if (note) {
        fprintf(note, "%s %s\n", kind, path);
        fclose(note);
    }
    return 1;
}

#define REAL(type, name, ...) type (*real)(__VA_ARGS__) = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)
#define FAIL(code) do { errno = code; return -1; } while (0)

ssize_t read(int fd, void *to, size_t n) {
    REAL(ssize_t, read, int, void *, size_t);
    if (strikes("read", fd)) FAIL(EIO);
    return real(fd, to, n);
}
ssize_t pread(int fd, void *to, size_t n, off_t at) {
    REAL(ssize_t, pread, int, void *, size_t, off_t);
    if (strikes("read", fd)) FAIL(EIO);
    return real(fd, to, n, at);
}
ssize_t pread64(int fd, void *to, size_t n, off64_t at) {
    REAL(ssize_t, pread64, int, void *, size_t, off64_t);
    if (strikes("read", fd)) FAIL(EIO);
    return real(fd, to, n, at);
}
ssize_t write(int fd, const void *from, size_t n) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (strikes("write", fd)) FAIL(EIO);
    if (strikes("full", fd)) FAIL(ENOSPC);
    if (n > 1 && strikes("short", fd)) { real(fd, from, n / 2); FAIL(ENOSPC); }
    return real(fd, from, n);
}
ssize_t pwrite(int fd, const void *from, size_t n, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    if (strikes("write", fd)) FAIL(EIO);
    if (strikes("full", fd)) FAIL(ENOSPC);
    if (n > 1 && strikes("short", fd)) { real(fd, from, n / 2, at); FAIL(ENOSPC); }
    return real(fd, from, n, at);
}
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    if (strikes("write", fd)) FAIL(EIO);
    if (strikes("full", fd)) FAIL(ENOSPC);
    if (n > 1 && strikes("short", fd)) { real(fd, from, n / 2, at); FAIL(ENOSPC); }
    return real(fd, from, n, at);
}
int fsync(int fd) {
    REAL(int, fsync, int);
    if (strikes("sync", fd)) FAIL(EIO);
    return real(fd);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    if (strikes("sync", fd)) FAIL(EIO);
    return real(fd);
}
