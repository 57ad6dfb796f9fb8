/* A dma-buf heap for kernels that have none: each buffer is a memfd, which maps and shares alike.
 *
 * Preloaded, it answers for the one file that libcamera and picamera2 open for buffers, and for the two
 * ioctls that they make on them (linux/dma-heap.h, linux/dma-buf.h). A memfd's memory is coherent, so
 * beginning and ending an access has nothing to do.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static const char heap[] = "/dev/dma_heap/linux,cma";

static int open_heap(void) { return memfd_create("dma-heap", MFD_CLOEXEC); }

#define MODE_OF(flags, mode)                                                                                 \
	do {                                                                                                     \
		if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                             \
			va_list rest;                                                                                    \
			va_start(rest, flags);                                                                           \
			(mode) = va_arg(rest, mode_t);                                                                   \
			va_end(rest);                                                                                    \
		}                                                                                                    \
	} while (0)

/* glibc has each twice; Python opens by the one, C++ by the other. */
#define OPEN(name)                                                                                           \
	int name(const char *path, int flags, ...)                                                               \
	{                                                                                                        \
		static int (*real)(const char *, int, ...);                                                          \
		mode_t mode = 0;                                                                                     \
		if (strcmp(path, heap) == 0)                                                                         \
			return open_heap();                                                                              \
		MODE_OF(flags, mode);                                                                                \
		if (!real)                                                                                           \
			real = dlsym(RTLD_NEXT, #name);                                                                  \
		return real(path, flags, mode);                                                                      \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                         \
	int name(int folder, const char *path, int flags, ...)                                                   \
	{                                                                                                        \
		static int (*real)(int, const char *, int, ...);                                                     \
		mode_t mode = 0;                                                                                     \
		if (strcmp(path, heap) == 0)                                                                         \
			return open_heap();                                                                              \
		MODE_OF(flags, mode);                                                                                \
		if (!real)                                                                                           \
			real = dlsym(RTLD_NEXT, #name);                                                                  \
		return real(folder, path, flags, mode);                                                              \
	}
OPENAT(openat)
OPENAT(openat64)

static int allocate(struct dma_heap_allocation_data *wanted)
{
	int fd = memfd_create("dma-buf", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (ftruncate(fd, (off_t)((wanted->len + 4095) & ~4095ull)) != 0) {
		close(fd);
		return -1;
	}
	wanted->fd = (__u32)fd;
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int, unsigned long, ...);
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	/* Python passes a request as a signed int: only its 32 bits count, as in the kernel. */
	if ((__u32)request == (__u32)DMA_HEAP_IOCTL_ALLOC)
		return allocate(argument);
	if (_IOC_TYPE(request) == DMA_BUF_BASE && _IOC_NR(request) <= 1) /* DMA_BUF_IOCTL_SYNC, DMA_BUF_SET_NAME */
		return 0;
	if (!real)
		real = dlsym(RTLD_NEXT, "ioctl");
	return real(fd, request, argument);
}
