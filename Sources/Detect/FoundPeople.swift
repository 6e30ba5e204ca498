public import AVARecords
internal import Exports
public import Files
public import Geometry
public import Inference
internal import JSON
public import Runs
internal import Wording

/// The people that a detector has found in videos.
public struct FoundPeople: Sendable {
  /// A moment that was looked at; nobody may be there.
  public struct Frame: Sendable {
    /// As rows write it.
    public let time: Timestamp
    /// After the video's first frame.
    public let seconds: Double
    public let number: Int
    /// Falling scores.
    public let people: [ClipTask.Person]
  }

  public struct Video: Sendable {
    public let name: String
    public let size: ImageSize
    public let framesPerSecond: Double
    /// The files of its frames; nil of a video.
    public var pictureNames: [String]?
    /// In the order of time.
    public let frames: [Frame]
  }

  public let videos: [Video]
  /// The moments that could not be looked at.
  public let damage: DamageReport
  /// How many of these show pictures that the detector cannot take: no other copy of a file would help.
  public var unfit = 0

  /// What to do so that all moments can be looked at.
  ///
  /// - Parameter others: Whether other files are damaged, too.
  public func remedy(beside others: Bool = false) -> String {
    let copy = others || damage.keyFrames.count > unfit ? ["copy or record the damaged files again"] : []
    return series(copy + (unfit > 0 ? ["cut the pictures that the detector cannot take into pieces"] : []), "and")
  }

  /// The same with those alone whose scores are at or above a threshold, at most so many a frame, the best ones.
  public func filtered(scoreThreshold: Double, limit: Int? = nil) -> FoundPeople {
    let videos = videos.map { video in
      Video(
        name: video.name, size: video.size, framesPerSecond: video.framesPerSecond, pictureNames: video.pictureNames,
        frames: video.frames.map { frame in
          let kept = frame.people.filter { $0.proposalScore >= scoreThreshold }
          return Frame(
            time: frame.time, seconds: frame.seconds, number: frame.number, people: Array(kept.prefix(limit ?? .max)))
        })
    }
    return FoundPeople(videos: videos, damage: damage, unfit: unfit)
  }

  public var frameCount: Int { videos.reduce(0) { $0 + $1.frames.count } }
  public var boxCount: Int { videos.reduce(0) { $0 + $1.frames.reduce(0) { $0 + $1.people.count } } }
  /// How many frames show nobody.
  public var emptyCount: Int { videos.reduce(0) { $0 + $1.frames.count(where: \.people.isEmpty) } }

  /// The forms in which the boxes can be written.
  public enum Format: String, CaseIterable, Sendable {
    /// PySlowFast's person boxes: `video, second, x1, y1, x2, y2, , score`, in fractions of the frame. Who reads these
    /// does not know of frames without people.
    case csv
    /// COCO's data set with CocoVID's videos and frame ids (from 0): each frame that was looked at, boxes in pixels.
    case coco
    /// An object a line, `{"video", "time", "boxes": [[x1, y1, x2, y2, score], ...]}`, as `watch --boxes -` reads them.
    case jsonl
  }

  /// Writes the boxes.
  ///
  /// - Parameter category: What COCO's form is to call them.
  /// - Throws: `FileError`.
  public func write(_ format: Format, as category: String = "person", to file: AtomicFile) throws {
    switch format {
    case .csv: try file.write(csv)
    case .coco: try writeCOCO(category, to: file)
    case .jsonl: try writeLines(to: file)
    }
  }

  /// PySlowFast's rows.
  public var csv: String {
    videos.map { video in
      let name = csvField(video.name)
      return video.frames.map { frame in
        frame.people.map { person in
          "\(name),\(frame.time),\(fields(person.box)),,\(fixed(person.proposalScore, 6))\n"
        }.joined()
      }.joined()
    }.joined()
  }

  private func fields(_ box: UnitBox) -> String {
    [box.x1, box.y1, box.x2, box.y2].map { fixed($0, 6) }.joined(separator: ",")
  }

  private func writeLines(to file: AtomicFile) throws {
    for video in videos {
      for frame in video.frames {
        let boxes = frame.people.map { person -> JSONValue in
          let box = person.box
          return .array(([box.x1, box.y1, box.x2, box.y2] + [person.proposalScore]).map { JSONValue(rounded($0, 6)) })
        }
        let line: JSONValue = [
          "video": JSONValue(video.name), "time": JSONValue(frame.time.seconds), "boxes": .array(boxes),
        ]
        try file.write(line.text + "\n")
      }
    }
  }

  private func writeCOCO(_ category: String, to file: AtomicFile) throws {
    let person = COCODataSet.Category(id: 1, name: category, above: category)
    let videos = videos.map { video in
      COCODataSet.Video(name: video.name, size: video.size, framesPerSecond: video.framesPerSecond) {
        video.frames.map { frame in
          COCODataSet.Picture(
            frame: frame.number, fileName: video.pictureNames.map { $0[frame.number] }, seconds: frame.seconds,
            second: frame.time.seconds,
            objects: frame.people.map {
              COCODataSet.Object(
                category: person.id, box: $0.box.pixels(in: video.size), score: $0.proposalScore)
            })
        }
      }
    }
    try COCODataSet(description: "people", categories: [person], videos: videos).write(to: file)
  }
}
