internal import Files
internal import Geometry
internal import Tracks

/// COCO's JSON (``COCODataSet``): a picture for each frame with boxes, on it each person, and each action of a person as an object
/// of its class. Boxes are cut at the picture's edges.
struct COCOExport: ExportFormat {
  let name = "coco"
  let ending = "json"
  let isPerVideo = false
  let needsFrames = true

  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws {
    let actions = Set(videos.flatMap(\.people).flatMap(\.actions).map(\.action)).sorted()
    // Ids of classes stay what they are; the person gets one that none of them has.
    let person = (actions.last ?? 0) + 1
    let categories =
      [COCODataSet.Category(id: person, name: ExportedClasses.person, above: "person")]
      + actions.map { COCODataSet.Category(id: $0, name: classes.name(of: $0), above: "action") }
    let described = try videos.map { video in
      let clock = try video.requiredClock(self)
      return COCODataSet.Video(
        name: video.name, fileName: video.fileName, size: clock.size, framesPerSecond: clock.framesPerSecond
      ) { pictures(of: video, clock, person) }
    }
    try COCODataSet(description: "people and actions", categories: categories, videos: described).write(to: file)
  }

  /// - Parameter person: The category of people.
  private func pictures(of video: ExportedVideo, _ clock: FrameClock, _ person: Int) -> [COCODataSet.Picture] {
    var pictures: [Int: (time: Double, objects: [COCODataSet.Object])] = [:]
    for who in video.people {
      for box in FrameTrack(who, clock).boxes {
        let objects = [(person, box.score)] + who.actions(at: box.time).map { ($0.action, $0.score) }
        pictures[box.frame, default: (box.time, [])].objects += objects.map { id, score in
          COCODataSet.Object(category: id, box: box.box, score: score, track: who.id)
        }
      }
    }
    return pictures.sorted { $0.key < $1.key }.map { frame, picture in
      COCODataSet.Picture(
        frame: frame, seconds: picture.time, second: video.startingSecond + picture.time, objects: picture.objects)
    }
  }
}
