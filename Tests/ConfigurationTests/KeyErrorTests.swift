import Configuration
import TestSupport
import Testing

/// A change to the two-pathway AVA config that cannot work, and what the message must hold.
private let impossible: [(overrides: [String], texts: [String])] = [
  (["DATA.MEAN", "[0.1, 0.2]"], ["DATA.MEAN must be three finite numbers"]),
  (["DATA.STD", "[0.1, 0.2, 0]"], ["DATA.STD must be three positive numbers"]),
  (["DATA.TRAIN_JITTER_SCALES", "[]"], ["DATA.TRAIN_JITTER_SCALES must be a list, not empty"]),
  (["DATA.NUM_FRAMES", "0"], ["DATA.NUM_FRAMES must be from 1 to"]),
  (["DATA.NUM_FRAMES", "9223372036854775807"], ["DATA.NUM_FRAMES must be from 1 to"]),
  (["RESNET.WIDTH_PER_GROUP", "-64"], ["RESNET.WIDTH_PER_GROUP must be from 1 to"]),
  (["TEST.NUM_ENSEMBLE_VIEWS", "0"], ["TEST.NUM_ENSEMBLE_VIEWS must be at least 1, or -1"]),
  (["TEST.NUM_SPATIAL_CROPS", "4"], ["TEST.NUM_SPATIAL_CROPS must be from 1 to 3"]),
  (
    ["AVA.TEST_SCALES", "[224, 256, 224]"],
    ["AVA.TEST_SCALES must be a list of different ints from 32 to 16384, found [224, 256, 224]"]
  ),
  (["AVA.TEST_SCALES", "[0]"], ["must be a list of different ints from 32 to 16384, found [0]"]),
  (["AVA.TEST_SCALES", "[-224, 256]"], ["must be a list of different ints from 32 to 16384, found [-224, 256]"]),
  (["AVA.TEST_SCALES", "[99999]"], ["must be a list of different ints from 32 to 16384, found [99999]"]),
  (["AVA.TEST_SPATIAL_CROPS", "2"], ["AVA.TEST_SPATIAL_CROPS must be 1 or 3, found 2"]),
  (["TEST.CHECKPOINT_TYPE", "caffe"], ["must be pytorch or caffe2, found 'caffe'", "did you mean caffe2?"]),
  (["DATA.ENSEMBLE_METHOD", "mean"], ["must be sum or max, found 'mean'", "-> give sum or max"]),
  (["DATA.PATH_LABEL_SEPARATOR", ""], ["DATA.PATH_LABEL_SEPARATOR must be at least one character"]),
]

