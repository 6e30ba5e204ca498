/* SlowFast as a library: score people and clips, pool boxes, score detections.
 *
 * Every function that can fail returns a status and, where `message` is not NULL and the status is not SLOWFAST_OK, puts
 * a text there that says what was being done, with what, what was found and what to do; free it with slowfast_free. A
 * function that fails has written nothing else. Nothing is printed, no process is ended, no signal is touched; but
 * where memory cannot be had, the process ends.
 *
 * All functions may be called from several threads at once. Calls with one model wait for each other; calls with
 * different models run side by side.
 *
 * Arrays are C arrays, the last axis without gaps unless a stride says otherwise. They are read during the call alone.
 *
 * Structures that begin with `size` may grow at their end in later versions: set it to sizeof, set all else to zero first. */
#ifndef SLOWFAST_H
#define SLOWFAST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. It grows when something is added; what is there keeps its meaning. */
#define SLOWFAST_API_VERSION 2

/* What became of a call. */
typedef enum slowfast_status {
  SLOWFAST_OK = 0,
  /* The call itself is wrong: NULL where something is needed, a negative count, a name that there is not. */
  SLOWFAST_BAD_ARGUMENT = 1,
  /* A file cannot be read. */
  SLOWFAST_BAD_FILE = 2,
  /* What a file or an array holds is wrong, or does not fit the rest: configurations, weights, rows, frames, boxes. */
  SLOWFAST_BAD_CONTENT = 3
} slowfast_status;

/* SLOWFAST_API_VERSION of the library that is loaded. */
int32_t slowfast_api_version(void);

/* The version of the library that is loaded, as `slowfast --version` says it: "0.12.0". Never freed. Since interface 2. */
const char *slowfast_version(void);

/* What kernels this processor is given: "avx512", "avx2", "portable", ... Never freed. */
const char *slowfast_kernels(void);

/* Frees a text that a function of this library has made. NULL is nothing. */
void slowfast_free(char *text);

/* Frames: 8-bit colours, [count, height, width, 3 or more]. */
typedef struct slowfast_frames {
  size_t size;
  /* The first channel of the upper left pixel of the first frame. */
  const uint8_t *pixels;
  int64_t count;
  int64_t height;
  int64_t width;
  /* In bytes, from a frame to the next, from a row to the next, from a pixel to the next; 0 for frames without gaps of three
   * bytes a pixel. May be negative: of frames upside down `pixels` is in the last row of the first frame, and with a frame_stride
   * of 0 the second frame begins as many bytes further on as the first one has. */
  int64_t frame_stride;
  int64_t row_stride;
  int64_t pixel_stride;
  /* 0: the channels are red, green, blue; 1: blue, green, red, as OpenCV reads them. */
  int32_t is_bgr;
  /* How many frames show a second. 0: as many as the network takes them from, 30 for AVA. */
  double frames_per_second;
} slowfast_frames;

/* A network with its weights, which slowfast_model_open makes and slowfast_model_close frees. */
typedef struct slowfast_model slowfast_model;

/* How a model is opened. */
typedef struct slowfast_model_options {
  size_t size;
  /* Threads that compute, 1 to 256; 0 for every processor. */
  int32_t threads;
  /* "fp32", "bf16" or "int8"; NULL for fp32. Where the processor has no bfloat16, that is noticed and fp32 is computed. */
  const char *precision;
  /* KEY VALUE pairs that override the configuration, `override_count` strings: "DATA.TEST_CROP_SIZE", "224", ... */
  const char *const *overrides;
  int64_t override_count;
  /* The file of `slowfast calibrate`; NULL for the one beside the weights. With int8 alone. */
  const char *calibration;
  /* Not 0: weights are drawn at random by `random_seed`, no file is read, and scores mean nothing. Not with `weights`. */
  int32_t random_weights;
  uint64_t random_seed;
} slowfast_model_options;

/* What a model takes and gives. */
typedef struct slowfast_model_info {
  size_t size;
  /* How many scores a box or a clip has. */
  int64_t classes;
  /* 1: people's boxes are scored, by slowfast_detect; 0: whole clips, by slowfast_classify. */
  int32_t scores_boxes;
  /* How many frames a clip has, and from how many frames on a frame is taken: DATA.NUM_FRAMES, DATA.SAMPLING_RATE. */
  int64_t frames;
  int64_t sampling_rate;
  /* The short side of the frames that the network sees, in pixels: DATA.TEST_CROP_SIZE. */
  int64_t crop_size;
  int64_t channels;
} slowfast_model_info;

/* Reads a configuration (YAML) and weights (.pyth, .pkl, .safetensors).
 *
 * weights: NULL for those that the configuration names.
 * options: NULL for none.
 * model: gets the model; slowfast_model_close frees it. */
slowfast_status slowfast_model_open(
    const char *config, const char *weights, const slowfast_model_options *options, slowfast_model **model,
    char **message);

/* Frees a model that no call is using. NULL is nothing. */
void slowfast_model_close(slowfast_model *model);

/* Says what a model takes and gives. `info->size` is set before the call. */
slowfast_status slowfast_model_get_info(const slowfast_model *model, slowfast_model_info *info, char **message);

/* What one should know of a model, a line each: weights that were not there, precision that could not be had. Empty where there
 * is nothing to say. Lives as long as the model. */
const char *slowfast_model_notices(const slowfast_model *model);

