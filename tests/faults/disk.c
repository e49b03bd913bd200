/* A disk that can be watched and that can fail, put between a process and the C library.
 *
 *   FAULTS_FOLDER   only files below it are watched and fail
 *   FAULTS_JOURNAL  everything that happens to them is appended here, in order, with what is said
 *                   on sockets between: see disk.py, which reads it
 *   FAULTS_CONTROL  a file of two int64: which operations fail (1 no space, 2 write, 4 sync,
 *                   8 read), and how many bytes are still free for files that grow (for 1)
 *
 * The journal is written after the operation has succeeded, except for what goes out on a socket:
 * that is written before. So whatever stands before an answer in the journal was done before it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NO_SPACE = 1, BAD_WRITE = 2, BAD_SYNC = 4, BAD_READ = 8 };
struct control { volatile int64_t fails; volatile int64_t free; };
struct record { char kind; uint32_t name; uint64_t offset; uint64_t length; } __attribute__((packed));

static const char *folder;
static size_t folder_length;
static int journal = -1;
static struct control *control;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void) {
    const char *journal_name = getenv("FAULTS_JOURNAL"), *control_name = getenv("FAULTS_CONTROL");
    folder = getenv("FAULTS_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
    if (journal_name)
        journal = (int)syscall(SYS_openat, AT_FDCWD, journal_name,
                               O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (control_name) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, control_name, O_RDWR | O_CLOEXEC, 0);
        void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        control = mapped == MAP_FAILED ? NULL : mapped;
        syscall(SYS_close, fd);
    }
}

static int is_ours(const char *path) {
    return folder && !strncmp(path, folder, folder_length)
        && (path[folder_length] == '/' || !path[folder_length]);
}

/* The file's name, if it is one of ours. */
static int name_of(int fd, char *name) {
    char link[40] = "/proc/self/fd/", digits[12];
    int at = 14, count = 0, saved = errno;
    pthread_once(&once, set_up);
    if (!folder || fd < 0 || fd == journal) return 0;
    do digits[count++] = (char)('0' + fd % 10); while (fd /= 10);
    while (count) link[at++] = digits[--count];
    link[at] = 0;
    ssize_t length = readlink(link, name, PATH_MAX - 1);
    errno = saved;
    if (length < 0) return 0;
    name[length] = 0;
    return is_ours(name);
}

static int is_socket(int fd) {
    int kind, saved = errno;
    socklen_t size = sizeof kind;
    int result = getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &size);
    errno = saved;
    return result == 0;
}

static void note(char kind, const char *name, uint64_t offset, const void *data, uint64_t length) {
    struct record head = {kind, (uint32_t)strlen(name), offset, length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)name, head.name}, {(void *)data, length}};
    int saved = errno;
    if (journal >= 0) syscall(SYS_writev, journal, parts, data ? 3 : 2);
    errno = saved;
}

static int fails(int64_t how) {
    pthread_once(&once, set_up);
    return control && control->fails & how;
}

/* 0, or the error that a write of our file meets. */
static int write_error(int fd, off_t end) {
    struct stat now;
    if (fails(BAD_WRITE)) return EIO;
    if (!fails(NO_SPACE) || fstat(fd, &now) || end <= now.st_size) return 0;
    return __sync_sub_and_fetch(&control->free, end - now.st_size) < 0 ? ENOSPC : 0;
}

static ssize_t put(int fd, const void *data, size_t length, off_t offset) {
    char name[PATH_MAX];
    int ours = name_of(fd, name), error = ours ? write_error(fd, offset + (off_t)length) : 0;
    if (error) { errno = error; return -1; }
    ssize_t done = syscall(SYS_pwrite64, fd, data, length, offset);
    if (ours && done > 0) note('W', name, (uint64_t)offset, data, (uint64_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return put(fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    return put(fd, data, length, offset);
}

ssize_t write(int fd, const void *data, size_t length) {
    char name[PATH_MAX];
    if (name_of(fd, name)) {
        off_t offset = (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
        int error = write_error(fd, offset + (off_t)length);
        if (error) { errno = error; return -1; }
        ssize_t done = syscall(SYS_write, fd, data, length);
        if (done > 0) note('W', name, (uint64_t)offset, data, (uint64_t)done);
        return done;
    }
    if (folder && is_socket(fd)) note('A', "", 0, data, length);
    return syscall(SYS_write, fd, data, length);
}

ssize_t send(int fd, const void *data, size_t length, int flags) {
    pthread_once(&once, set_up);
    note('A', "", 0, data, length);
    return syscall(SYS_sendto, fd, data, length, flags, NULL, 0);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char name[PATH_MAX];
    if (!name_of(fd, name) && folder && is_socket(fd))
        for (int i = 0; i < count; i++) note('A', "", 0, parts[i].iov_base, parts[i].iov_len);
    return syscall(SYS_writev, fd, parts, count);
}

static ssize_t get(int fd, void *data, size_t length, off_t offset) {
    char name[PATH_MAX];
    if (fails(BAD_READ) && name_of(fd, name)) { errno = EIO; return -1; }
    return syscall(SYS_pread64, fd, data, length, offset);
}
ssize_t pread(int fd, void *data, size_t length, off_t offset) {
    return get(fd, data, length, offset);
}
ssize_t pread64(int fd, void *data, size_t length, off64_t offset) {
    return get(fd, data, length, offset);
}

static int sync_with(long call, int fd) {
    char name[PATH_MAX];
    int ours = name_of(fd, name);
    if (ours && fails(BAD_SYNC)) { errno = EIO; return -1; }
    int done = (int)syscall(call, fd);
    if (ours && done == 0) note('S', name, 0, NULL, 0);
    return done;
}
int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

static int cut(int fd, off_t length) {
    char name[PATH_MAX];
    int ours = name_of(fd, name), done = (int)syscall(SYS_ftruncate, fd, length);
    if (ours && done == 0) note('T', name, (uint64_t)length, NULL, 0);
    return done;
}
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

int unlink(const char *path) {
    pthread_once(&once, set_up);
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (done == 0 && is_ours(path)) note('U', path, 0, NULL, 0);
    return done;
}
