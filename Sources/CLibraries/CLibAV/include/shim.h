// What Swift sees of libav (Debian: libavdevice-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev).
// Macros that Swift cannot import are functions here; libav.c loads the libraries when a function is first called.
#pragma once
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Loads libav, once in the life of the program: the reason where that fails, else NULL. Until it has been asked, and where it
// fails, no function of libav may be called: the program would end.
const char *slowfast_libav_fault(void);

// The same of libavdevice, with whose formats cameras and generated pictures are opened.
const char *slowfast_libavdevice_fault(void);

static inline int slowfast_averror_eof(void) { return AVERROR_EOF; }
static inline int slowfast_averror_exit(void) { return AVERROR_EXIT; }
static inline int slowfast_averror_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int slowfast_averror(int code) { return AVERROR(code); }
static inline int64_t slowfast_av_nopts_value(void) { return AV_NOPTS_VALUE; }
static inline AVRational slowfast_av_time_base_q(void) { return AV_TIME_BASE_Q; }

typedef int (*slowfast_write)(void *opaque, const uint8_t *bytes, int count);
typedef int64_t (*slowfast_seek)(void *opaque, int64_t offset, int whence);

// The type of avio_alloc_context's callback gained a const in libavformat 61; the call is the same.
static inline AVIOContext *slowfast_output(void *opaque, slowfast_write write, slowfast_seek seek) {
  const int size = 1 << 16;
  unsigned char *buffer = (unsigned char *)av_malloc(size);
  if (!buffer) return NULL;
  AVIOContext *context = avio_alloc_context(buffer, size, 1, opaque, NULL, (void *)write, seek);
  if (!context) av_free(buffer);
  return context;
}

typedef int (*slowfast_read)(void *opaque, uint8_t *bytes, int count);

static inline AVIOContext *slowfast_input(void *opaque, slowfast_read read) {
  const int size = 1 << 16;
  unsigned char *buffer = (unsigned char *)av_malloc(size);
  if (!buffer) return NULL;
  AVIOContext *context = avio_alloc_context(buffer, size, 0, opaque, read, NULL, NULL);
  if (!context) av_free(buffer);
  return context;
}

static inline void slowfast_close_output(AVIOContext **context) {
  if (*context) av_freep(&(*context)->buffer);
  avio_context_free(context);
}
