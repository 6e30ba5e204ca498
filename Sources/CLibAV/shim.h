// The door to libav (Debian: libavformat-dev libavcodec-dev libavutil-dev libswscale-dev).
// Macros that Swift cannot import are functions here; there is no logic.
#pragma once
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

static inline int slowfast_averror_eof(void) { return AVERROR_EOF; }
static inline int slowfast_averror_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int slowfast_averror(int code) { return AVERROR(code); }
static inline int64_t slowfast_av_nopts_value(void) { return AV_NOPTS_VALUE; }
static inline AVRational slowfast_av_time_base_q(void) { return AV_TIME_BASE_Q; }
