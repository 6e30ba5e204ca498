internal import Files
internal import Wording

/// Text of MOTChallenge: frame, track, left, top, width, height, score, then x, y, z or class and visibility; frames count
/// from 1 (from 0 where there is a frame 0, against the convention), boxes are in pixels. A folder has a file for each video, named like it.
///
/// Nine columns are those of ground truth: the seventh says whether the row counts, the eighth is the class, of which 1 is
/// a pedestrian. Trackers write the class there too, with -1 behind it, by their detector's numbers. A score of -1 in
/// every row is none. Source: motchallenge.net/instructions, and CVAT's documentation of its MOT export.
struct MOTText: BoxFormat {
  let name = "mot"
  let title = "MOTChallenge text"
  let readsFolders = true

  private static let classes = [
    1: "pedestrian", 2: "person on vehicle", 3: "car", 4: "bicycle", 5: "motorbike", 6: "non-motorised vehicle",
    7: "static person", 8: "distractor", 9: "occluder", 10: "occluder on the ground", 11: "occluder full",
    12: "reflection", 13: "crowd",
  ]

  private static func isRow(_ values: [Double]) -> Bool {
    6...10 ~= values.count && whole(values[0]) != nil && values[0] >= 0 && whole(values[1]) != nil
      && values[4] >= 0 && values[5] >= 0
  }

  func recognise(_ content: BoxContent) -> String? {
    let rows = content.sample.compactMap { numbers(in: $0) }.filter(Self.isRow)
    // In a folder a few lines may be half-written: they are named when they are read.
    guard content.isFolder ? rows.count * 2 > content.sample.count : rows.count == content.sample.count,
      rows.contains(where: { $0[2...5].contains { $0 > BoxFile.largestFraction } })
    else { return nil }
    return "\(rows[0].count) numbers a line, whole ones for frame and track first"
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    let files = content.isFolder ? content.textFiles.filter { !isNameList($0) } : [content.path]
    var builder = BoxFileBuilder(self, content, files: files)
    var isTruth = true
    for (index, file) in files.enumerated() {
      let bytes = content.isFolder ? try readFile(file, doing: BoxFileError.doing) : content.bytes
      for line in lines(of: bytes) {
        let place = BoxRecord.Place(file: index, part: .line, number: line.number)
        guard let values = numbers(in: line.text), Self.isRow(values), let frame = whole(values[0]),
          let track = whole(values[1])
        else {
          throw builder.fault(
            place, expected: "6 to 10 numbers: frame, track, left, top, width, height, score",
            found: quoted(line.text), advice: "correct or remove the line")
        }
        let kind = values.count == 9 ? whole(values[7]).flatMap { $0 >= 0 ? $0 : nil } : nil
        if values.count == 9, values[8] == -1 { isTruth = false }
        try builder.add(
          Array(values[2...5]), isSize: true, at: .frame(frame), video: content.isFolder ? fileStem(file) : nil,
          unit: .pixels, classNumber: kind, score: values.count > 6 ? values[6] : nil, track: track < 0 ? nil : track,
          place: place)
      }
    }
    let records = builder.file.records
    // Where the convention is not kept, numbers tell.
    if !records.contains(where: { $0.position == .frame(0) }) { builder.file.firstFrame = 1 }
    if records.allSatisfy({ $0.score == nil || $0.score == -1 }) {
      for index in records.indices { builder.file.records[index].score = nil }
    }
    if isTruth {
      (builder.file.classNames, builder.file.personNumber) = (Self.classes, 1)
    } else {
      builder.file.personNumber = records.contains { $0.classNumber == 0 } ? 0 : 1
    }
    return builder.finish()
  }
}
