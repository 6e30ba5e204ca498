import Configuration
import TestSupport
import Testing

/// A change to the two-pathway AVA config that cannot work, and what the message must hold.
private let impossible: [(overrides: [String], texts: [String])] = [
  (
    ["DATA.NUM_FRAMES", "30"],
    ["DATA.NUM_FRAMES 30 (given as KEY VALUE)", "SLOWFAST.ALPHA 4 (line ", "a multiple of 4"]
  ),
  (["SLOWFAST.BETA_INV", "7"], ["RESNET.WIDTH_PER_GROUP 64 (line ", "SLOWFAST.BETA_INV 7"]),
  (["SLOWFAST.FUSION_CONV_CHANNEL_RATIO", "16"], ["SLOWFAST.FUSION_CONV_CHANNEL_RATIO 16"]),
  (["SLOWFAST.FUSION_KERNEL_SZ", "4"], ["SLOWFAST.FUSION_KERNEL_SZ must be odd"]),
  (["RESNET.NUM_GROUPS", "3"], ["RESNET.NUM_GROUPS 3", "make the width a multiple of 3"]),
  (["RESNET.DEPTH", "34"], ["RESNET.DEPTH must be 18, 50 or 101, found 34"]),
  (
    ["RESNET.DEPTH", "18"],
    ["3 blocks of res2 are to have temporal kernels, but it has 2", "RESNET.NUM_BLOCK_TEMP_KERNEL"]
  ),
  (
    ["MODEL.ARCH", "slow"], ["MODEL.ARCH 'slow'", "MODEL.MODEL_NAME 'SlowFast' (line ", "set MODEL.MODEL_NAME ResNet"]
  ),
  (["MODEL.ARCH", "slowfst"], ["did you mean MODEL.ARCH slowfast?"]),
  (["MODEL.MODEL_NAME", "SlowFats"], ["must be a model of PySlowFast, found 'SlowFats'", "did you mean SlowFast?"]),
  (["MODEL.MODEL_NAME", "ResNet"], ["MODEL.ARCH 'slowfast' (line ", "set MODEL.MODEL_NAME SlowFast"]),
  (
    ["MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow"],
    ["res2 has 2 pathways in RESNET.NUM_BLOCK_TEMP_KERNEL, the model 1"]
  ),
  (["MODEL.HEAD_ACT", "sigmod"], ["must be softmax, sigmoid or none, found 'sigmod'", "did you mean sigmoid?"]),
  (["MODEL.HEAD_ACT", "none"], ["the detection head needs an activation", "DETECTION.ENABLE True (line "]),
  (["DETECTION.ENABLE", "False"], ["AVA's boxes need the detection head", "TEST.DATASET 'ava' (line "]),
  (["RESNET.SPATIAL_STRIDES", "[[1,1],[2,1],[2,2],[1,1]]"], ["the pathways of res3 differ in stride"]),
  (["RESNET.SPATIAL_STRIDES", "[[1,1],[2,2],[1,1]]"], ["RESNET.SPATIAL_STRIDES must be 4 lists", "found 3 lists"]),
  (
    ["RESNET.SPATIAL_DILATIONS", "[[1,1],[1,1],[1],[1,1]]"],
    ["res4 has 1 pathway in RESNET.SPATIAL_DILATIONS, the model 2"]
  ),
  (
    ["RESNET.SPATIAL_DILATIONS", "[[1,1],[1,1],[1,0],[1,1]]"],
    ["element [2][1] of RESNET.SPATIAL_DILATIONS must be from 1"]
  ),
  (["DATA.INPUT_CHANNEL_NUM", "[3]"], ["channels are given for 1 pathway, the model has 2", "[3, 3]"]),
  (["NONLOCAL.LOCATION", "[[[0]],[[]],[[]],[[]]]"], ["res2 has 1 pathway in NONLOCAL.LOCATION"]),
  (
    ["NONLOCAL.LOCATION", "[[[0],[]],[[],[]],[[],[]],[[],[]]]", "NONLOCAL.GROUP", "[[3,1],[1,1],[1,1],[1,1]]"],
    ["cannot split 8 frames into 3 groups"]
  ),
  (
    [
      "NONLOCAL.LOCATION", "[[[],[]],[[],[]],[[1],[]],[[],[]]]", "NONLOCAL.POOL",
      "[[[1,2,2],[1,2,2]],[[1,2,2],[1,2,2]],[[16,2,2],[1,2,2]],[[1,2,2],[1,2,2]]]",
    ], ["pool time by 16 where there are 8 frames"]
  ),
  (
    [
      "NONLOCAL.LOCATION", "[[[],[]],[[],[]],[[1],[]],[[],[]]]", "NONLOCAL.POOL",
      "[[[1,2,2],[1,2,2]],[[1,2,2],[1,2,2]],[[2,2],[1,2,2]],[[1,2,2],[1,2,2]]]",
    ], ["element [2][0] of NONLOCAL.POOL must be three sizes"]
  ),
  (
    ["DETECTION.ENABLE", "False", "TEST.DATASET", "kinetics", "DATA.TEST_CROP_SIZE", "64"],
    ["7x7 places", "leaves 4x4", "DATA.TEST_CROP_SIZE 64", "DATA.TRAIN_CROP_SIZE 224"]
  ),
  (["DATA.MEAN", "[0.1, 0.2]"], ["DATA.MEAN must be three finite numbers"]),
  (["DATA.STD", "[0.1, 0.2, 0]"], ["DATA.STD must be three positive numbers"]),
  (["DATA.TRAIN_JITTER_SCALES", "[]"], ["DATA.TRAIN_JITTER_SCALES must be a list, not empty"]),
  (["DATA.NUM_FRAMES", "0"], ["DATA.NUM_FRAMES must be from 1 to"]),
  (["DATA.NUM_FRAMES", "9223372036854775807"], ["DATA.NUM_FRAMES must be from 1 to"]),
  (["RESNET.WIDTH_PER_GROUP", "-64"], ["RESNET.WIDTH_PER_GROUP must be from 1 to"]),
  (["TEST.NUM_ENSEMBLE_VIEWS", "0"], ["TEST.NUM_ENSEMBLE_VIEWS must be at least 1, or -1"]),
  (["TEST.NUM_SPATIAL_CROPS", "4"], ["TEST.NUM_SPATIAL_CROPS must be from 1 to 3"]),
  (["TEST.CHECKPOINT_TYPE", "caffe"], ["must be pytorch or caffe2, found 'caffe'", "did you mean caffe2?"]),
  (["NONLOCAL.INSTANTIATION", "None"], ["NONLOCAL.INSTANTIATION must be a string, found nothing (null)"]),
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

  @Test func modelsOfLaterVersionsLoad() throws {
    for (name, arch) in [("X3D", "x3d"), ("MViT", "mvit"), ("MaskMViT", "maskmvit"), ("PTVCSN", "csn")] {
      #expect(try load("MODEL: {MODEL_NAME: \(name), ARCH: \(arch)}\n").string("MODEL.MODEL_NAME") == name)
    }
    #expect(try load("MODEL: {MODEL_NAME: ContrastiveModel, ARCH: slow}\n").notices == [])
  }

  @Test func blocksThatDoNotExistAreNamed() throws {
    let configuration = try Configuration.load(
      path: slowfastPath, overrides: ["NONLOCAL.LOCATION", "[[[],[]],[[],[]],[[1,6,13],[]],[[],[]]]"])
    try #require(configuration.notices.count == 1)
    #expect(configuration.notices[0].contains("res4 has 6 blocks, so there is no non-local block after 6, 13"))
  }

  @Test func unknownImageBackEndsAreNamed() throws {
    let configuration = try Configuration.load(path: slowfastPath, overrides: ["AVA.IMG_PROC_BACKEND", "torch"])
    try #require(configuration.notices.count == 1)
    #expect(configuration.notices[0].contains("AVA.IMG_PROC_BACKEND 'torch' (given as KEY VALUE) is neither cv2 nor"))
  }

  @Test func defaultsMayListMorePathwaysThanTheModelHas() throws {
    #expect(try load(slow).ints("DATA.INPUT_CHANNEL_NUM") == [3, 3])
    #expect(
      failure(slow + "DATA: {INPUT_CHANNEL_NUM: [3, 3]}\n").contains(
        "channels are given for 2 pathways, the model has 1"))
  }
}
