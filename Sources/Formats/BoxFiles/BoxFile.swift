public import Files
internal import Wording

/// The boxes of a file or a folder of another tool.
public struct BoxFile: Sendable {
  /// Things that stand in the file and are no boxes, such as polygons.
  public struct LeftOut: Sendable, Equatable {
    public var what: String
    public var count: Int
  }

  public let path: String
  /// The format's name for `--proposals-format`.
  public let format: String
  /// The format's name in a sentence.
  public let title: String
  /// By what it was recognised; nil where the user has said what it is.
  public internal(set) var reason: String?
  public internal(set) var records: [BoxRecord] = []
  /// The names of classes that records have as numbers, where the file says.
  public internal(set) var classNames: [Int: String] = [:]
  /// The number of the class "person" by the format's convention; nil where it has none.
  public internal(set) var personNumber: Int?
  /// The number of a video's first frame by the format's convention; nil where it has none.
  public internal(set) var firstFrame: Int?
  /// Whether the sizes that records have are those of the video's own pictures, and not of a form that somebody brought them into.
  public internal(set) var hasPictureSizes = false
  /// Whether pixels or fractions were told from the values.
  public internal(set) var isUnitGuessed = false
  public internal(set) var leftOut: [LeftOut] = []
  /// What else the user should know of how the file was read.
  public internal(set) var remarks: [String] = []
  /// The pictures that the file lists, with boxes or without, by their paths without endings: their numbers show what the
  /// first frame is called. Empty for formats that list none.
  public internal(set) var pictures: [String] = []
  /// Whether each file is of the video that it is called like, where nothing in it says another one.
  public internal(set) var hasFilePerVideo = false
  /// The path, or the files of the folder that were read.
  public internal(set) var files: [String]

  /// The largest coordinate that may be a fraction: what detectors overshoot the frame by is less.
  static let largestFraction = 1.5

  /// Where a record stands: "line 3 of 'labels/a_12.txt'".
  public func describe(_ place: BoxRecord.Place) -> String { "\(place.part) \(place.number) of '\(files[place.file])'" }

  /// The number of a video's first frame: by the format's convention, else 0 where a frame 0 is, else 1.
  ///
  /// - Parameter least: The least number of a frame, of any video: one tool has counted all.
  public func firstFrame(least: Int) -> Int { firstFrame ?? (least <= 0 ? 0 : 1) }

  /// An error about one record.
  public func fault(_ record: BoxRecord, expected: String, found: String, advice: String) -> BoxFileError {
    let place = record.place
    return .malformed(
      path: files[place.file], place: "\(place.part) \(place.number)", expected: expected, found: found, advice: advice)
  }

  /// The same boxes with their numbers among the records as tracks: who follows them through other forms finds them again.
  public func numbered() -> BoxFile {
    var file = self
    for index in file.records.indices { file.records[index].track = index }
    return file
  }

  /// A class in words: its name, or its number.
  public func className(of record: BoxRecord) -> String? {
    record.className ?? record.classNumber.map { classNames[$0] ?? "\($0)" }
  }

  /// What all files hold, for the identity of a run.
  ///
  /// - Throws: `FileError`.
  public func fingerprint(doing: String) throws(FileError) -> String {
    if files.count == 1, files[0] == path { return try fileFingerprint(path, doing: doing) }
    return try Self.fingerprint(of: files, doing: doing)
  }

  /// One line on what was read, and why it was taken for that.
  public var summary: String {
    let why = reason.map { " (\($0))" } ?? ""
    if records.isEmpty { return "'\(path)' is \(title)\(why), and nobody is in it" }
    let isPixels = records.contains { $0.unit == .pixels }
    let unit = isPixels ? "pixels" : "fractions of the frame"
    let told = isUnitGuessed ? ", told from values up to \(short(largestCoordinate))" : ""
    return "'\(path)' is \(title)\(why): \(counted(records.count, "box", plural: "boxes")) in \(unit)\(told)"
      + (span.map { ", " + $0 } ?? "")
  }

  var largestCoordinate: Double {
    records.reduce(0) { max($0, abs($1.x1), abs($1.y1), abs($1.x2), abs($1.y2)) }
  }

  private var span: String? {
    var (frames, times): ((low: Int, high: Int)?, (low: Double, high: Double)?) = (nil, nil)
    for record in records {
      switch record.position {
      case .frame(let number): frames = (min(frames?.low ?? number, number), max(frames?.high ?? number, number))
      case .second(let time), .time(let time): times = (min(times?.low ?? time, time), max(times?.high ?? time, time))
      case .picture: break
      }
    }
    if let frames { return "frames \(frames.low) to \(frames.high)" }
    return times.map { "seconds \(short($0.low)) to \(short($0.high))" }
  }
}
