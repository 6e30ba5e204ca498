public import Clips
public import Configuration
internal import Files
internal import ImageFiles
public import Imaging
internal import Inference
internal import JSON
public import Runs
internal import Video
public import VideoLists
internal import Wording

/// ImageNet, and every data set of pictures in a folder for each class (`TEST.DATASET imagenet`).
public struct ImageNet: ClipDataset {
  public static let name = "imagenet"

  public let list: VideoList
  public let views: ClipViews
  public let sampling: any ClipSampling
  public let thing = RunIdentity.Thing.frames
  public let listFiles: [String]
  public let notices: [String]
  private let config: Configuration
  private let folder: String

  public init(_ config: Configuration) throws {
    self.config = config
    try ClassificationError.requireSingleLabel(config)
    var notices: [String] = []
    if ClipViews.clipCounts(config) != [1] || config[.testNumSpatialCrops] != 1 {
      notices.append(
        "pictures are scored in one view each, whatever TEST.NUM_ENSEMBLE_VIEWS and TEST.NUM_SPATIAL_CROPS say")
    }
    let middle = try Self.middle(config)
    views = ClipViews(clips: [1], shortSide: middle.shortSide, crops: [middle.crop], config)
    sampling = StridedClips(frames: config[.dataNumFrames], rate: config[.dataSamplingRate])
    let preloaded = config[.dataPathToPreloadImdb]
    if preloaded.isEmpty {
      folder = joinPath(config[.dataPathToDataDir], "test")
      listFiles = []
      let found = try Self.pictures(in: folder, config)
      list = found.list
      if !found.others.isEmpty {
        notices.append(
          "\(counted(found.others.count, "file")) in the folders of '\(folder)' passed over, whose names end as no picture's do: "
            + "\(listed(found.others.prefix(3).map { "'\($0)'" })) -> give pictures one of \(series(Self.endings, "or"))"
        )
      }
      if found.classes < config[.modelNumClasses] {
        notices.append(
          "'\(folder)' has \(counted(found.classes, "folder")), and the network scores \(config[.modelNumClasses]) classes: "
            + "folders are counted from 0 in the order of their names -> for a part of a data set make the other folders "
            + "too, empty, or name the classes in DATA.PATH_TO_PRELOAD_IMDB")
      }
    } else {
      folder = ""
      let path = joinPath(preloaded, "test.json")
      listFiles = [path]
      list = try Self.preloaded(path, config)
    }
    self.notices = notices
  }

  public static func preprocessing(_ config: Configuration, _ view: View) -> Preprocessing {
    WholeClips.imagenet.preprocessing(config, view)
  }

  public static func middle(_ config: Configuration) throws(ClassificationError) -> View {
    if let view = WholeClips.imagenet.middle(config) { return view }
    throw .unsupported(
      config.cite(.dataInValCropRatio), "the crop of a picture is 0.01 to 1 times its short side",
      "set DATA.IN_VAL_CROP_RATIO 0.875, as the published ones were tested")
  }

  public func path(of video: String) -> String { joinPath(folder, video) }

  public func fingerprint(of video: String, counting: (any FrameSource) -> Set<Int>) -> String? {
    try? "1: " + listedFileFingerprint(path(of: video), doing: "reading a picture")
  }

  public func open(_ video: String) throws -> any FrameSource {
    try ImageFrames(name: video, paths: [path(of: video)], framesPerSecond: 1)
  }

