internal import Files
internal import Geometry
internal import JSON
internal import Tracks
internal import Wording

/// COCO's JSON of a data set, with the videos, frame ids (from 0) and track ids of CocoVID: a picture for each frame with
/// boxes, on it each person, and each action of a person as an object of its class. Pixels have two decimals, cut at the
/// picture's edges; seconds have three. Source: cocodataset.org/#format-data, MMTracking's CocoVID.
struct COCOExport: ExportFormat {
  let name = "coco"
  let ending = "json"
  let isPerVideo = false
  let needsFrames = true

  /// A frame with those who are in it.
  private struct Picture {
    let frame: Int
    let time: Double
    var boxes: [(person: ExportedVideo.Person, box: FrameTrack.Box)]
  }

  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws {
    let actions = Set(videos.flatMap(\.people).flatMap(\.actions).map(\.action)).sorted()
    // Ids of classes stay what they are; the person gets one that none of them has.
    let person = (actions.last ?? 0) + 1
    var json = JSONWriter()
    json.beginObject(lines: true)
    json.member("info", ["description": "people and actions", "contributor": "slowfast"])
    json.member("licenses", [])
    json.name("categories")
    json.beginArray(lines: true)
    json.value(category(person, ExportedClasses.person, above: "person"))
    for action in actions { json.value(category(action, classes.name(of: action), above: "action")) }
    json.end()
    json.name("videos")
    json.beginArray(lines: true)
    for (index, video) in videos.enumerated() {
      let clock = try video.requiredClock(self)
      json.value([
        "id": JSONValue(index + 1), "name": JSONValue(video.name), "file_name": JSONValue(video.fileName),
        "width": JSONValue(clock.size.width), "height": JSONValue(clock.size.height),
        "fps": JSONValue(rounded(clock.framesPerSecond, 6)),
      ])
    }
    json.end()
    json.name("images")
    json.beginArray(lines: true)
    var number = 0
    for (index, video) in videos.enumerated() {
      let clock = try video.requiredClock(self)
      for picture in pictures(of: video, clock) {
        number += 1
        json.value([
          "id": JSONValue(number), "file_name": JSONValue(fileName(video, picture.frame)),
          "width": JSONValue(clock.size.width), "height": JSONValue(clock.size.height),
          "video_id": JSONValue(index + 1),
          "frame_id": JSONValue(picture.frame), "time": JSONValue(rounded(picture.time, 3)),
        ])
        try file.write(json.take())
      }
    }
    json.end()
    json.name("annotations")
    json.beginArray(lines: true)
    var (image, annotation) = (0, 0)
    for video in videos {
      for picture in pictures(of: video, try video.requiredClock(self)) {
        image += 1
        for (who, box) in picture.boxes {
          let objects = [(person, box.score)] + who.actions(at: box.time).map { ($0.action, $0.score) }
          for (id, score) in objects {
            annotation += 1
            json.value(object(annotation, image: image, category: id, box.box, track: who.id, score: score))
          }
        }
        try file.write(json.take())
      }
    }
    json.end()
    json.end()
    try file.write(json.take() + [UInt8(ascii: "\n")])
  }

  private func category(_ id: Int, _ name: String, above: String) -> JSONValue {
    ["id": JSONValue(id), "name": JSONValue(name), "supercategory": JSONValue(above)]
  }

  /// VIDEO/FRAME.jpg, the frame with six digits.
  private func fileName(_ video: ExportedVideo, _ frame: Int) -> String {
    let digits = "\(frame)"
    let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
    return Files.fileName(of: video.name) + "/" + zeros + digits + ".jpg"
  }

  private func pictures(of video: ExportedVideo, _ clock: FrameClock) -> [Picture] {
    var pictures: [Int: Picture] = [:]
    for person in video.people {
      for box in FrameTrack(person, clock).boxes {
        pictures[box.frame, default: Picture(frame: box.frame, time: box.time, boxes: [])].boxes.append((person, box))
      }
    }
    return pictures.values.sorted { $0.frame < $1.frame }
  }

  private func object(
    _ id: Int, image: Int, category: Int, _ box: PixelBox, track: Int, score: Double
  ) -> JSONValue {
    let (left, top) = (rounded(box.x1, 2), rounded(box.y1, 2))
    let (width, height) = (rounded(rounded(box.x2, 2) - left, 2), rounded(rounded(box.y2, 2) - top, 2))
    return [
      "id": JSONValue(id), "image_id": JSONValue(image), "category_id": JSONValue(category),
      "bbox": .array([left, top, width, height].map { JSONValue($0) }), "area": JSONValue(rounded(width * height, 2)),
      "iscrowd": JSONValue(0), "track_id": JSONValue(track), "score": JSONValue(rounded(score, 6)),
    ]
  }
}