/* Scores the people of one moment.
 *
 * frames: those around the key frame. At another rate than the network takes them, as frames_per_second says, those nearest
 *   in time are taken.
 * key_frame: of the frames, from 0; the clip lies around it, and its first and last frames are repeated where it reaches
 *   beyond them.
 * boxes: [box_count, 4], x1, y1, x2, y2: in pixels of the frames, or in fractions of them where boxes_are_fractions is not 0.
 *   Among pixels a box within two of the frame's upper left corner is an error: it is one in fractions.
 * scores: gets [box_count, classes].
 *
 * The views are the configuration's (AVA.TEST_SCALES, AVA.TEST_FLIP, ...). The scores are those of `slowfast detect`. */
slowfast_status slowfast_detect(
    slowfast_model *model, const slowfast_frames *frames, int64_t key_frame, const double *boxes, int64_t box_count,
    int32_t boxes_are_fractions, float *scores, char **message);

/* Scores one clip as a whole.
 *
 * frames: as many as the network takes (info.frames), already at its sampling rate; it sees each in TEST.NUM_SPATIAL_CROPS
 *   crops, whose scores are averaged.
 * scores: gets [classes]. */
slowfast_status slowfast_classify(
    slowfast_model *model, const slowfast_frames *frames, float *scores, char **message);

/* Runs the network once over tensors that are already what it sees.
 *
 * clip: float32 [batch, channels, frames, height, width], normalised.
 * boxes: float32 [box_count, 5], batch index, x1, y1, x2, y2 in pixels of the clip; NULL where whole clips are scored.
 * scores: gets [box_count, classes] or [batch, classes]. */
slowfast_status slowfast_forward(
    slowfast_model *model, const float *clip, int64_t batch, int64_t channels, int64_t frames, int64_t height,
    int64_t width, const float *boxes, int64_t box_count, float *scores, char **message);

/* How boxes are pooled. */
typedef struct slowfast_roi_align_options {
  size_t size;
  /* Bins on each side, 1 to 1024. */
  int64_t resolution;
  /* Cells of the features per pixel of the boxes, such as 1/16. */
  float spatial_scale;
  /* Samples on each side of a bin; 0: as many as it has cells, rounded up. */
  int64_t sampling_ratio;
  /* 1: cells are centred at half pixels (aligned=True); 0: the grid of Caffe2 and the first Detectron. */
  int32_t aligned;
  /* Threads that compute, 1 to 256; 0 for every processor. */
  int32_t threads;
} slowfast_roi_align_options;

/* RoIAlign, as torchvision and Detectron2 have it.
 *
 * features: float32 [batch, height, width, channels]: channels last.
 * boxes: float32 [box_count, 5], batch index, x1, y1, x2, y2.
 * pooled: gets [box_count, resolution, resolution, channels]. */
slowfast_status slowfast_roi_align(
    const float *features, int64_t batch, int64_t height, int64_t width, int64_t channels, const float *boxes,
    int64_t box_count, const slowfast_roi_align_options *options, float *pooled, char **message);

/* The class of a row of ground truth that lists a key frame where nothing is done; nothing else of it is read. */
#define SLOWFAST_NO_CLASS INT32_MIN

/* Rows of detections or of ground truth: those of a file, or one array a column. */
typedef struct slowfast_rows {
  size_t size;
  /* The rows are those of this file, plain, gzip or zstd, and nothing below is read; NULL for those of the arrays. */
  const char *file;
  int64_t count;
  /* The names of the videos, `video_count` strings, and of each row its number among them. */
  const char *const *video_names;
  int64_t video_count;
  const int32_t *videos;
  /* Seconds, as in AVA's rows. */
  const double *seconds;
  /* [count, 4], x1, y1, x2, y2 in fractions of the frame. */
  const double *boxes;
  /* Ids of the label map. */
  const int32_t *classes;
  /* Of detections the scores; NULL: every row counts with a score of 1, as rows of a file without a score do, and a notice says so. Of
   * ground truth NULL, or the persons' numbers. */
  const double *scores;
} slowfast_rows;

/* The classes that are scored: those of a file, or ids and names. */
typedef struct slowfast_classes {
  size_t size;
  /* A label map (.pbtxt), and nothing below is read; NULL for the arrays. */
  const char *file;
  /* One or more. */
  int64_t count;
  const int32_t *ids;
  /* NULL: a class is named as its id. */
  const char *const *names;
} slowfast_classes;

/* By which rules detections are scored, and what is said beside the numbers. */
typedef struct slowfast_evaluation_options {
  size_t size;
  /* "official", "pyslowfast", "mmaction2" or "all"; NULL for all. */
  const char *protocol;
  /* Not 0: what the numbers are made of as well, as `slowfast evaluate --explain`. */
  int32_t explain;
  /* Intervals from so many resamples of the videos, drawn by `seed`; 0 for none. */
  int64_t bootstrap;
  uint64_t seed;
  /* Threads that compute, 1 to 256; 0 for every processor. */
  int32_t threads;
} slowfast_evaluation_options;

/* Scores detections: frame mAP by the rules of the public evaluators.
 *
 * exclusions: NULL for none, or the key frames that are not scored; of arrays videos and seconds alone are read.
 * options: NULL for all protocols and nothing else.
 * result: gets the text that `slowfast evaluate --format json` writes; free it with slowfast_free.
 * notices: NULL, or gets what that command says on stderr, a line each: what begins with "warning: " makes the numbers
 *   mean something else than one thinks, the rest may surprise; free it with slowfast_free. */
slowfast_status slowfast_evaluate(
    const slowfast_rows *ground_truth, const slowfast_rows *detections, const slowfast_classes *classes,
    const slowfast_rows *exclusions, const slowfast_evaluation_options *options, char **result, char **notices,
    char **message);

#ifdef __cplusplus
}
#endif

#endif
