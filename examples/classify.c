/* Says which class a clip is of; here its frames are drawn: a bright bar that moves.
 *
 * usage: classify MODEL.yaml MODEL.pyth */
#include "slowfast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(char *message) {
  fprintf(stderr, "classify: %s\n", message);
  slowfast_free(message);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: classify MODEL.yaml MODEL.pyth\n");
    return 64;
  }
  char *message = NULL;
  slowfast_model *model = NULL;
  if (slowfast_model_open(arguments[1], arguments[2], NULL, &model, &message) != SLOWFAST_OK) return failed(message);
  slowfast_model_info info = {.size = sizeof info};
  slowfast_model_get_info(model, &info, NULL);

  const int64_t height = 120, width = 160, frame = height * width * 3;
  uint8_t *pixels = calloc((size_t)info.frames, (size_t)frame);
  float *scores = malloc((size_t)info.classes * sizeof *scores);
  if (pixels == NULL || scores == NULL) return 1;
  for (int64_t t = 0; t < info.frames; t++)
    for (int64_t y = 0; y < height; y++) memset(pixels + t * frame + (y * width + 10 * t) * 3, 255, 20 * 3);

  const slowfast_frames frames = {
      .size = sizeof frames, .pixels = pixels, .count = info.frames, .height = height, .width = width};
  if (slowfast_classify(model, &frames, scores, &message) != SLOWFAST_OK) return failed(message);
  int64_t best = 0;
  for (int64_t c = 1; c < info.classes; c++)
    if (scores[c] > scores[best]) best = c;
  printf("class %lld: %.3f\n", (long long)best, scores[best]);
  free(pixels);
  free(scores);
  slowfast_model_close(model);
  return 0;
}
