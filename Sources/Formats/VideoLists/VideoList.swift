internal import Files
internal import Wording

/// A list of videos with their classes.
public struct VideoList: Sendable, Equatable {
  public struct Video: Sendable, Equatable {
    /// As the list writes it: what rows and journals call the video.
    public let name: String
    /// Counted from 0, ascending: one, or any number in data sets of several classes a video; nil where the list does not
    /// say it.
    public let labels: [Int]?

    /// - Parameter labels: Ascending; nil where they are not known.
    public init(name: String, labels: [Int]?) {
      self.name = name
      self.labels = labels
    }

    /// The class, or the classes with commas between them; nil where they are not known.
    public var labelText: String? { labels.map { $0.map(String.init).joined(separator: ",") } }
  }

  public let path: String
  public let videos: [Video]
  /// Whether videos have several classes each.
  public let isMultiLabel: Bool

  /// - Parameter path: Where it was read, for messages.
  public init(path: String, videos: [Video], isMultiLabel: Bool = false) {
    self.path = path
    self.videos = videos
    self.isMultiLabel = isMultiLabel
  }

  /// Whether classes are known: all lines of a list have the same columns.
  public var hasLabels: Bool { videos.first?.labels != nil }

  /// Every video once, in the order of first mention: what is scored.
  public var names: [String] {
    var known: Set<String> = []
    return videos.map(\.name).filter { known.insert($0).inserted }
  }

  /// Reads a list as PySlowFast's Kinetics data set does: one video a line, with its class.
  ///
  ///     path label        two columns, between them `separator`
  ///     path x label      three: the one in the middle is passed over
  ///     path              one: the video's class is not known
  ///
  /// - Parameters:
  ///   - separator: What stands between columns (`DATA.PATH_LABEL_SEPARATOR`).
  ///   - prefix: The folder that names begin in (`DATA.PATH_PREFIX`).
  ///   - classes: How many classes the network scores.
  /// - Throws: `VideoListError` with the line, `FileError`.
  public init(path: String, separator: String, prefix: String, classes: Int) throws {
    let bytes = try readFile(path, doing: "reading the list of videos")
    try self.init(bytes, path: path, separator: separator, prefix: prefix, classes: classes)
  }

