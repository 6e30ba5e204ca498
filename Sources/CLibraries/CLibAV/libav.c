// libav, loaded when a video is first opened. It brings some hundred libraries along, whose loading takes longer than all
// else that most commands do before their work begins; and they run where libav is not installed.
//
// Every function that the project calls has a line here, checked by the compiler against libav's own headers; one that has
// none fails to link. The library is that of the headers: its name ends in their major version.
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// What is defined here serves this program alone: libav's libraries go on using their own.
#pragma GCC visibility push(hidden)
#include "shim.h"

#define NAME(library, major) "lib" #library ".so." AV_STRINGIFY(major)

enum { avutil, avcodec, avformat, swscale };

static const char *const names[] = {
    NAME(avutil, LIBAVUTIL_VERSION_MAJOR),
    NAME(avcodec, LIBAVCODEC_VERSION_MAJOR),
    NAME(avformat, LIBAVFORMAT_VERSION_MAJOR),
    NAME(swscale, LIBSWSCALE_VERSION_MAJOR),
};
enum { count = sizeof names / sizeof *names };

static void *libraries[count];
static char fault[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  for (int i = 0; i < count; i++) {
    libraries[i] = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    if (libraries[i]) continue;
    snprintf(fault, sizeof fault, "%s", dlerror());
    return;
  }
}

const char *slowfast_libav_fault(void) {
  pthread_once(&once, load);
  return *fault ? fault : NULL;
}

// Devices bring as many libraries again, and few who watch a stream have one: they are loaded when one is first opened.
static char device_fault[512];
static pthread_once_t devices_once = PTHREAD_ONCE_INIT;

static void load_devices(void) {
  if (slowfast_libav_fault()) {
    snprintf(device_fault, sizeof device_fault, "%s", fault);
    return;
  }
  void *library = dlopen(NAME(avdevice, LIBAVDEVICE_VERSION_MAJOR), RTLD_LAZY | RTLD_LOCAL);
  void (*registerAll)(void) = library ? (void (*)(void))dlsym(library, "avdevice_register_all") : NULL;
  if (registerAll) {
    registerAll();
  } else {
    snprintf(device_fault, sizeof device_fault, "%s", dlerror());
  }
}

const char *slowfast_libavdevice_fault(void) {
  pthread_once(&devices_once, load_devices);
  return *device_fault ? device_fault : NULL;
}

static void *function(int library, const char *name) {
  void *found = slowfast_libav_fault() ? NULL : dlsym(libraries[library], name);
  if (found) return found;
  fprintf(stderr, "%s: %s\n", name, *fault ? fault : "not in its library");
  abort();
}

