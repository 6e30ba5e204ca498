internal import Geometry
internal import Wording

/// Gathers the boxes of a file, and checks of each what is the same in all formats.
struct BoxFileBuilder {
  var file: BoxFile
  private var leftOut: [String: Int] = [:]
  private var leftOutOrder: [String] = []
  private var trackIDs = TrackIDs()

  init(_ format: some BoxFormat, _ content: BoxContent, files: [String]? = nil) {
    file = BoxFile(path: content.path, format: format.name, title: format.title, files: files ?? [content.path])
  }

  /// Adds a box by its corners.
  ///
  /// - Parameter trackID: The id of its track as it is written, where the format has others than whole numbers.
  /// - Throws: `BoxFileError` where they are not in order.
  mutating func add(
    _ values: [Double], isSize: Bool, at position: BoxRecord.Position, second: BoxRecord.Second? = nil,
    video: String? = nil, picture: String? = nil,
    unit: BoxRecord.Unit = .unknown, size: ImageSize? = nil, classNumber: Int? = nil, className: String? = nil,
    score: Double? = nil, track: Int? = nil, trackID: String? = nil, attributes: [BoxRecord.Attribute] = [],
    place: BoxRecord.Place
  ) throws {
    if isSize, values[2] < 0 || values[3] < 0 {
      throw fault(
        place, expected: "a width and a height of 0 or more", found: "\(short(values[2])) and \(short(values[3]))",
        advice: "correct the box: its numbers are left, top, width, height")
    }
    let (x2, y2) = isSize ? (values[0] + values[2], values[1] + values[3]) : (values[2], values[3])
    if x2 < values[0] || y2 < values[1] {
      throw fault(
        place, expected: "x2 at or right of x1 and y2 at or below y1",
        found: "x \(short(values[0])) to \(short(x2)), y \(short(values[1])) to \(short(y2))",
        advice: "correct the box: its numbers are x1, y1, x2, y2")
    }
    if let trackID { trackIDs.add(trackID, of: file.records.count) }
    file.records.append(
      BoxRecord(
        video: video, position: position, picture: picture, second: second, x1: values[0], y1: values[1], x2: x2,
        y2: y2, unit: unit,
        size: size,
        classNumber: classNumber, className: className, attributes: attributes, score: score, track: track, place: place
      ))
  }

  /// Adds what an annotator has said of the last box.
  mutating func addAttribute(_ name: String, _ value: String) {
    file.records[file.records.count - 1].attributes.append(BoxRecord.Attribute(name: name, values: [value]))
  }

  /// Counts something that is no box.
  mutating func leaveOut(_ what: String) {
    if leftOut[what] == nil { leftOutOrder.append(what) }
    leftOut[what, default: 0] += 1
  }

  func finish() -> BoxFile {
    var file = file
    file.leftOut = leftOutOrder.map { BoxFile.LeftOut(what: $0, count: leftOut[$0] ?? 0) }
    for (record, number) in trackIDs.numbers { file.records[record].track = number }
    file.remarks += [trackIDs.remark].compactMap(\.self)
    return file
  }

  /// An error about one place.
  func fault(_ place: BoxRecord.Place, expected: String, found: String, advice: String) -> BoxFileError {
    .malformed(
      path: file.files[place.file], place: "\(place.part) \(place.number)", expected: expected, found: found,
      advice: advice)
  }

  /// An error about the file as a whole.
  func fault(expected: String, found: String, advice: String) -> BoxFileError {
    .malformed(path: file.path, place: "", expected: expected, found: found, advice: advice)
  }
}
