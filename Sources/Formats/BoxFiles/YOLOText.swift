internal import Files
internal import Wording

/// Labels of YOLO: a text file for each picture or frame, a line for each box: class, centre x, centre y, width, height in
/// fractions, then what `save_conf` and a tracker add, a score and a track. Class 0 is a person in COCO's order.
///
/// `model.predict(save_txt=True)` writes VIDEO_FRAME.txt, frames from 1, into runs/detect/predict/labels; a pose model puts
/// its 17 key points between the box and the score. Source: Ultralytics' engine/results.py (`save_txt`),
/// engine/predictor.py (`write_results`) and data/loaders.py (which counts frames from 1).
struct YOLOText: BoxFormat {
  let name = "yolo"
  let title = "YOLO's labels"
  let readsFolders = true

  /// How many numbers may stand between the box and what follows: none, 17 points, 17 points with their visibility.
  private static let keyPoints = [0, 34, 51]

  /// The numbers that follow the box and its key points; nil for a line of another form.
  private static func extras(_ values: [Double]) -> ArraySlice<Double>? {
    guard let points = keyPoints.first(where: { 5 + $0...7 + $0 ~= values.count }) else { return nil }
    return values.dropFirst(5 + points)
  }

  private static func isRow(_ values: [Double]) -> Bool {
    guard extras(values) != nil, let number = whole(values[0]), number >= 0 else { return false }
    return values[1...4].allSatisfy { -0.1...1.1 ~= $0 }
  }

  /// Whether it is the outline of a thing, as a segmentation model writes it: three points and more in fractions.
  private static func isPolygon(_ values: [Double]) -> Bool {
    guard values.count > 7, let number = whole(values[0]), number >= 0 else { return false }
    return values[1...6].allSatisfy { -0.1...1.1 ~= $0 }
  }

  func recognise(_ content: BoxContent) -> String? {
    // A model that finds nobody writes empty texts, or none.
    if content.isEmptyFolder {
      let count = content.textFiles.count { !isNameList($0) }
      return count == 0 ? "an empty folder" : counted(count, "empty text file")
    }
    let fitting = content.sample.count { line in
      !line.contains(",") && numbers(in: line).map { Self.isRow($0) || Self.isPolygon($0) } ?? false
    }
    // A folder of labels is one, too, where a few lines are half-written: they are named when they are read.
    guard fitting > 0, content.isFolder ? fitting * 2 > content.sample.count : fitting == content.sample.count else {
      return nil
    }
    let lines = "lines of class, x, y, width, height in fractions"
    return content.isFolder ? "\(counted(content.textFiles.count, "text file")) with \(lines)" : lines
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    let files = content.isFolder ? content.textFiles.filter { !isNameList($0) } : [content.path]
    var builder = BoxFileBuilder(self, content, files: files)
    if let names = content.textFiles.first(where: isNameList) {
      let all = lines(of: try readFile(names, doing: BoxFileError.doing)).map { trimmed($0.text) }
      builder.file.classNames = Dictionary(all.enumerated().map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    } else if content.isFolder, let yaml = try ClassNamesYAML(besides: content.path) {
      builder.file.classNames = yaml.names
      builder.file.remarks.append("classes are named as in '\(yaml.path)'")
    } else {
      builder.file.personNumber = 0
    }
    var single: [(row: Int, value: Double)] = []
    for (index, file) in files.enumerated() {
      let bytes = content.isFolder ? try readFile(file, doing: BoxFileError.doing) : content.bytes
      // Below the folder that was given, folders may be called like videos.
      let name = content.isFolder ? String(file.dropFirst(content.path.count).drop { $0 == "/" }) : splitPath(file).name
      let picture = name.firstRange(of: ".txt").map { String(name[..<$0.lowerBound]) } ?? name
      builder.file.pictures.append(picture)
      for line in lines(of: bytes) {
        let place = BoxRecord.Place(file: index, part: .line, number: line.number)
        guard let values = numbers(in: line.text), values.count >= 5, let number = whole(values[0]), number >= 0,
          let extras = Self.extras(values)
        else { throw fault(line.text, place, builder) }
        guard Self.isRow(values) else {
          throw builder.fault(
            place, expected: "centre x, centre y, width and height as fractions of the frame, 0 to 1",
            found: quoted(line.text), advice: "divide pixels by the picture's width and height")
        }
        let (width, height) = (values[3], values[4])
        if extras.count == 1 { single.append((builder.file.records.count, extras[extras.startIndex])) }
        var track: Int?
        if extras.count == 2 {
          guard let number = whole(extras[extras.startIndex + 1]) else {
            throw builder.fault(
              place, expected: "a track's number in column \(values.count)", found: quoted(line.text),
              advice: "a line is class, x, y, width, height, score, track; three points of a polygon are no box")
          }
          track = number
        }
        try builder.add(
          [values[1] - width / 2, values[2] - height / 2, width, height], isSize: true,
          at: .picture(picture, number: nil), unit: .fractions, classNumber: number,
          score: extras.count == 2 ? extras[extras.startIndex] : nil, track: track, place: place)
      }
    }
    // One number after the box is a score, or the track of a tracker that was not asked for scores.
    let areTracks = single.allSatisfy { whole($0.value) != nil } && single.contains { $0.value > 1 }
    for (row, value) in single {
      if areTracks { builder.file.records[row].track = whole(value) } else { builder.file.records[row].score = value }
    }
    return builder.finish()
  }

  private func fault(_ line: String, _ place: BoxRecord.Place, _ builder: BoxFileBuilder) -> BoxFileError {
    let count = numbers(in: line)?.count ?? 0
    let advice =
      count > 7
      ? "polygons of a segmentation model are no boxes: take a detection model's labels"
      : "correct the line, or move files that are no labels elsewhere"
    return builder.fault(
      place, expected: "class, x, y, width, height, then perhaps score and track",
      found: count > 7 ? "\(count) numbers" : quoted(line), advice: advice)
  }
}