  /// The pictures of all folders of classes, in the order of their names.
  ///
  /// - Returns: Beside them the other files.
  private static func pictures(
    in folder: String, _ config: Configuration
  ) throws -> (list: VideoList, classes: Int, others: [String]) {
    let parent = config[.dataPathToDataDir]
    let names: [String]
    do {
      names = try listFolder(folder)
    } catch {
      throw ClassificationError.noList(
        keys: [config.cite(.dataPathToDataDir)], reason: withoutAdvice(error),
        advice: isFolder(joinPath(parent, "val"))
          ? "link its folder val to that name: tests read the folder test, as PySlowFast's do"
          : "set DATA.PATH_TO_DATA_DIR to the folder of 'test', which has a folder for each class")
    }
    let folders = names.filter { isFolder(joinPath(folder, $0)) }
    let numbered = folders.filter { $0.wholeMatch(of: /n[0-9]+/) != nil }
    let classes = numbered.isEmpty ? folders : numbered
    if classes.count > config[.modelNumClasses] {
      throw ClassificationError.noList(
        keys: [config.cite(.dataPathToDataDir), config.cite(.modelNumClasses)],
        reason:
          "'\(folder)' has \(classes.count) folders of classes, and the network scores \(config[.modelNumClasses])",
        advice: "give the pictures of the weights' data set, or set MODEL.NUM_CLASSES to that of the weights")
    }
    var videos: [VideoList.Video] = []
    var others: [String] = []
    for (number, name) in classes.enumerated() {
      for file in try listFolder(joinPath(folder, name)) {
        if isPicture(file) {
          videos.append(VideoList.Video(name: "\(name)/\(file)", labels: [number]))
        } else {
          others.append("\(name)/\(file)")
        }
      }
    }
    if videos.isEmpty {
      let found = others.first.map { ", but \(counted(others.count, "other file")) such as '\($0)'" } ?? ""
      throw ClassificationError.noList(
        keys: [config.cite(.dataPathToDataDir)], reason: "there is no picture in the folders of '\(folder)'\(found)",
        advice: "make a folder for each class there, with its pictures (\(series(endings, "or")))")
    }
    return (VideoList(path: folder, videos: videos), classes.count, others)
  }

  /// How the names of pictures end. Of these some forms are not read here: such a picture is damaged, not passed over.
  private static let endings = [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"]

  private static func isPicture(_ name: String) -> Bool {
    let name = name.lowercased()
    return !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) }
  }

  /// The pictures of a list as the reference keeps it: an array of objects with 'im_path' and 'class'.
  private static func preloaded(_ path: String, _ config: Configuration) throws -> VideoList {
    func fault(_ entry: String?, _ found: String) -> VideoListError {
      .entry(
        path: path, entry: entry, found: found,
        advice: "write an array of objects: {\"im_path\": \"n01440764/1.JPEG\", \"class\": 0}")
    }
    let bytes: [UInt8]
    do {
      bytes = try readFile(path, doing: "reading the list of pictures")
    } catch {
      throw ClassificationError.noList(
        keys: [config.cite(.dataPathToPreloadImdb)], reason: withoutAdvice(error),
        advice: "set DATA.PATH_TO_PRELOAD_IMDB to the folder of test.json, or '' to take the folders of classes")
    }
    let value: JSONValue
    do {
      value = try JSONReader.read(bytes, limits: JSONReader.Limits(size: 1 << 30))
    } catch {
      throw fault(error.place(in: bytes), error.found)
    }
    guard case .array(let entries) = value else { throw fault(nil, "expected an array") }
    if entries.isEmpty { throw VideoListError.empty(path: path) }
    let videos = try entries.enumerated().map { number, entry in
      guard case .string(let name) = entry["im_path"] else {
        throw fault("entry \(number + 1), 'im_path'", "\(entry["im_path"]?.text ?? "it is not there"), expected a text")
      }
      guard case .number(let text) = entry["class"], let label = text.int,
        (0..<config[.modelNumClasses]).contains(label)
      else {
        throw fault(
          "entry \(number + 1) ('\(name)')",
          "'class' is \(entry["class"]?.text ?? "not there"), expected 0 to \(config[.modelNumClasses] - 1) "
            + "(MODEL.NUM_CLASSES)")
      }
      return VideoList.Video(name: name, labels: [label])
    }
    return VideoList(path: path, videos: videos)
  }
}
