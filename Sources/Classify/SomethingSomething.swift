public import AVARecords
public import Clips
public import Configuration
internal import Files
internal import JSON
internal import Wording

/// Something-Something v2: its JSON files and a frame list, one class a video (`TEST.DATASET ssv2`).
public struct SomethingSomething: ListedFrames {
  public static let name = "ssv2"

  public let config: Configuration
  public let frames: FrameList
  public let list: VideoList
  public let views: ClipViews
  public let sampling: any ClipSampling
  private let labelsPath: String

  public init(_ config: Configuration) throws {
    self.config = config
    try ClassificationError.requireSingleLabel(config)
    // The clips of all places are the same frames.
    views = Self.views(config, clips: [1])
    sampling = SegmentClips(frames: config[.dataNumFrames])
    let folder = config[.dataPathToDataDir]
    labelsPath = joinPath(folder, "something-something-v2-labels.json")
    let path = joinPath(folder, "something-something-v2-validation.json")
    let templates = try Self.templates(labelsPath, config)
    list = VideoList(path: path, videos: try Self.videos(path, config, templates, labelsPath))
    frames = try Self.readFrames(config, classes: nil)
  }

  public var listFiles: [String] { [labelsPath, list.path, frameListPath] }

  public var notices: [String] {
    var notices = frames.notices
    let known = Set(list.names)
    let others = frames.videos.map(\.name).filter { !known.contains($0) }
    if !others.isEmpty {
      notices.append(
        "\(counted(others.count, "video")) of '\(frameListPath)' that '\(list.path)' does not name, passed over: "
          + listed(others.map { "'\($0)'" }, limit: 3))
    }
    if ClipViews.clipCounts(config) != [1] {
      notices.append(
        "\(config.cite(.testNumEnsembleViews)): a clip of this data set spans the whole video, more clips would be the "
          + "same frames again: one is scored -> set TEST.NUM_ENSEMBLE_VIEWS 1")
    }
    return notices
  }

  /// The class of each template.
  private static func templates(_ path: String, _ config: Configuration) throws -> [String: Int] {
    let value = try ClassificationError.listing(config, splitPath(path).name) { try json(path) }
    guard case .object(let members) = value else {
      throw VideoListError.entry(
        path: path, entry: nil, found: "expected an object of templates and classes",
        advice: "give the data set's own file")
    }
    var classes: [String: Int] = [:]
    for member in members {
      guard let number = wholeNumber(member.value), (0..<config[.modelNumClasses]).contains(number) else {
        throw VideoListError.entry(
          path: path, entry: "'\(member.name.prefix(60))'",
          found: "class \(member.value.text.prefix(40)), expected one of 0 to \(config[.modelNumClasses] - 1) "
            + "(MODEL.NUM_CLASSES)",
          advice: "set MODEL.NUM_CLASSES to that of the data set and its weights, or correct the file")
      }
      classes[member.name] = number
    }
    return classes
  }

  private static func videos(
    _ path: String, _ config: Configuration, _ classes: [String: Int], _ labels: String
  ) throws -> [VideoList.Video] {
    let value = try ClassificationError.listing(config, splitPath(path).name) { try json(path) }
    guard case .array(let entries) = value else {
      throw VideoListError.entry(
        path: path, entry: nil, found: "expected an array of objects with 'id' and 'template'",
        advice: "give the data set's own file")
    }
    if entries.isEmpty {
      throw VideoListError.entry(
        path: path, entry: nil, found: "an empty array, no video to be tested", advice: "give the data set's own file")
    }
    return try entries.enumerated().map { number, entry in
      func fault(_ found: String, _ advice: String) -> VideoListError {
        .entry(path: path, entry: "entry \(number + 1)", found: found, advice: advice)
      }
      let id: String? =
        switch entry["id"] {
        case .string(let text): text
        case .number(let number): number.text
        default: nil
        }
      guard let id, !id.isEmpty else {
        throw fault("'id' is \(shown(entry["id"])), expected a text or number", "give the data set's own file")
      }
      guard case .string(let template) = entry["template"] else {
        throw fault(
          "video '\(id)': 'template' is \(shown(entry["template"])), expected a text",
          "give the validation file: the test file has no classes")
      }
      let plain = template.filter { $0 != "[" && $0 != "]" }
      guard let label = classes[plain] else {
        throw fault(
          "video '\(id)': the template '\(plain.prefix(80))' is not in '\(labels)'",
          "give both files of one version of the data set")
      }
      return VideoList.Video(name: id, labels: [label])
    }
  }

  private static func shown(_ value: JSONValue?) -> String { value.map { String($0.text.prefix(40)) } ?? "not there" }

  private static func json(_ path: String) throws -> JSONValue {
    let whole = try readFile(path, doing: "reading the list of videos")
    if let fault = EncodingFault(whole) {
      throw VideoListError.entry(
        path: path, entry: fault.line.map { "line \($0)" }, found: fault.found, advice: fault.advice)
    }
    let bytes = whole.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(whole.dropFirst(3)) : whole
    do {
      return try JSONReader.read(bytes)
    } catch {
      throw VideoListError.entry(
        path: path, entry: error.place(in: bytes), found: error.found, advice: "give the data set's own file")
    }
  }

  private static func wholeNumber(_ value: JSONValue) -> Int? {
    switch value {
    case .string(let text): Int(text)
    case .number(let number): number.int
    default: nil
    }
  }
}