/// Overrides that are no overrides.
private let badOverrides: [(overrides: [String], texts: [String])] = [
  (["DATA.NUM_FRAME", "8"], ["there is no key DATA.NUM_FRAME (given as KEY VALUE) -> did you mean DATA.NUM_FRAMES?"]),
  (["data.num_frames", "8"], ["did you mean DATA.NUM_FRAMES?"]),
  (["NUM_FRAMES", "8"], ["did you mean DATA.NUM_FRAMES?"]),
  (["DATA.NUM_CLASSES", "8"], ["did you mean MODEL.NUM_CLASSES?"]),
  (
    ["zzzzzzzzzzzzzzzz", "8"],
    ["there is no key zzzzzzzzzzzzzzzz", "no key of that name", "check its spelling and its section"]
  ),
  (["DATA", "8"], ["DATA must be a section of keys, found a string '8'"]),
  (["DATA.NUM_FRAMES"], ["KEY VALUE pairs, but 'DATA.NUM_FRAMES' has no value"]),
  (["DATA.NUM_FRAMES", "8", "extra"], ["KEY VALUE pairs, but 'extra' has no value"]),
  (["OUTPUT_DIR", "123"], ["OUTPUT_DIR must be a string, found an int '123'", "write OUTPUT_DIR '\"123\"'"]),
  (["DATA.NUM_FRAMES", "8.0"], ["DATA.NUM_FRAMES must be an int, found a float '8.0'", "write DATA.NUM_FRAMES 8"]),
  (["AVA.TEST_PREDICT_BOX_LISTS", "a.csv"], ["must be a list of strings, found a string 'a.csv'", "\"['a.csv']\""]),
  (
    ["AVA.TEST_PREDICT_BOX_LISTS", "['a', 3]"],
    ["element [1] of AVA.TEST_PREDICT_BOX_LISTS must be a string, found an int 3"]
  ),
  (["DATA.MEAN", "[0.1, x, 0.2]"], ["DATA.MEAN must be a list of numbers, found a string '[0.1, x, 0.2]'"]),
  (
    ["RESNET.SPATIAL_STRIDES", "[1, 2, 2, 2]"],
    ["element [0] of RESNET.SPATIAL_STRIDES must be a list of ints, found an int 1"]
  ),
  (
    ["NONLOCAL.LOCATION", "[[[0.5]], [[]], [[]], [[]]]"],
    ["element [0][0][0] of NONLOCAL.LOCATION must be an int, found a float 0.5"]
  ),
  (["AVA.TEST_SCALES", "256"], ["AVA.TEST_SCALES must be a list of ints, found an int '256'"]),
  (["AVA.TEST_SCALES", "[1.0, 1.25]"], ["element [0] of AVA.TEST_SCALES must be an int, found a float 1.0"]),
  (["AVA.TEST_FLIP", "both"], ["AVA.TEST_FLIP must be a bool", "write AVA.TEST_FLIP True or False"]),
  (["AVA.TEST_SPATIAL_CROPS", "three"], ["AVA.TEST_SPATIAL_CROPS must be an int"]),
  (["AVA.TEST_SCALE", "[224]"], ["there is no key AVA.TEST_SCALE", "did you mean AVA.TEST_SCALES?"]),
  (["DATA.MEAN", "{1: 2}"], ["DATA.MEAN must be a list of numbers, found a dict or set"]),
]

@Suite struct KeyErrorTests {
  @Test(arguments: impossible) func impossibleCombinations(overrides: [String], texts: [String]) {
    check(overrides, texts)
  }

  @Test(arguments: badOverrides) func overridesThatAreNone(overrides: [String], texts: [String]) {
    check(overrides, texts)
  }

  private func check(_ overrides: [String], _ texts: [String]) {
    do {
      _ = try Configuration.load(path: slowfastPath, overrides: overrides)
      Issue.record("\(overrides) loaded")
    } catch {
      for text in texts { #expect("\(error)".contains(text), "\(error)") }
      #expect("\(error)".contains(" -> "))
    }
  }

  @Test(arguments: [
    (
      "DATA:\n  NUM_FRAME: 8\n", "there is no key DATA.NUM_FRAME (line 2 of test.yaml) -> did you mean DATA.NUM_FRAMES?"
    ),
    ("DAT:\n  NUM_FRAMES: 8\n", "there is no key DAT (line 1 of test.yaml) -> did you mean DATA?"),
    ("DATA.NUM_FRAMES: 8\n", "-> in YAML, write NUM_FRAMES indented under DATA:"),
    ("TENSORBOARD:\n  HISTOGRAM:\n    TOP: 1\n", "there is no key TENSORBOARD.HISTOGRAM.TOP (line 3"),
    ("PREFETCH:\n  OTHER: 1\n", "there is no key PREFETCH.OTHER (line 2"),
    ("DATA: 5\n", "DATA must be a section of keys, found an int 5 (line 1 of test.yaml)"),
    (
      "DATA:\n  NUM_FRAMES:\n    A: 1\n",
      "DATA.NUM_FRAMES must be an int, found a section of keys (line 2 of test.yaml)"
    ),
    ("DATA:\n  NUM_FRAMES: 8.0\n", "found a float 8.0 (line 2 of test.yaml) -> write NUM_FRAMES: 8"),
    ("OUTPUT_DIR: 2020-01-31\n", "found a date 2020-01-31 (line 1 of test.yaml) -> write OUTPUT_DIR: '2020-01-31'"),
    (
      "TEST:\n  ENABLE: 1\n",
      "TEST.ENABLE must be a bool, found an int 1 (line 2 of test.yaml) -> write ENABLE: True or False"
    ),
  ])
  func errorsNameKeyLineAndRemedy(yaml: String, text: String) {
    #expect(failure(yaml).contains(text), "\(failure(yaml))")
  }
}