  /// The same of the file's bytes.
  public init(_ bytes: [UInt8], path: String, separator: String, prefix: String, classes: Int) throws(VideoListError) {
    var videos: [Video] = []
    var columns: (count: Int, line: Int)?
    if let fault = EncodingFault(bytes) {
      throw .entry(path: path, entry: fault.line.map { "line \($0)" }, found: fault.found, advice: fault.advice)
    }
    // Spreadsheets write a mark before the first line.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    let lines = String(decoding: text, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
    for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      func error(_ found: String, _ advice: String) -> VideoListError {
        .line(path: path, number: number + 1, found: found, advice: advice)
      }
      if number == 0, line.contains("youtube_id"), line.contains("time_start") {
        throw error(
          "'\(line.prefix(80))' is the header of Kinetics' annotations, which name videos on the web and classes by words",
          "write a list of the files: a line for each, without a header, its path, "
            + "\(Self.inWords(separator)) (DATA.PATH_LABEL_SEPARATOR) and the number of its class, such as "
            + "'abc_000010_000020.mp4\(separator)17'")
      }
      let fields = line.split(separator: separator, omittingEmptySubsequences: false)
      if fields.count > 1, fields.last!.isEmpty {
        throw error(
          "'\(line.prefix(80))' ends with \(Self.inWords(separator)) (DATA.PATH_LABEL_SEPARATOR), after which the class would "
            + "stand", "delete what stands at the ends of lines, or write the class there")
      }
      let shown = "'\(line.prefix(80))'"
      func isThere(_ name: Substring) -> Bool { pathExists(joinPath(prefix, String(name))) }
      if let mark = fields[0].last, fields.count > 1, mark == "," || mark == ";", !isThere(fields[0]) {
        throw error(
          "\(shown) has \(Self.inWords(String(mark))) after the path beside \(Self.inWords(separator)) "
            + "(DATA.PATH_LABEL_SEPARATOR)", "set DATA.PATH_LABEL_SEPARATOR \"\(mark)\"")
      }
      let ends = fields.indices.dropFirst().map { fields[$0].endIndex }
      if fields.count > 1, !isThere(fields[0]), let end = ends.first(where: { isThere(line[..<$0]) }) {
        throw error(
          "\(shown) names '\(line[..<end])', a path with \(Self.inWords(separator)) (DATA.PATH_LABEL_SEPARATOR) in it",
          "write the list with a separator that no path holds, and set DATA.PATH_LABEL_SEPARATOR to it")
      }
      if fields.count == 1, let other = Self.otherSeparator(in: line, than: separator),
        !pathExists(joinPath(prefix, String(line)))
      {
        throw error(
          "\(shown) has no \(Self.inWords(separator)) (DATA.PATH_LABEL_SEPARATOR) and looks like a path and a class with "
            + "\(Self.inWords(other)) between them", "set DATA.PATH_LABEL_SEPARATOR \(Self.forShell(other))")
      }
      if fields.count == 1, !isThere(line), let other = Self.separatorAfterNumber(in: line, than: separator) {
        throw error(
          "\(shown) has no \(Self.inWords(separator)) (DATA.PATH_LABEL_SEPARATOR) and looks like a class and a path with "
            + "\(Self.inWords(other)) between them",
          "write the path first, then the class, in all lines, and set DATA.PATH_LABEL_SEPARATOR \(Self.forShell(other))"
        )
      }
      if fields.count > 3 {
        throw error(
          "\(shown) has \(fields.count) columns by \(Self.inWords(separator)) (DATA.PATH_LABEL_SEPARATOR), expected "
            + "1 to 3: path, path and class, or path, anything, class",
          "write the list with a separator that no path holds, and set DATA.PATH_LABEL_SEPARATOR to it")
      }
      if let columns, columns.count != fields.count {
        throw error(
          "\(shown) has \(counted(fields.count, "column")), line \(columns.line) has \(columns.count)",
          "give all lines the same columns")
      }
      if fields.count > 1, Self.isNumber(fields[0]), !Self.isNumber(fields.last!), !isThere(fields[0]) {
        throw error(
          "\(shown) has a number for a path and a path for a class",
          "write the path first, then the class, in all lines")
      }
      columns = columns ?? (fields.count, number + 1)
      if fields[0].isEmpty { throw error("\(shown) has no path", "write the path before the separator") }
      videos.append(
        Video(
          name: String(fields[0]),
          labels: fields.count == 1 ? nil : [try Self.label(fields.last!, classes, number == 0, error)]))
    }
    if videos.isEmpty { throw .empty(path: path) }
    self.init(path: path, videos: videos)
  }

  private static func label(
    _ text: Substring, _ classes: Int, _ isFirst: Bool, _ error: (String, String) -> VideoListError
  ) throws(VideoListError) -> Int {
    guard let label = Int(text.filter { !$0.isWhitespace }) else {
      throw error(
        "the class '\(text.prefix(80))' is no number",
        isFirst
          ? "if this is a header, delete the line: the list has none; if not, write classes as numbers from 0"
          : "write classes as numbers from 0")
    }
    if !(0..<classes).contains(label) {
      throw error(
        "class \(label), and the network scores classes 0 to \(classes - 1) (MODEL.NUM_CLASSES)",
        label == classes
          ? "classes are counted from 0: subtract 1 from all, or give the list of the weights' data set"
          : "give the list of the data set that the weights are of, or set MODEL.NUM_CLASSES to that of the weights")
    }
    return label
  }

  private static func isNumber(_ text: Substring) -> Bool { Int(text.filter { !$0.isWhitespace }) != nil }

  /// What stands between a path and a number at the end of a line, where it is not the separator.
  private static func otherSeparator(in line: Substring, than separator: String) -> String? {
    [",", "\t", ";", " "].first { other in
      guard other != separator, let last = line.split(separator: other, omittingEmptySubsequences: false).last,
        last.count < line.count
      else { return false }
      return Int(last.filter { !$0.isWhitespace }) != nil
    }
  }

  /// What stands between a number and a path, where it is not the separator.
  private static func separatorAfterNumber(in line: Substring, than separator: String) -> String? {
    [",", "\t", ";", " "].first { other in
      let parts = line.split(separator: other, omittingEmptySubsequences: false)
      return other != separator && parts.count == 2 && isNumber(parts[0]) && !isNumber(parts[1]) && !parts[1].isEmpty
    }
  }

  /// As a shell takes it: of a tab only its name can be read.
  private static func forShell(_ separator: String) -> String { separator == "\t" ? "$'\\t'" : "\"\(separator)\"" }

  private static func inWords(_ separator: String) -> String {
    switch separator {
    case " ": "space"
    case "\t": "tab"
    case ",": "comma"
    default: "'\(separator)'"
    }
  }
}

/// What is wrong with a list of videos.
public enum VideoListError: Error, Equatable, CustomStringConvertible {
  case line(path: String, number: Int, found: String, advice: String)
  case empty(path: String)
  /// What is wrong with an entry of a JSON file, or with the file.
  case entry(path: String, entry: String?, found: String, advice: String)

  public var description: String {
    switch self {
    case .line(let path, let number, let found, let advice):
      "reading the list of videos: '\(path)', line \(number): \(found) -> \(advice)"
    case .entry(let path, let entry, let found, let advice):
      "reading the list of videos: '\(path)'\(entry.map { ", \($0)" } ?? ""): \(found) -> \(advice)"
    case .empty(let path):
      "reading the list of videos: '\(path)' lists no video -> write a line for each: its path and its class"
    }
  }
}
