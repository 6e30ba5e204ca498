public import Clips
public import Configuration
internal import Files
internal import Inference
public import Imaging
public import Runs
public import VideoLists
internal import Wording

/// A data set whose test scores whole videos: which videos there are and of which classes, where their frames come from,
/// which clips are cut out of them, and how a frame is prepared. One file for each; `ClipDatasets` lists them.
public protocol ClipDataset: Sendable {
  /// What `TEST.DATASET` calls it.
  static var name: String { get }

  /// Reads the lists that a configuration names; no video is opened.
  ///
  /// - Throws: `ClassificationError`, `VideoListError`, `RecordError`, `FileError`.
  init(_ config: Configuration) throws

  var list: VideoList { get }
  var views: ClipViews { get }
  var sampling: any ClipSampling { get }
  /// The files that list videos and classes.
  var listFiles: [String] { get }
  /// What the user should know of them.
  var notices: [String] { get }

  /// How frames are prepared for a view: the order of the channels of means and of the network's input, scaling.
  static func preprocessing(_ config: Configuration, _ view: View) -> Preprocessing
  /// The one view of those who want no more: the middle of the frame.
  ///
  /// - Throws: `ClassificationError` for a crop that is larger than the frame.
  static func middle(_ config: Configuration) throws(ClassificationError) -> View
  /// Where a listed video is: its file, or its first picture.
  func path(of video: String) -> String
  /// The video as a thing that scores depend on.
  var thing: RunIdentity.Thing { get }
  /// The list of pictures that has none of a listed video; nil where there is no such list, or it has some.
  func listLacking(_ video: String) -> String?
  /// What tells the video's content from another one; nil where it cannot be read.
  ///
  /// - Parameter counting: Which frames of a list of pictures count.
  func fingerprint(of video: String, counting: (any FrameSource) -> Set<Int>) -> String?
  /// Opens a video.
  ///
  /// - Throws: `FrameDamage` for one that cannot be read.
  func open(_ video: String) throws -> any FrameSource
}

extension ClipDataset {
  /// The name of the data set.
  public var name: String { Self.name }
  public var notices: [String] { [] }
  public func listLacking(_ video: String) -> String? { nil }

  /// `DATA.TEST_CROP_SIZE` of the first of `DATA.TRAIN_JITTER_SCALES`.
  public static func middle(_ config: Configuration) throws(ClassificationError) -> View {
    if let view = WholeClips.kinetics.middle(config) { return view }
    let size = config[.dataTestCropSize]
    throw .unsupported(
      "\(config.cite(.dataTestCropSize)), \(config.cite(.dataTrainJitterScales))",
      "the one crop of a frame is larger than its short side, the first of DATA.TRAIN_JITTER_SCALES",
      "set DATA.TRAIN_JITTER_SCALES \"[\(size), \(size)]\", or a smaller DATA.TEST_CROP_SIZE")
  }
}

/// The data sets of tests of whole videos.
public enum ClipDatasets {
  static let all: [any ClipDataset.Type] = [Kinetics.self, Charades.self, SomethingSomething.self, ImageNet.self]

  /// The values of `TEST.DATASET`.
  public static var names: [String] { all.map { $0.name } }

  /// Whether a configuration asks for PyTorchVideo's reader of a data set, such as "ptvkinetics".
  static func isPyTorchVideo(_ config: Configuration) -> Bool { config[.testDataset].lowercased().hasPrefix("ptv") }

  /// The data set that a configuration names; nil for a name that is none.
  static func type(_ config: Configuration) -> (any ClipDataset.Type)? {
    // The reference capitalises the name before it looks for it.
    let name = config[.testDataset].lowercased()
    let plain = isPyTorchVideo(config) ? String(name.dropFirst(3)) : name
    return all.first { $0.name == plain }
  }

  /// The data set of a configuration's test, with its lists read. PyTorchVideo's readers of the same lists are PySlowFast's.
  ///
  /// - Throws: `ClassificationError` for a name that is none, and what the data set throws.
  public static func read(_ config: Configuration) throws -> any ClipDataset {
    let name = config[.testDataset]
    guard let dataset = type(config) else {
      throw ClassificationError.unsupported(
        config.cite(.testDataset), "no data set of whole videos has this name",
        nearest(to: name, among: names).map { "did you mean \($0)?" } ?? "set TEST.DATASET \(series(names, "or"))")
    }
    return try dataset.init(config)
  }
}

/// What tells a video's file from another one, read of fewer places than elsewhere: a list may have tens of thousands.
///
/// - Throws: `FileError`.
func listedFileFingerprint(_ path: String, doing: String) throws -> String {
  try fileFingerprint(path, ends: 1 << 14, samples: 8, doing: doing)
}