#define FORWARD(library, type, name, parameters, arguments)                          \
  type name parameters {                                                             \
    static void *_Atomic found;                                                      \
    __typeof__(name) *call = (__typeof__(name) *)found;                              \
    if (!call) found = call = (__typeof__(name) *)function(library, #name);          \
    return call arguments;                                                           \
  }

FORWARD(avutil, const char *, av_color_primaries_name, (enum AVColorPrimaries value), (value))
FORWARD(avutil, const char *, av_color_range_name, (enum AVColorRange value), (value))
FORWARD(avutil, const char *, av_color_space_name, (enum AVColorSpace value), (value))
FORWARD(avutil, const char *, av_color_transfer_name, (enum AVColorTransferCharacteristic value), (value))
FORWARD(avutil, AVRational, av_d2q, (double value, int maximum), (value, maximum))
FORWARD(avutil, void, av_dict_free, (AVDictionary **dictionary), (dictionary))
FORWARD(
    avutil, AVDictionaryEntry *, av_dict_get,
    (const AVDictionary *dictionary, const char *key, const AVDictionaryEntry *previous, int flags),
    (dictionary, key, previous, flags))
FORWARD(
    avutil, int, av_dict_set, (AVDictionary **dictionary, const char *key, const char *value, int flags),
    (dictionary, key, value, flags))
FORWARD(avutil, AVFrame *, av_frame_alloc, (void), ())
FORWARD(avutil, AVFrame *, av_frame_clone, (const AVFrame *frame), (frame))
FORWARD(avutil, void, av_frame_free, (AVFrame **frame), (frame))
FORWARD(avutil, int, av_frame_get_buffer, (AVFrame *frame, int alignment), (frame, alignment))
FORWARD(avutil, int, av_frame_make_writable, (AVFrame *frame), (frame))
FORWARD(avutil, void, av_frame_move_ref, (AVFrame *target, AVFrame *source), (target, source))
FORWARD(avutil, void, av_frame_unref, (AVFrame *frame), (frame))
FORWARD(avutil, void, av_free, (void *block), (block))
FORWARD(avutil, void, av_freep, (void *block), (block))
FORWARD(avutil, const char *, av_get_pix_fmt_name, (enum AVPixelFormat format), (format))
FORWARD(
    avutil, void, av_log_set_callback, (void (*callback)(void *, int, const char *, va_list)), (callback))
FORWARD(avutil, void, av_log_set_level, (int level), (level))
FORWARD(avutil, void *, av_malloc, (size_t size), (size))
FORWARD(avutil, int, av_opt_set, (void *object, const char *name, const char *value, int flags), (object, name, value, flags))
FORWARD(
    avutil, int, av_opt_set_int, (void *object, const char *name, int64_t value, int flags), (object, name, value, flags))
FORWARD(avutil, const AVPixFmtDescriptor *, av_pix_fmt_desc_get, (enum AVPixelFormat format), (format))
FORWARD(avutil, int64_t, av_rescale_q, (int64_t value, AVRational from, AVRational to), (value, from, to))
FORWARD(avutil, int, av_strerror, (int code, char *text, size_t size), (code, text, size))
FORWARD(avutil, const char *, av_version_info, (void), ())

FORWARD(avcodec, AVPacket *, av_packet_alloc, (void), ())
FORWARD(avcodec, void, av_packet_free, (AVPacket **packet), (packet))
FORWARD(avcodec, void, av_packet_rescale_ts, (AVPacket *packet, AVRational from, AVRational to), (packet, from, to))
FORWARD(avcodec, void, av_packet_unref, (AVPacket *packet), (packet))
FORWARD(avcodec, AVCodecContext *, avcodec_alloc_context3, (const AVCodec *codec), (codec))
FORWARD(avcodec, const AVCodec *, avcodec_find_decoder, (enum AVCodecID id), (id))
FORWARD(avcodec, const AVCodec *, avcodec_find_encoder_by_name, (const char *name), (name))
FORWARD(avcodec, void, avcodec_flush_buffers, (AVCodecContext *context), (context))
FORWARD(avcodec, void, avcodec_free_context, (AVCodecContext **context), (context))
FORWARD(avcodec, const char *, avcodec_get_name, (enum AVCodecID id), (id))
FORWARD(
    avcodec, int, avcodec_open2, (AVCodecContext *context, const AVCodec *codec, AVDictionary **options),
    (context, codec, options))
FORWARD(
    avcodec, int, avcodec_parameters_copy, (AVCodecParameters *target, const AVCodecParameters *source), (target, source))
FORWARD(
    avcodec, int, avcodec_parameters_from_context, (AVCodecParameters *parameters, const AVCodecContext *context),
    (parameters, context))
FORWARD(
    avcodec, int, avcodec_parameters_to_context, (AVCodecContext *context, const AVCodecParameters *parameters),
    (context, parameters))
FORWARD(avcodec, unsigned, avcodec_version, (void), ())
FORWARD(avcodec, const char *, avcodec_profile_name, (enum AVCodecID id, int profile), (id, profile))
FORWARD(avcodec, int, avcodec_receive_frame, (AVCodecContext *context, AVFrame *frame), (context, frame))
FORWARD(avcodec, int, avcodec_receive_packet, (AVCodecContext *context, AVPacket *packet), (context, packet))
FORWARD(avcodec, int, avcodec_send_frame, (AVCodecContext *context, const AVFrame *frame), (context, frame))
FORWARD(avcodec, int, avcodec_send_packet, (AVCodecContext *context, const AVPacket *packet), (context, packet))

FORWARD(avformat, const AVInputFormat *, av_find_input_format, (const char *name), (name))
FORWARD(
    avformat, const AVOutputFormat *, av_guess_format, (const char *name, const char *file, const char *type),
    (name, file, type))
FORWARD(avformat, int, av_interleaved_write_frame, (AVFormatContext *context, AVPacket *packet), (context, packet))
FORWARD(avformat, int, av_read_frame, (AVFormatContext *context, AVPacket *packet), (context, packet))
FORWARD(
    avformat, int, av_seek_frame, (AVFormatContext *context, int stream, int64_t timestamp, int flags),
    (context, stream, timestamp, flags))
FORWARD(
    avformat, uint8_t *, av_stream_get_side_data, (const AVStream *stream, enum AVPacketSideDataType type, size_t *size),
    (stream, type, size))
FORWARD(avformat, int, av_write_trailer, (AVFormatContext *context), (context))
FORWARD(avformat, AVFormatContext *, avformat_alloc_context, (void), ())
FORWARD(
    avformat, int, avformat_alloc_output_context2,
    (AVFormatContext **context, const AVOutputFormat *format, const char *name, const char *file),
    (context, format, name, file))
FORWARD(avformat, void, avformat_close_input, (AVFormatContext **context), (context))
FORWARD(avformat, int, avformat_find_stream_info, (AVFormatContext *context, AVDictionary **options), (context, options))
FORWARD(avformat, void, avformat_free_context, (AVFormatContext *context), (context))
FORWARD(avformat, int, avformat_index_get_entries_count, (const AVStream *stream), (stream))
FORWARD(avformat, const AVIndexEntry *, avformat_index_get_entry, (AVStream *stream, int index), (stream, index))
FORWARD(avformat, AVStream *, avformat_new_stream, (AVFormatContext *context, const AVCodec *codec), (context, codec))
FORWARD(
    avformat, int, avformat_open_input,
    (AVFormatContext **context, const char *url, const AVInputFormat *format, AVDictionary **options),
    (context, url, format, options))
FORWARD(
    avformat, int, avformat_query_codec, (const AVOutputFormat *format, enum AVCodecID codec, int compliance),
    (format, codec, compliance))
FORWARD(avformat, int, avformat_write_header, (AVFormatContext *context, AVDictionary **options), (context, options))
// The type of the last but one gained a const in libavformat 61.
#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t written;
#else
typedef uint8_t written;
#endif
FORWARD(
    avformat, AVIOContext *, avio_alloc_context,
    (unsigned char *buffer, int size, int isOutput, void *opaque, int (*read)(void *, uint8_t *, int),
     int (*write)(void *, written *, int), int64_t (*seek)(void *, int64_t, int)),
    (buffer, size, isOutput, opaque, read, write, seek))
FORWARD(avformat, void, avio_context_free, (AVIOContext **context), (context))
FORWARD(avformat, void, avio_flush, (AVIOContext *context), (context))

FORWARD(swscale, struct SwsContext *, sws_alloc_context, (void), ())
FORWARD(swscale, void, sws_freeContext, (struct SwsContext *context), (context))
FORWARD(
    swscale, struct SwsContext *, sws_getCachedContext,
    (struct SwsContext *context, int width, int height, enum AVPixelFormat format, int newWidth, int newHeight,
     enum AVPixelFormat newFormat, int flags, SwsFilter *filter, SwsFilter *newFilter, const double *options),
    (context, width, height, format, newWidth, newHeight, newFormat, flags, filter, newFilter, options))
FORWARD(swscale, const int *, sws_getCoefficients, (int matrix), (matrix))
FORWARD(
    swscale, struct SwsContext *, sws_getContext,
    (int width, int height, enum AVPixelFormat format, int newWidth, int newHeight, enum AVPixelFormat newFormat,
     int flags, SwsFilter *filter, SwsFilter *newFilter, const double *options),
    (width, height, format, newWidth, newHeight, newFormat, flags, filter, newFilter, options))
FORWARD(
    swscale, int, sws_init_context, (struct SwsContext *context, SwsFilter *filter, SwsFilter *newFilter),
    (context, filter, newFilter))
FORWARD(
    swscale, int, sws_scale,
    (struct SwsContext *context, const uint8_t *const rows[], const int strides[], int first, int height,
     uint8_t *const newRows[], const int newStrides[]),
    (context, rows, strides, first, height, newRows, newStrides))
FORWARD(
    swscale, int, sws_setColorspaceDetails,
    (struct SwsContext *context, const int matrix[4], int isFull, const int newMatrix[4], int newIsFull, int brightness,
     int contrast, int saturation),
    (context, matrix, isFull, newMatrix, newIsFull, brightness, contrast, saturation))
