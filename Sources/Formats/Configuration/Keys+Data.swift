// The keys of the data and how a clip is made from it that this program reads: those of `Schema+Data.swift` that have a type.

extension Key<Bool> {
  public static let dataReverseInputChannel = Key("DATA.REVERSE_INPUT_CHANNEL", false)
  public static let avaBgr = Key("AVA.BGR", false)
  public static let avaTestForceFlip = Key("AVA.TEST_FORCE_FLIP", false)
}

extension Key<Int> {
  public static let dataNumFrames = Key("DATA.NUM_FRAMES", 8)
  public static let dataSamplingRate = Key("DATA.SAMPLING_RATE", 8)
  public static let dataTrainCropSize = Key("DATA.TRAIN_CROP_SIZE", 224)
  public static let dataTestCropSize = Key("DATA.TEST_CROP_SIZE", 256)
}

extension Key<Double> {
  public static let avaDetectionScoreThresh = Key("AVA.DETECTION_SCORE_THRESH", 0.9).ofResults(.boxes)
}

extension Key<String> {
  public static let avaFrameDir = Key("AVA.FRAME_DIR", "/mnt/fair-flash3-east/ava_trainval_frames.img/")
  public static let avaFrameListDir = Key(
    "AVA.FRAME_LIST_DIR", "/mnt/vol/gfsai-flash3-east/ai-group/users/haoqifan/ava/frame_list/")
  public static let avaAnnotationDir = Key(
    "AVA.ANNOTATION_DIR", "/mnt/vol/gfsai-flash3-east/ai-group/users/haoqifan/ava/frame_list/"
  ).ofResults(.boxes)
  public static let avaLabelMapFile = Key("AVA.LABEL_MAP_FILE", "ava_action_list_v2.2_for_activitynet_2019.pbtxt")
    .ofResults(.boxes)
  public static let avaExclusionFile = Key("AVA.EXCLUSION_FILE", "ava_val_excluded_timestamps_v2.2.csv").ofResults(
    .boxes)
  public static let avaGroundtruthFile = Key("AVA.GROUNDTRUTH_FILE", "ava_val_v2.2.csv").ofResults(.boxes)
  public static let avaImgProcBackend = Key("AVA.IMG_PROC_BACKEND", "cv2")
}

extension Key<[String]> {
  public static let avaTestLists = Key("AVA.TEST_LISTS", ["val.csv"])
  public static let avaTestPredictBoxLists = Key("AVA.TEST_PREDICT_BOX_LISTS", ["ava_val_predicted_boxes.csv"])
}

extension Key<[Int]> {
  public static let dataInputChannelNum = Key("DATA.INPUT_CHANNEL_NUM", [3, 3])
}

extension Key<[Double]> {
  public static let dataMean = Key("DATA.MEAN", [0.45, 0.45, 0.45])
  public static let dataStd = Key("DATA.STD", [0.225, 0.225, 0.225])
}
