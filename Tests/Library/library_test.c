// The library's C interface as a program uses it: built with AddressSanitizer by tools/test-library.sh, run by SlowFastLibraryTests.
#include "slowfast.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define EXPECT(condition, ...)                                                            \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      failures += 1;                                                                      \
      fprintf(stderr, "library_test.c:%d: %s is not so: ", __LINE__, #condition);         \
      fprintf(stderr, __VA_ARGS__);                                                       \
      fputc('\n', stderr);                                                                \
    }                                                                                     \
  } while (0)

// A call that must fail: its status, and words of its message.
static void expect_failure(slowfast_status found, char *message, slowfast_status status, const char *word, int line) {
  if (found != status || message == NULL || strstr(message, word) == NULL || strstr(message, " -> ") == NULL) {
    failures += 1;
    fprintf(stderr, "library_test.c:%d: status %d, expected %d, '%s' in: %s\n", line, found, status, word,
            message == NULL ? "(null)" : message);
  }
  slowfast_free(message);
}

#define FAILS(status, word, call)                                  \
  do {                                                             \
    char *message = NULL;                                          \
    slowfast_status status_of_call = (call);                               \
    expect_failure(status_of_call, message, status, word, __LINE__);        \
  } while (0)

static void *loaded(const char *path, size_t *count) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) { perror(path); exit(2); }
  fseek(file, 0, SEEK_END);
  *count = (size_t)ftell(file);
  rewind(file);
  void *bytes = malloc(*count);
  if (fread(bytes, 1, *count, file) != *count) { perror(path); exit(2); }
  fclose(file);
  return bytes;
}

static void saved(const char *path, const void *bytes, size_t count) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) { perror(path); exit(2); }
}

// RoIAlign of one 2 x 2 map: boxes whose means can be said by hand.
static void check_roi_align(void) {
  const float features[] = {1, 10, 2, 20, 3, 30, 4, 40};
  const float boxes[] = {0, 0, 0, 2, 2, 0, 0, 0, 1, 1};
  float pooled[4] = {-1, -1, -1, -1};
  slowfast_roi_align_options options = {0};
  options.size = sizeof options;
  options.resolution = 1;
  options.spatial_scale = 1;
  options.aligned = 1;
  options.threads = 1;
  char *message = NULL;
  EXPECT(slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, &options, pooled, &message) == SLOWFAST_OK, "%s", message);
  EXPECT(fabsf(pooled[0] - 2.5f) < 1e-6f && fabsf(pooled[1] - 25) < 1e-5f, "%g %g", pooled[0], pooled[1]);
  EXPECT(fabsf(pooled[2] - 1) < 1e-6f && fabsf(pooled[3] - 10) < 1e-5f, "%g %g", pooled[2], pooled[3]);
  EXPECT(slowfast_roi_align(features, 1, 2, 2, 2, NULL, 0, &options, NULL, &message) == SLOWFAST_OK, "%s", message);

  const float other[] = {1, 0, 0, 1, 1};
  const float broken[] = {0, 0, NAN, 1, 1};
  FAILS(SLOWFAST_BAD_CONTENT, "batch index", slowfast_roi_align(features, 1, 2, 2, 2, other, 1, &options, pooled, &message));
  FAILS(SLOWFAST_BAD_CONTENT, "not finite", slowfast_roi_align(features, 1, 2, 2, 2, broken, 1, &options, pooled, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'options' is NULL", slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, NULL, pooled, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'features' is [1, -2, 2, 2]",
        slowfast_roi_align(features, 1, -2, 2, 2, boxes, 2, &options, pooled, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "[4611686018427387904, 2, 2, 2]",
        slowfast_roi_align(features, 1LL << 62, 2, 2, 2, boxes, 2, &options, pooled, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'boxes' is NULL", slowfast_roi_align(features, 1, 2, 2, 2, NULL, 2, &options, pooled, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'pooled' is NULL", slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, &options, NULL, &message));
  options.threads = -1;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'threads' is -1", slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, &options, pooled, &message));
  options.threads = 1;
  options.resolution = 1LL << 40;
  FAILS(SLOWFAST_BAD_CONTENT, "resolution", slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, &options, pooled, &message));
  options.resolution = 1;
  options.size = 0;
  FAILS(SLOWFAST_BAD_ARGUMENT, "sizeof", slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, &options, pooled, &message));
  // That of a pointer, after which all else would count as zero.
  options.size = sizeof &options;
  FAILS(SLOWFAST_BAD_ARGUMENT, "sizeof(*options)", slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, &options, pooled, &message));
  // A program of a time when the structure is longer.
  struct { slowfast_roi_align_options known; int64_t later[4]; } longer = {options, {1, 2, 3, 4}};
  longer.known.size = sizeof longer;
  EXPECT(slowfast_roi_align(features, 1, 2, 2, 2, boxes, 2, &longer.known, pooled, &message) == SLOWFAST_OK, "%s", message);
}

