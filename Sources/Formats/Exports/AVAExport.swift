internal import AVARecords
internal import Files
internal import Geometry
internal import Tracks
internal import Wording

/// Rows as AVA's ground truth has them: `video, second, x1, y1, x2, y2, action id, person id`, on the clock of the rows that
/// were exported, boxes in fractions of the frame. A second in which people do nothing is listed as `video, second`.
struct AVAExport: ExportFormat {
  let name = "ava"
  let ending = "csv"
  let isPerVideo = false
  let needsFrames = false

  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws {
    for video in videos {
      // Readers of rows go by lines.
      if video.name.contains(where: \.isNewline) { throw ExportError.lineBreak(format: name, video: video.name) }
      let name = csvField(video.name)
      var rows: [Timestamp: [String]] = [:]
      for person in video.people {
        for sighting in person.sightings {
          guard let time = Timestamp(seconds: max(sighting.time + video.startingSecond, 0)) else { continue }
          let box = [sighting.box.x1, sighting.box.y1, sighting.box.x2, sighting.box.y2].map {
            fixed($0, Decimals.submission.box)
          }
          rows[time, default: []] += person.actions(at: sighting.time).map {
            "\(name),\(time),\(box.joined(separator: ",")),\($0.action),\(person.id)\n"
          }
        }
      }
      for (time, lines) in rows.sorted(by: { $0.key < $1.key }) {
        try file.write(lines.isEmpty ? "\(name),\(time)\n" : lines.joined())
      }
    }
  }
}
