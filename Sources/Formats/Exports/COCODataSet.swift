public import Files
public import Geometry
internal import JSON
internal import Wording

/// COCO's JSON of a data set, with the videos, frame ids (from 0) and track ids of CocoVID. Pixels have two decimals, seconds
/// three. Source: cocodataset.org/#format-data, MMTracking's CocoVID.
public struct COCODataSet {
  public struct Category {
    public let id: Int
    public let name: String
    /// What it is a kind of.
    public let above: String

    public init(id: Int, name: String, above: String) { (self.id, self.name, self.above) = (id, name, above) }
  }

  /// A thing on a picture.
  public struct Object {
    public let category: Int
    public let box: PixelBox
    public let score: Double
    public let track: Int?

    public init(category: Int, box: PixelBox, score: Double, track: Int? = nil) {
      (self.category, self.box, self.score, self.track) = (category, box, score, track)
    }
  }

  /// A frame; nobody may be on it.
  public struct Picture {
    public let frame: Int
    /// Where it lies; nil for a frame of a video, which has a name all the same.
    public let fileName: String?
    /// After the first frame.
    public let seconds: Double
    /// As rows call it.
    public let second: Double
    public let objects: [Object]

    public init(frame: Int, fileName: String? = nil, seconds: Double, second: Double, objects: [Object]) {
      (self.frame, self.fileName) = (frame, fileName)
      (self.seconds, self.second, self.objects) = (seconds, second, objects)
    }
  }

  public struct Video {
    public let name: String
    /// Nil where it is not known.
    public let fileName: String?
    public let size: ImageSize
    public let framesPerSecond: Double
    /// Asked for twice, so that those of one video alone are in memory.
    public let pictures: () -> [Picture]

    public init(
      name: String, fileName: String? = nil, size: ImageSize, framesPerSecond: Double,
      pictures: @escaping () -> [Picture]
    ) {
      (self.name, self.fileName, self.size) = (name, fileName, size)
      (self.framesPerSecond, self.pictures) = (framesPerSecond, pictures)
    }
  }

  public let description: String
  public let categories: [Category]
  public let videos: [Video]

  public init(description: String, categories: [Category], videos: [Video]) {
    (self.description, self.categories, self.videos) = (description, categories, videos)
  }

  /// - Throws: `FileError`.
  public func write(to file: AtomicFile) throws(FileError) {
    var json = JSONWriter()
    json.beginObject(lines: true)
    json.member("info", ["description": JSONValue(description), "contributor": "slowfast"])
    json.member("licenses", [])
    json.name("categories")
    json.beginArray(lines: true)
    for category in categories {
      json.value([
        "id": JSONValue(category.id), "name": JSONValue(category.name), "supercategory": JSONValue(category.above),
      ])
    }
    json.end()
    json.name("videos")
    json.beginArray(lines: true)
    for (index, video) in videos.enumerated() { json.value(describe(video, id: index + 1)) }
    json.end()
    json.name("images")
    json.beginArray(lines: true)
    var image = 0
    for (index, video) in videos.enumerated() {
      for picture in video.pictures() {
        image += 1
        json.value(describe(picture, id: image, of: video, id: index + 1))
        try file.write(json.take())
      }
    }
    json.end()
    json.name("annotations")
    json.beginArray(lines: true)
    image = 0
    var annotation = 0
    for video in videos {
      for picture in video.pictures() {
        image += 1
        for object in picture.objects {
          annotation += 1
          json.value(describe(object, id: annotation, image: image))
        }
        try file.write(json.take())
      }
    }
    json.end()
    json.end()
    try file.write(json.take() + [UInt8(ascii: "\n")])
  }

  private func describe(_ video: Video, id: Int) -> JSONValue {
    var members: [(String, JSONValue)] = [("id", JSONValue(id)), ("name", JSONValue(video.name))]
    if let file = video.fileName { members.append(("file_name", JSONValue(file))) }
    members.append(("width", JSONValue(video.size.width)))
    members.append(("height", JSONValue(video.size.height)))
    members.append(("fps", JSONValue(rounded(video.framesPerSecond, 6))))
    return .object(members)
  }

  private func describe(_ picture: Picture, id: Int, of video: Video, id videoID: Int) -> JSONValue {
    // VIDEO/FRAME.jpg, the frame with six digits.
    let digits = "\(picture.frame)"
    let name =
      picture.fileName ?? fileName(of: video.name) + "/" + String(repeating: "0", count: max(0, 6 - digits.count))
      + digits + ".jpg"
    return [
      "id": JSONValue(id), "file_name": JSONValue(name), "width": JSONValue(video.size.width),
      "height": JSONValue(video.size.height), "video_id": JSONValue(videoID), "frame_id": JSONValue(picture.frame),
      "time": JSONValue(rounded(picture.seconds, 3)), "second": JSONValue(rounded(picture.second, 3)),
    ]
  }

  private func describe(_ object: Object, id: Int, image: Int) -> JSONValue {
    let box = object.box
    let (left, top) = (rounded(box.x1, 2), rounded(box.y1, 2))
    let (width, height) = (rounded(rounded(box.x2, 2) - left, 2), rounded(rounded(box.y2, 2) - top, 2))
    var members: [(String, JSONValue)] = [
      ("id", JSONValue(id)), ("image_id", JSONValue(image)), ("category_id", JSONValue(object.category)),
      ("bbox", .array([left, top, width, height].map { JSONValue($0) })),
      ("area", JSONValue(rounded(width * height, 2))), ("iscrowd", JSONValue(0)),
    ]
    if let track = object.track { members.append(("track_id", JSONValue(track))) }
    members.append(("score", JSONValue(rounded(object.score, 6))))
    return .object(members)
  }
}