// Three detections of one person: right, right again (a second time is wrong), and beside. AP = 1 for class 1.
static void check_rows(void) {
  const char *videos[] = {"a", "b"};
  const int32_t video[] = {0, 0, 0};
  const double seconds[] = {902, 902, 902};
  const double boxes[] = {0.1, 0.1, 0.5, 0.9, 0.1, 0.1, 0.5, 0.9, 0.6, 0.1, 0.9, 0.9};
  const int32_t classes[] = {1, 1, 1};
  const double scores[] = {0.9, 0.8, 0.7};
  const char *names[] = {"stand"};
  slowfast_rows truth = {sizeof truth, NULL, 1, videos, 2, video, seconds, boxes, classes, NULL};
  slowfast_rows found = {sizeof found, NULL, 3, videos, 2, video, seconds, boxes, classes, scores};
  slowfast_classes labels = {sizeof labels, NULL, 1, classes, names};
  slowfast_evaluation_options options = {0};
  options.size = sizeof options;
  options.protocol = "official";
  options.threads = 1;
  char *result = NULL, *notices = NULL, *message = NULL;
  EXPECT(slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, &notices, &message) == SLOWFAST_OK, "%s", message);
  EXPECT(result != NULL && strstr(result, "\"mAP\": 1") != NULL, "%s", result);
  EXPECT(notices != NULL && strstr(notices, "repeating") != NULL, "%s", notices);
  slowfast_free(result);
  slowfast_free(notices);
  // A wrong one first, then the right one: precision 1/2 at all recall. The class is named as its id.
  const double reversed[] = {0.1, 0.2, 0.9};
  found.scores = reversed;
  labels.names = NULL;
  EXPECT(slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message) == SLOWFAST_OK, "%s", message);
  EXPECT(result != NULL && strstr(result, "\"mAP\": 0.5") != NULL, "%s", result);
  slowfast_free(result);
  // Excluded, nothing is left of pyslowfast's ground truth.
  slowfast_rows excluded = {sizeof excluded, NULL, 1, videos, 2, video, seconds, NULL, NULL, NULL};
  options.protocol = "pyslowfast";
  EXPECT(slowfast_evaluate(&truth, &found, &labels, &excluded, &options, &result, NULL, &message) == SLOWFAST_OK, "%s", message);
  EXPECT(result != NULL && strstr(result, "\"mAP\": null") != NULL, "%s", result);
  slowfast_free(result);
  // Key frames that are listed and where nothing is done: detections there are wrong for the official protocol, nothing elsewhere.
  const int32_t later[] = {0, 1, 0};
  const int32_t none[] = {1, SLOWFAST_NO_CLASS, 1};
  options.protocol = "official";
  found.videos = later;
  found.scores = scores;
  truth.count = 2;
  truth.videos = later;
  for (int listed = 0; listed < 2; listed++) {
    truth.count = 1 + listed;
    truth.classes = none;
    const double first[] = {0.1, 0.9, 0.05};
    found.scores = first;
    EXPECT(slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message) == SLOWFAST_OK, "%s", message);
    EXPECT(result != NULL && strstr(result, listed ? "\"mAP\": 0.5" : "\"mAP\": 1") != NULL, "%s", result);
    slowfast_free(result);
  }
  truth.count = 1;
  truth.classes = classes;
  truth.videos = video;
  found.scores = scores;
  result = NULL;

  const int32_t far[] = {0, 7, 0};
  found.videos = far;
  FAILS(SLOWFAST_BAD_CONTENT, "detections from arrays, row 1, video: expected a number of 2 videos, from 0, found 7",
        slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  found.videos = video;
  const double never[] = {902, NAN, 902};
  found.seconds = never;
  FAILS(SLOWFAST_BAD_CONTENT, "row 1, second: expected a time in seconds, 0 to 1000000000, found nan",
        slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  found.seconds = seconds;
  const double pixels[] = {0.1, 0.1, 0.5, 0.9, 0.1, 0.1, 0.5, 0.9, 60, 0.1, 0.9, 0.9};
  found.boxes = pixels;
  FAILS(SLOWFAST_BAD_CONTENT, "row 2, x1: expected a fraction of the frame, 0 to 1, found 60.0 -> divide pixels",
        slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  found.boxes = boxes;
  const double unknown[] = {0.9, 0.8, NAN};
  found.scores = unknown;
  FAILS(SLOWFAST_BAD_CONTENT, "row 2, score: expected a finite number",
        slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  found.scores = scores;
  const double inverted[] = {0.5, 0.1, 0.1, 0.9};
  truth.boxes = inverted;
  FAILS(SLOWFAST_BAD_CONTENT, "ground truth from arrays, row 0: expected x2 at or right of x1",
        slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  truth.boxes = boxes;
  options.protocol = "offical";
  FAILS(SLOWFAST_BAD_ARGUMENT, "'offical' -> give one of official, pyslowfast, mmaction2, or all",
        slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  options.protocol = NULL;
  const int32_t large[] = {1, INT32_MAX};
  labels.ids = large;
  labels.count = 2;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'classes->ids[1]' is 2147483647", slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  labels.count = 0;
  FAILS(SLOWFAST_BAD_CONTENT, "'classes': expected labels, found none", slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  labels.count = INT64_MAX;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'classes->count' is", slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  truth.video_count = INT64_MAX;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'ground_truth->video_count' is", slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  truth.video_count = 2;
  truth.count = 0;
  labels.count = 1;
  FAILS(SLOWFAST_BAD_CONTENT, "expected rows of ground truth", slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  truth.count = 1;
  const int32_t twice[] = {1, 1};
  labels.ids = twice;
  labels.count = 2;
  FAILS(SLOWFAST_BAD_CONTENT, "id 1 is both", slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  labels.count = 1;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'classes' is NULL", slowfast_evaluate(&truth, &found, NULL, NULL, &options, &result, NULL, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'result' is NULL", slowfast_evaluate(&truth, &found, &labels, NULL, NULL, NULL, NULL, &message));
  labels.file = "nowhere.pbtxt";
  FAILS(SLOWFAST_BAD_FILE, "'nowhere.pbtxt' does not exist", slowfast_evaluate(&truth, &found, &labels, NULL, NULL, &result, NULL, &message));
  // Without a place for the message the status says enough.
  EXPECT(slowfast_evaluate(&truth, &found, &labels, NULL, NULL, &result, NULL, NULL) == SLOWFAST_BAD_FILE, "status");
  truth.count = -1;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'ground_truth->count' is -1",
        slowfast_evaluate(&truth, &found, &labels, NULL, &options, &result, NULL, &message));
  EXPECT(result == NULL, "a call that failed has written a result");
}

static void check_calls(void) {
  EXPECT(slowfast_api_version() == SLOWFAST_API_VERSION, "%d", slowfast_api_version());
  EXPECT(strcmp(slowfast_version(), EXPECTED_VERSION) == 0, "%s, expected " EXPECTED_VERSION, slowfast_version());
  EXPECT(strlen(slowfast_kernels()) > 0, "no kernels");
  slowfast_free(NULL);
  slowfast_model_close(NULL);
  EXPECT(strcmp(slowfast_model_notices(NULL), "") == 0, "notices of no model");
  float score = 0;
  double box[4] = {0};
  slowfast_frames frames = {0};
  slowfast_model *model = NULL;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'model' is NULL", slowfast_model_open("x", NULL, NULL, NULL, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'config' is NULL", slowfast_model_open(NULL, NULL, NULL, &model, &message));
  FAILS(SLOWFAST_BAD_FILE, "'nowhere.yaml' does not exist", slowfast_model_open("nowhere.yaml", NULL, NULL, &model, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'model' is NULL", slowfast_model_get_info(NULL, NULL, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'model' is NULL", slowfast_detect(NULL, &frames, 0, box, 1, 0, &score, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'model' is NULL", slowfast_classify(NULL, &frames, &score, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'model' is NULL", slowfast_forward(NULL, &score, 1, 1, 1, 1, 1, NULL, 0, &score, &message));
  EXPECT(model == NULL, "a call that failed has written something");
}

struct detection {
  slowfast_model *model;
  const slowfast_frames *frames;
  const double *boxes;
  float *scores;
  slowfast_status status;
};

static void *detect(void *context) {
  struct detection *own = context;
  for (int i = 0; i < 3; i++) own->status = slowfast_detect(own->model, own->frames, 25, own->boxes, 2, 1, own->scores, NULL);
  return NULL;
}

// Scores two boxes of a video's frames in every way that frames can lie in memory; all must have the same scores, which are saved.
static void check_detection(char **arguments) {
  const char *config = arguments[0], *weights = arguments[1], *output = arguments[6];
  const int64_t count = atoll(arguments[3]), height = atoll(arguments[4]), width = atoll(arguments[5]);
  size_t bytes = 0;
  uint8_t *bgr = loaded(arguments[2], &bytes);
  EXPECT(bytes == (size_t)(count * height * width * 3), "%zu bytes", bytes);
  char *message = NULL;
  slowfast_model *model = NULL;
  const char *overrides[] = {"TEST.BATCH_SIZE", "1"};
  slowfast_model_options options = {0};
  options.size = sizeof options;
  options.threads = 2;
  options.overrides = overrides;
  options.override_count = 2;
  EXPECT(slowfast_model_open(config, weights, &options, &model, &message) == SLOWFAST_OK, "%s", message);
  if (model == NULL) return;
  slowfast_model_info info = {0};
  info.size = sizeof info;
  EXPECT(slowfast_model_get_info(model, &info, &message) == SLOWFAST_OK, "%s", message);
  EXPECT(info.classes == 80 && info.scores_boxes == 1 && info.frames == 8 && info.sampling_rate == 4 && info.channels == 3,
         "%lld classes, %lld frames", (long long)info.classes, (long long)info.frames);
  const size_t size = 2 * (size_t)info.classes;
  float *scores = malloc(size * sizeof(float)), *again = malloc(size * sizeof(float));
  const double fractions[] = {0.1, 0.1, 0.5, 0.9, 0.2, 0.1, 0.6, 0.9};
  slowfast_frames frames = {sizeof frames, bgr, count, height, width, 0, 0, 0, 1, 25};
  EXPECT(slowfast_detect(model, &frames, 25, fractions, 2, 1, scores, &message) == SLOWFAST_OK, "%s", message);
  saved(output, scores, size * sizeof(float));

  // RGB in four bytes a pixel, rows and frames apart, from the last frame to the first.
  const int64_t pixel = 4, row = width * pixel + 24, frame = height * row + 100;
  uint8_t *rgba = malloc((size_t)(frame * count));
  memset(rgba, 0xEE, (size_t)(frame * count));
  for (int64_t f = 0; f < count; f++)
    for (int64_t y = 0; y < height; y++)
      for (int64_t x = 0; x < width; x++)
        for (int64_t c = 0; c < 3; c++)
          rgba[(count - 1 - f) * frame + y * row + x * pixel + c] = bgr[((f * height + y) * width + x) * 3 + 2 - c];
  slowfast_frames strided = {sizeof strided, rgba + (count - 1) * frame, count, height, width, -frame, row, pixel, 0, 25};
  // Upside down, and mirrored: the strides of rows and frames are those without gaps.
  uint8_t *turned = malloc(bytes);
  for (int mirrored = 0; mirrored < 2; mirrored++) {
    for (int64_t f = 0; f < count; f++)
      for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++)
          memcpy(turned + ((f * height + (mirrored ? y : height - 1 - y)) * width + (mirrored ? width - 1 - x : x)) * 3,
                 bgr + ((f * height + y) * width + x) * 3, 3);
    slowfast_frames other = frames;
    other.pixels = turned + (mirrored ? width - 1 : (height - 1) * width) * 3;
    if (mirrored) other.pixel_stride = -3;
    else other.row_stride = -width * 3;
    EXPECT(slowfast_detect(model, &other, 25, fractions, 2, 1, again, &message) == SLOWFAST_OK, "%s", message);
    EXPECT(memcmp(scores, again, size * sizeof(float)) == 0, "%s frames have other scores", mirrored ? "mirrored" : "upturned");
  }
  free(turned);
  double pixels[8];
  for (int i = 0; i < 8; i++) pixels[i] = fractions[i] * (double)(i % 2 == 0 ? width : height);
  EXPECT(slowfast_detect(model, &strided, 25, fractions, 2, 1, again, &message) == SLOWFAST_OK, "%s", message);
  EXPECT(memcmp(scores, again, size * sizeof(float)) == 0, "strided frames have other scores");
  EXPECT(slowfast_detect(model, &frames, 25, pixels, 2, 0, again, &message) == SLOWFAST_OK, "%s", message);
  float gap = 0;
  for (size_t i = 0; i < size; i++) gap = fmaxf(gap, fabsf(scores[i] - again[i]));
  EXPECT(gap < 1e-6f, "boxes in pixels have scores that differ by %g", gap);
  EXPECT(slowfast_detect(model, &frames, 25, NULL, 0, 0, NULL, &message) == SLOWFAST_OK, "%s", message);

  // Side by side with one model.
  struct detection both[2];
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    both[i] = (struct detection){model, i == 0 ? &frames : &strided, fractions, malloc(size * sizeof(float)), SLOWFAST_OK};
    pthread_create(&threads[i], NULL, detect, &both[i]);
  }
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    EXPECT(both[i].status == SLOWFAST_OK && memcmp(scores, both[i].scores, size * sizeof(float)) == 0, "thread %d", i);
    free(both[i].scores);
  }

  FAILS(SLOWFAST_BAD_ARGUMENT, "'key_frame' is -1 of", slowfast_detect(model, &frames, -1, fractions, 2, 1, again, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "give pixels", slowfast_detect(model, &frames, 1, (double[]){0, 0, 1e6, 9}, 1, 0, again, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "give fractions", slowfast_detect(model, &frames, 1, pixels, 2, 1, again, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "inverted", slowfast_detect(model, &frames, 1, (double[]){0.5, 0, 0.2, 1}, 1, 1, again, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "'scores' is NULL", slowfast_detect(model, &frames, 1, fractions, 2, 1, NULL, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "box 1 is [-0.1, 0.1, 0.5, 1.05], fractions where pixels of frames of",
        slowfast_detect(model, &frames, 1, (double[]){5, 5, 50, 60, -0.1, 0.1, 0.5, 1.05}, 2, 0, again, &message));
  FAILS(SLOWFAST_BAD_CONTENT, "slowfast_classify: this model scores boxes (DETECTION.ENABLE is True), not whole clips -> call slowfast_detect",
        slowfast_classify(model, &frames, again, &message));
  FAILS(SLOWFAST_BAD_CONTENT, "channels", slowfast_forward(model, scores, 1, 2, 1, 2, 2, (float[]){0, 0, 0, 1, 1}, 1, again, &message));
  FAILS(SLOWFAST_BAD_ARGUMENT, "beside the frame", slowfast_detect(model, &frames, 1, (double[]){1.5, 0, 1.8, 1}, 1, 1, again, &message));
  const int64_t far[] = {INT64_MAX, INT64_MIN, 1LL << 45};
  for (int i = 0; i < 3; i++) {
    slowfast_frames odd = frames;
    odd.row_stride = far[i];
    FAILS(SLOWFAST_BAD_ARGUMENT, "strides", slowfast_detect(model, &odd, 1, fractions, 2, 1, again, &message));
    odd.row_stride = 0;
    odd.pixel_stride = far[i];
    FAILS(SLOWFAST_BAD_ARGUMENT, "strides", slowfast_detect(model, &odd, 1, fractions, 2, 1, again, &message));
  }
  frames.frames_per_second = 1e-300;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'frames->frames_per_second' is 1e-300", slowfast_detect(model, &frames, 1, fractions, 2, 1, again, &message));
  frames.frames_per_second = -1;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'frames->frames_per_second' is -1", slowfast_detect(model, &frames, 1, fractions, 2, 1, again, &message));
  frames.frames_per_second = 0;
  frames.height = 0;
  FAILS(SLOWFAST_BAD_ARGUMENT, "the frames are", slowfast_detect(model, &frames, 1, fractions, 2, 1, again, &message));
  slowfast_model_close(model);

  FAILS(SLOWFAST_BAD_CONTENT, "did you mean TEST.BATCH_SIZE",
        (overrides[0] = "TEST.BATCHSIZE", slowfast_model_open(config, weights, &options, &model, &message)));
  options.override_count = 1;
  FAILS(SLOWFAST_BAD_ARGUMENT, "pairs", slowfast_model_open(config, weights, &options, &model, &message));
  options.override_count = 0;
  options.random_weights = 1;
  FAILS(SLOWFAST_BAD_ARGUMENT, "'weights' and 'options->random_weights' exclude each other",
        slowfast_model_open(config, weights, &options, &model, &message));
  options.random_weights = 0;
  options.calibration = "nowhere.json";
  FAILS(SLOWFAST_BAD_ARGUMENT, "'options->calibration' is for the precision int8, not for fp32",
        slowfast_model_open(config, weights, &options, &model, &message));
  options.precision = "int8";
  options.random_weights = 1;
  FAILS(SLOWFAST_BAD_CONTENT, "'nowhere.json': a calibration is of weights, and these are random",
        slowfast_model_open(config, NULL, &options, &model, &message));
  options.random_weights = 0;
  options.precision = "fp64";
  FAILS(SLOWFAST_BAD_ARGUMENT, "'fp64'", slowfast_model_open(config, weights, &options, &model, &message));
  free(scores);
  free(again);
  free(bgr);
  free(rgba);
}

// One clip of whole frames: the saved scores are compared with the program's.
static void check_classification(char **arguments) {
  const int64_t count = atoll(arguments[3]), height = atoll(arguments[4]), width = atoll(arguments[5]);
  size_t bytes = 0;
  uint8_t *bgr = loaded(arguments[2], &bytes);
  char *message = NULL;
  slowfast_model *model = NULL;
  EXPECT(slowfast_model_open(arguments[0], arguments[1], NULL, &model, &message) == SLOWFAST_OK, "%s", message);
  if (model == NULL) return;
  slowfast_model_info info = {0};
  info.size = sizeof info;
  EXPECT(slowfast_model_get_info(model, &info, &message) == SLOWFAST_OK && info.scores_boxes == 0, "%s", message);
  EXPECT(count >= info.frames, "%lld frames", (long long)count);
  float *scores = malloc((size_t)info.classes * sizeof(float));
  slowfast_frames frames = {sizeof frames, bgr, info.frames, height, width, 0, 0, 0, 1, 0};
  EXPECT(slowfast_classify(model, &frames, scores, &message) == SLOWFAST_OK, "%s", message);
  float sum = 0;
  for (int64_t c = 0; c < info.classes; c++) sum += scores[c];
  EXPECT(fabsf(sum - 1) < 1e-4f, "probabilities of sum %g", sum);
  saved(arguments[6], scores, (size_t)info.classes * sizeof(float));
  frames.count = info.frames - 1;
  FAILS(SLOWFAST_BAD_CONTENT, "frames", slowfast_classify(model, &frames, scores, &message));
  frames.count = info.frames;
  FAILS(SLOWFAST_BAD_CONTENT, "slowfast_detect: this model scores whole clips (DETECTION.ENABLE is False), not boxes -> call slowfast_classify",
        slowfast_detect(model, &frames, 0, (double[]){0, 0, 1, 1}, 1, 1, scores, &message));
  slowfast_model_close(model);
  free(scores);
  free(bgr);
}

// The text of an evaluation of files, with all that can be asked.
static void check_files(char **arguments) {
  slowfast_evaluation_options options = {0};
  options.size = sizeof options;
  options.explain = 1;
  options.bootstrap = 20;
  options.seed = 3;
  slowfast_rows truth = {0}, found = {0}, excluded = {0};
  truth.size = found.size = excluded.size = sizeof truth;
  truth.file = arguments[0];
  found.file = arguments[1];
  excluded.file = arguments[3];
  slowfast_classes labels = {sizeof labels, arguments[2], 0, NULL, NULL};
  char *result = NULL, *notices = NULL, *message = NULL;
  EXPECT(slowfast_evaluate(&truth, &found, &labels, &excluded, &options, &result, &notices, &message) == SLOWFAST_OK, "%s",
         message);
  if (result == NULL) return;
  saved(arguments[4], result, strlen(result));
  saved(arguments[5], notices, strlen(notices));
  slowfast_free(result);
  slowfast_free(notices);
}

int main(int count, char **arguments) {
  const char *what = count > 1 ? arguments[1] : "";
  if (strcmp(what, "calls") == 0) {
    check_calls();
    check_roi_align();
    check_rows();
  } else if (strcmp(what, "detect") == 0 && count == 9) {
    check_detection(arguments + 2);
  } else if (strcmp(what, "classify") == 0 && count == 9) {
    check_classification(arguments + 2);
  } else if (strcmp(what, "files") == 0 && count == 8) {
    check_files(arguments + 2);
  } else {
    fprintf(stderr, "usage: library_test calls | detect ... | classify ... | files ...\n");
    return 64;
  }
  return failures == 0 ? 0 : 1;
}
